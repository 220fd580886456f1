#include "host/host_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <hg/mem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Which listeners are open, and on what. */

static struct hg_bound *find_bound(struct hg_host *h, const char *name)
{
	for (uint32_t i = 0; i < h->n_bound; i++) {
		if (strcmp(h->bound[i].name, name) == 0)
			return &h->bound[i];
	}
	return NULL;
}

const struct hg_bound *hg_host_bound(const struct hg_host *h, const char *name)
{
	return find_bound((struct hg_host *)h, name);
}

static void add_bound(
	struct hg_host *h, const char *name, const struct hg_address *a, bool is_inherited)
{
	if (h->n_bound == HG_LISTENERS_MAX)
		return;
	h->bound[h->n_bound++] =
		(struct hg_bound){ hg_strndup(name, strlen(name)), *a, is_inherited };
}

static void remove_bound(struct hg_host *h, uint32_t i)
{
	if (h->bound[i].address.is_unix && !h->bound[i].is_inherited)
		(void)unlink(h->bound[i].address.at.un.sun_path);
	hg_free(h->bound[i].name);
	h->bound[i] = h->bound[--h->n_bound];
}

/* One socket a front; of a Unix or inherited socket, one in all. */
static int open_listener(
	struct hg_host *h, struct hg_setup *s, uint32_t i, struct hg_fds *fds, struct hg_err *err)
{
	struct hg_listener_plan *plan = &s->config->listeners[i];
	struct hg_address a = plan->address;
	int given = hg_inherited_open(&h->inherited, &a);

	for (uint32_t k = 0; k < h->n_fronts; k++) {
		int fd = given;
		if (k > 0 && (a.is_unix || given >= 0))
			fd = fcntl(fds[0].fd[i], F_DUPFD_CLOEXEC, 0);
		else if (given < 0)
			fd = hg_listen_open(&a, 0666, k == 0, err);
		if (fd < 0)
			return hg_err_wrap(err, "listener");
		fds[k].fd[i] = fd;
	}
	add_bound(h, plan->name, &a, given >= 0);
	return 0;
}

/* The admin socket's folder is made for us alone, when it is not there. */
static int open_admin(struct hg_host *h, struct hg_setup *s, struct hg_fds *fds, struct hg_err *err)
{
	struct hg_address a = s->config->admin_address;
	char dir[sizeof(a.at.un.sun_path)];

	snprintf(dir, sizeof(dir), "%s", a.at.un.sun_path);
	char *slash = strrchr(dir, '/');
	if (slash && slash != dir) {
		*slash = 0;
		(void)mkdir(dir, 0700);
		if (hg_listen_folder_is_ours(dir, err) < 0)
			return hg_err_wrap(err, "admin socket");
	}
	int fd = hg_listen_open(&a, 0600, true, err);
	if (fd < 0)
		return hg_err_wrap(err, "admin socket (admin.bind chooses another)");
	fds->fd[s->admin_listener] = fd;
	add_bound(h, s->config->admin.bind, &a, false);
	return 0;
}

void hg_host_close(struct hg_host *h, struct hg_setup *s, struct hg_fds *fds)
{
	for (uint32_t i = 0; i < s->snapshot.n_listeners; i++) {
		bool opened = false;
		for (uint32_t k = 0; k <= h->n_fronts; k++) {
			if (fds[k].fd[i] < 0)
				continue;
			close(fds[k].fd[i]);
			fds[k].fd[i] = -1;
			opened = true;
		}
		for (uint32_t b = 0; opened && b < h->n_bound; b++) {
			if (strcmp(h->bound[b].name, s->snapshot.listeners[i].name) == 0)
				remove_bound(h, b--);
		}
	}
}

int hg_host_open(struct hg_host *h, struct hg_setup *s, struct hg_fds *ret_fds, struct hg_err *err)
{
	int rc = 0;

	for (uint32_t k = 0; k <= h->n_fronts; k++) {
		for (int i = 0; i < HG_LISTENERS_MAX; i++)
			ret_fds[k].fd[i] = -1;
	}
	/* first, because it makes the folder that others may be in */
	if (s->config->has_admin && !hg_host_bound(h, s->config->admin.bind))
		rc = open_admin(h, s, &ret_fds[h->n_fronts], err);
	for (uint32_t i = 0; i < s->config->n_listeners && rc >= 0; i++) {
		if (!hg_host_bound(h, s->config->listeners[i].name))
			rc = open_listener(h, s, i, ret_fds, err);
	}
	if (rc < 0)
		hg_host_close(h, s, ret_fds);
	return rc;
}

static bool is_wanted(const struct hg_setup *s, const char *name)
{
	for (uint32_t i = 0; i < s->snapshot.n_listeners; i++) {
		if (strcmp(s->snapshot.listeners[i].name, name) == 0)
			return true;
	}
	return false;
}

void hg_host_bind(struct hg_host *h, struct hg_setup *s)
{
	for (uint32_t i = 0; i < s->config->n_listeners; i++) { /* `tls:` may have come or gone */
		struct hg_bound *b = find_bound(h, s->config->listeners[i].name);
		if (b)
			b->address.is_tls = s->config->listeners[i].address.is_tls;
	}
	for (uint32_t i = 0; i < h->n_bound; i++) {
		if (!is_wanted(s, h->bound[i].name))
			remove_bound(h, i--);
	}
}

void hg_host_unbind_all(struct hg_host *h)
{
	while (h->n_bound)
		remove_bound(h, h->n_bound - 1);
}
