#include "host/setup.h"

#include <hg/service.h>
#include <stdio.h>

/* Who does what for whom: matched by name before any code of a plugin runs. */

static const struct hg_service *find_in(
	const struct hg_plugin *table, const char *name, const char *label)
{
	for (const struct hg_service *s = table->provides; s && s->name; s++) {
		if (strcmp(s->name, name) == 0 &&
			(!label || (s->label && strcmp(s->label, label) == 0)))
			return s;
	}
	return NULL;
}

bool hg_setup_provider(const struct hg_setup *s, const char *name, const char *label,
	struct hg_provider *ret_provider)
{
	for (uint32_t i = 0; i < s->n; i++) {
		const struct hg_service *found = find_in(s->instances[i]->table, name, label);
		if (!found)
			continue;
		ret_provider->vtable = found->vtable;
		ret_provider->self = s->instances[i]->self;
		return true;
	}
	return false;
}

static const char *path_of(const struct hg_setup *s, uint32_t i)
{
	return s->config->plugins[i].path;
}

/* Two that can not be told apart: of one name without labels, or of one label. */
static void refuse_twins(struct hg_setup *s, uint32_t i, struct hg_faults *faults)
{
	const struct hg_plugin *table = s->instances[i]->table;

	for (const struct hg_service *sv = table->provides; sv && sv->name; sv++) {
		for (uint32_t k = 0; k < i; k++) {
			const struct hg_service *twin =
				find_in(s->instances[k]->table, sv->name, sv->label);
			if (!twin)
				continue;
			hg_faults_add(faults, &s->config->plugins[i].node->place, path_of(s, i),
				"%s and %s both provide %s%s%s: take one out",
				s->instances[k]->name, s->instances[i]->name, sv->name,
				sv->label ? " " : "", sv->label ? sv->label : "");
		}
	}
}

/* May instance i start when those marked have? */
static bool is_ready(const struct hg_setup *s, uint32_t i, const bool *started)
{
	const struct hg_need *needs = s->instances[i]->table->needs;

	for (const struct hg_need *need = needs; need && need->name; need++) {
		for (uint32_t k = 0; k < s->n; k++) {
			if (k != i && !started[k] &&
				find_in(s->instances[k]->table, need->name, NULL))
				return false;
		}
	}
	return true;
}

static void put_in_order(struct hg_setup *s, struct hg_faults *faults)
{
	bool started[HG_INSTANCES_MAX] = { false };
	uint32_t n = 0;

	for (bool moved = true; moved && n < s->n;) {
		moved = false;
		for (uint32_t i = 0; i < s->n && !moved; i++) {
			if (started[i] || !is_ready(s, i, started))
				continue;
			s->order[n++] = i;
			started[i] = moved = true;
		}
	}
	for (uint32_t i = 0; i < s->n && n < s->n; i++) {
		if (started[i])
			continue;
		hg_faults_add(faults, &s->config->plugins[i].node->place, path_of(s, i),
			"%s needs a service of a plugin that waits for it in turn",
			s->instances[i]->name);
		return;
	}
}

void hg_setup_match(struct hg_setup *s, struct hg_faults *faults)
{
	for (uint32_t i = 0; i < s->n; i++) {
		struct hg_instance *in = s->instances[i];
		uint32_t n = 0;

		refuse_twins(s, i, faults);
		for (const struct hg_need *need = in->table->needs; need && need->name; need++)
			n++;
		in->found = hg_alloc0((n + 1) * sizeof(*in->found));
		n = 0;
		for (const struct hg_need *need = in->table->needs; need && need->name; need++) {
			struct hg_provider *p = &in->found[n++];
			p->size = sizeof(*p);
			if (hg_setup_provider(s, need->name, NULL, p) || need->optional)
				continue;
			hg_faults_add(faults, &s->config->plugins[i].node->place, path_of(s, i),
				"%s needs %s, which no other plugin of this configuration provides",
				in->name, need->name);
		}
	}
	put_in_order(s, faults);
}

int hg_service_find(void *self, const char *name, const char *label,
	struct hg_provider *ret_provider, struct hg_err *err)
{
	struct hg_instance *in = hg_instance_of(self);
	struct hg_provider found = { .size = sizeof(found) };
	bool declared = false;

	for (const struct hg_need *need = in->table->needs; need && need->name; need++)
		declared |= strcmp(need->name, name) == 0;
	if (!declared)
		return hg_err_set(
			err, HG_ENOTFOUND, "%s does not declare that it needs %s", in->name, name);
	if (!hg_setup_provider(in->owner, name, label, &found))
		return hg_err_set(err, HG_ENOTFOUND, "nobody provides %s%s%s", name,
			label ? " " : "", label ? label : "");

	uint32_t size = ret_provider->size < sizeof(found) ? ret_provider->size : sizeof(found);
	found.size = ret_provider->size;
	memcpy(ret_provider, &found, size);
	return 0;
}
