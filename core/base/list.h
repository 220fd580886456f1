/*
 * list - a doubly linked list whose links sit in its members.
 *
 *     struct hg_list queue;                       hg_list_init(&queue);
 *     struct ticket { struct hg_list link; … };   hg_list_add(&queue, &t->link);
 *     struct ticket *t = HG_LIST_FIRST(&queue, struct ticket, link);
 *
 * A member is on one list at most, or on none (hg_list_init'ed). Thread: the owner's.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct hg_list {
	struct hg_list *next, *prev; /* both point to itself when empty or off every list */
};

#define HG_CONTAINER(p, T, member) ((T *)((char *)(p)-offsetof(T, member)))

static inline void hg_list_init(struct hg_list *l)
{
	l->next = l->prev = l;
}

static inline bool hg_list_is_empty(const struct hg_list *l)
{
	return l->next == l;
}

/* At the end. */
static inline void hg_list_add(struct hg_list *l, struct hg_list *link)
{
	link->prev = l->prev;
	link->next = l;
	l->prev->next = link;
	l->prev = link;
}

static inline void hg_list_add_first(struct hg_list *l, struct hg_list *link)
{
	hg_list_add(l->next, link);
}

/* Off its list; harmless when on none. */
static inline void hg_list_remove(struct hg_list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	hg_list_init(link);
}

static inline void hg_list_move(struct hg_list *link, struct hg_list *to)
{
	hg_list_remove(link);
	hg_list_add(to, link);
}

#define HG_LIST_FIRST(l, T, member) \
	(hg_list_is_empty(l) ? NULL : HG_CONTAINER((l)->next, T, member))

/* The body may remove `v` but nothing else. */
#define HG_LIST_EACH(l, v, member)                                                            \
	for (__typeof__(v) v##_next_ = (v = HG_CONTAINER((l)->next, __typeof__(*v), member),  \
				       HG_CONTAINER(v->member.next, __typeof__(*v), member)); \
		&v->member != (l);                                                            \
		v = v##_next_, v##_next_ = HG_CONTAINER(v->member.next, __typeof__(*v), member))
