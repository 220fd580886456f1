/*
 * pages - the last page of a list, when it is full.
 *
 * A list whose last page has as many items as fit says nothing of another page. When one more item
 * is made there is another, but the body of the full page is what it was, so a 304 may come for it
 * that says as little (P4 of GitHub's pitfalls). The page behind tells, by its own Link:
 *
 *     ?per_page=2          [a,b]            no Link, full
 *     ?per_page=2&page=2   [c]              <…?per_page=2&page=1>; rel="prev"
 *                                           so page 1 has <…?per_page=2&page=2>; rel="next"
 *
 * Thread: any, pure.
 */
#pragma once
#include <hg/str.h>
#include <stdbool.h>

/* Is the body a JSON array of as many items as the query asks for on a page (30 when it does not
 * say)? Not for lists that are walked by cursors. */
bool page_is_full(struct hg_str query, struct hg_str body);
bool page_has_next(struct hg_str link);

#define PAGE_LINK_BYTES 8192u

/* The query of the page behind. False: it does not fit. */
bool page_behind(struct hg_str query, char *ret_query, size_t size, size_t *ret_n);
/* The Link of a page whose own is `own` ({0} too), when the page behind has `behind` for its Link.
 * False: that does not lead back to it. */
bool page_link(struct hg_str query, struct hg_str own, struct hg_str behind,
	char ret_link[PAGE_LINK_BYTES], size_t *ret_n);
