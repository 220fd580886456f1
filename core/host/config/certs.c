#include "host/config/certs.h"

#include "base/log.h"
#include <stdio.h>
#include <string.h>

#define ROTATE_US (INT64_C(12) * 3600 * 1000000)
#define SOON_S (INT64_C(14) * 86400)

/* -- reading ----------------------------------------------------------------------------------- */

void hg_cert_plan_read(struct hg_cert_plan *p, const char *path, const struct hg_node *listener,
	struct hg_keep *keep, struct hg_faults *faults)
{
	p->node = listener->kind == HG_NODE_MAP ? hg_node_find(listener, "tls") : NULL;
	if (!p->node)
		return;
	p->is_on = true;
	p->place = p->node->place;
	p->path = hg_arena_printf(&keep->arena, "%s.tls", path).p;
	if (p->node->kind != HG_NODE_MAP) {
		hg_faults_add(faults, &p->place, p->path,
			"expected a mapping with `cert:` and `key:`, got %s",
			hg_node_kind_name(p->node));
		return;
	}
	hg_options_read(hg_tls_options, p->path, p->node, NULL, &p->entry, keep, faults);
	const struct hg_node *client = hg_node_find(p->node, "client");
	if (client && !p->entry.client_ca)
		hg_faults_add(faults, &client->place, p->path,
			"client: needs client_ca, the file that says who may sign their "
			"certificates");
}

bool hg_cert_plan_needs_client(const struct hg_cert_plan *p)
{
	return p->is_on && p->entry.client_ca && p->entry.client == HG_CLIENT_CERT_REQUIRED;
}

struct hg_tls *hg_cert_plan_load(
	const struct hg_cert_plan *p, const char *name, struct hg_faults *faults)
{
	struct hg_tls_conf conf = { .cert = p->entry.cert,
		.key = p->entry.key,
		.client_ca = p->entry.client_ca,
		.needs_client = hg_cert_plan_needs_client(p),
		.only_1_3 = p->entry.min == HG_TLS_1_3 };
	struct hg_err err = HG_ERR_INIT;
	const char *option = "cert";
	char path[128];

	struct hg_tls *tls = hg_tls_new(name, &conf, &option, &err);
	const struct hg_node *node = hg_node_find(p->node, option);
	const struct hg_place *place = node ? &node->place : &p->place;
	(void)snprintf(path, sizeof(path), "%s.%s", p->path, option);
	if (!tls) {
		hg_faults_add(faults, place, path, "%s", err.text);
		return NULL;
	}
	int64_t left_s = hg_tls_valid_for_s(tls);
	node = hg_node_find(p->node, "cert");
	place = node ? &node->place : &p->place;
	(void)snprintf(path, sizeof(path), "%s.cert", p->path);
	if (left_s < 0)
		hg_faults_warn(faults, place, path, "%s has expired", p->entry.cert);
	else if (left_s < SOON_S)
		hg_faults_warn(faults, place, path, "%s expires in %d days", p->entry.cert,
			(int)(left_s / 86400));
	return tls;
}

/* -- watching ---------------------------------------------------------------------------------- */

static void renew(const struct hg_listener_conf *l)
{
	struct hg_err err = HG_ERR_INIT;
	int rc = hg_tls_renew(l->tls, &err);

	if (rc > 0)
		HG_LOG(HG_LOG_HOST, HG_LOG_INFO, "certificate renewed listener=%s days_left=%d",
			l->name, (int)(hg_tls_valid_for_s(l->tls) / 86400));
	else if (rc < 0)
		HG_LOG(HG_LOG_HOST, HG_LOG_ERROR,
			"certificate not renewed, the old one stays listener=%s: %s", l->name,
			err.text);
}

static void warn_of_end(const struct hg_listener_conf *l)
{
	int64_t left_s = hg_tls_valid_for_s(l->tls);

	if (left_s < SOON_S)
		HG_LOG(HG_LOG_HOST, HG_LOG_WARN, "certificate ends listener=%s days_left=%d",
			l->name, (int)(left_s / 86400));
}

static void on_alarm(struct hg_alarm *a)
{
	struct hg_certs *c = HG_CONTAINER(a, struct hg_certs, alarm);
	int64_t now_us = hg_loop_now(hg_loop_self()).mono_us;
	bool rotates = now_us >= c->rotate_at_us;

	if (rotates) {
		c->rotate_at_us = now_us + ROTATE_US;
		hg_tls_rotate_keys();
	}
	for (uint32_t i = 0; i < c->snapshot->n_listeners; i++) {
		const struct hg_listener_conf *l = &c->snapshot->listeners[i];
		if (!l->tls)
			continue;
		renew(l);
		if (rotates)
			warn_of_end(l);
	}
	hg_alarm_set(a, now_us + HG_CERTS_LOOK_US);
}

void hg_certs_watch(struct hg_certs *c, struct hg_loop *loop, struct hg_snapshot *s)
{
	int64_t now_us = hg_loop_now(loop).mono_us;
	bool any = false;

	if (c->rotate_at_us)
		hg_alarm_clear(&c->alarm);
	c->snapshot = s;
	for (uint32_t i = 0; s && i < s->n_listeners; i++)
		any |= s->listeners[i].tls != NULL;
	if (!any)
		return;
	if (!c->rotate_at_us) {
		hg_alarm_init(&c->alarm, loop, on_alarm);
		c->rotate_at_us = now_us + ROTATE_US;
	}
	hg_alarm_set(&c->alarm, now_us + HG_CERTS_LOOK_US);
}
