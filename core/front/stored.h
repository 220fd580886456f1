/*
 * stored - a kept reply: counted, immutable, its head rendered once.
 *
 * `lines` is ready to be written as it is ("Name: value\r\n" each, no status line, no framing, no
 * fleeting fields); Link and Location stand apart, because each client sees them with its base.
 *
 * What clients of one base see is a form of it, a reply of its own: URLs in its fields and its JSON
 * body lead back to that base (rewrite_json.h), the entity tag is ours (tag.h). It is made when
 * first asked for and kept with the reply, for HG_STORED_FORMS bases: the first ones that came. A
 * further base is served as well, but its form is made each time.
 *
 *     kept, 10 kB  --localhost:3001-->  form, 9 kB, kept
 *                  --127.0.0.1:3001-->  form, 9 kB, kept      hg_stored_bytes: 28 kB
 *
 * A form that is kept shares the references of its reply, and the body when nothing in it changes.
 * One allocation each. Slots are filled once and never emptied before the end, so no lock is
 * needed. Thread: any.
 */
#pragma once
#include <hg/reply.h>
#include <stdatomic.h>

struct hg_rewrite;

enum { HG_STORED_FORMS = 4 };

struct hg_stored {
	_Atomic uint32_t refs; /* of a kept form: unused, `of` counts */
	int status;
	uint32_t n_fields;
	bool is_json;                  /* its body is one that may be rewritten */
	const struct hg_field *fields; /* all kept ones, for hg_stored_header */
	struct hg_str lines;           /* of a form: Link and Location too */
	struct hg_str etag;
	struct hg_str link, location; /* {0} when absent, or when `lines` has them */
	struct hg_str body;
	uint64_t bytes; /* of this allocation */

	struct hg_stored *of; /* a kept form's reply, which owns it; NULL for all others */
	struct hg_str base;   /* a form's; {0} else */
	uint64_t mark;        /* and of what it was made */
	_Atomic uint64_t forms_bytes;
	struct hg_stored *_Atomic forms[HG_STORED_FORMS]; /* filled from the first on */
};

/* As clients of this base see it: the reply itself when that is the same. The caller's reference to
 * `kept` becomes one to what is returned. */
struct hg_stored *hg_stored_take_for(struct hg_stored *kept, const struct hg_rewrite *w);
