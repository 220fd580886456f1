/*
 * certs - `tls:` of a listener: read, loaded, and looked at again now and then.
 *
 *     listeners:
 *     - bind: "[::]:3001"
 *       tls:
 *         cert: /etc/hubgate/hub.pem
 *         key: /etc/hubgate/hub.key
 *         client_ca: /etc/hubgate/clients.pem        clients show a certificate of this CA
 *
 * Every HG_CERTS_LOOK_US the files' stamps are compared; other files are loaded and new connections
 * get them, without a reload. A certificate that is about to expire is a warning, at the start and
 * twice a day. Ticket keys change twice a day as well.
 *
 * Thread: host.   Clock: the loop's; the machine's for the validity of certificates.
 */
#pragma once
#include "base/loop.h"
#include "front/tls.h"
#include "host/config/core_options.h"
#include "host/config/options.h"

#define HG_CERTS_LOOK_US INT64_C(30000000)

struct hg_cert_plan {
	bool is_on; /* `tls:` is there */
	struct hg_tls_entry entry;
	const char *path; /* "listeners[0].tls" */
	const struct hg_node *node;
	struct hg_place place;
};

/* `listener` is the entry's mapping; is_on stays false when it has no `tls:`. */
void hg_cert_plan_read(struct hg_cert_plan *p, const char *path, const struct hg_node *listener,
	struct hg_keep *keep, struct hg_faults *faults);
bool hg_cert_plan_needs_client(const struct hg_cert_plan *p);
/* NULL: said in faults, at the option whose file it is. `name` is the listener's. */
struct hg_tls *hg_cert_plan_load(
	const struct hg_cert_plan *p, const char *name, struct hg_faults *faults);

struct hg_certs { /* zeroed at first */
	struct hg_alarm alarm;
	struct hg_snapshot *snapshot; /* of which listeners; borrowed */
	int64_t rotate_at_us;
};

/* From now on those of `s`; NULL: none. */
void hg_certs_watch(struct hg_certs *c, struct hg_loop *loop, struct hg_snapshot *s);
