#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <hg/mem.h>
#include "base/list.h"
#include "base/mailbox.h"

enum { SENDERS = 8, EACH = 5000 };

struct note {
	struct hg_message message;
	int sender, number;
};

static int last_of[SENDERS];
static int n_run, n_out_of_order;

static void on_note(struct hg_message *m)
{
	struct note *note = HG_CONTAINER(m, struct note, message);
	n_out_of_order += note->number != last_of[note->sender] + 1;
	last_of[note->sender] = note->number;
	n_run++;
	hg_free(note);
}

static struct note *note_new(int sender, int number)
{
	struct note *note = hg_alloc0(sizeof(*note));
	note->message.run = on_note;
	note->sender = sender;
	note->number = number;
	return note;
}

static int forget(void **state)
{
	(void)state;
	n_run = n_out_of_order = 0;
	for (int i = 0; i < SENDERS; i++)
		last_of[i] = 0;
	return 0;
}

static bool is_readable(const struct hg_mailbox *b)
{
	struct pollfd p = { .fd = hg_mailbox_fd(b), .events = POLLIN };
	return poll(&p, 1, 0) == 1;
}

struct sender {
	struct hg_mailbox *box;
	int index;
};

static void *send_all(void *arg)
{
	const struct sender *s = arg;
	for (int i = 1; i <= EACH; i++)
		hg_mailbox_post_reserved(s->box, &note_new(s->index, i)->message);
	return NULL;
}

static void each_sender_s_messages_run_in_the_order_of_posting(void **state)
{
	(void)state;
	struct hg_mailbox *b = hg_mailbox_new(1);
	pthread_t threads[SENDERS];
	struct sender senders[SENDERS];
	for (int i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){ b, i };
		assert_int_equal(pthread_create(&threads[i], NULL, send_all, &senders[i]), 0);
	}
	while (n_run < SENDERS * EACH) { /* sleeps on the descriptor: a lost wake-up would hang */
		struct pollfd p = { .fd = hg_mailbox_fd(b), .events = POLLIN };
		assert_int_equal(poll(&p, 1, 30000), 1);
		hg_mailbox_wakes(b);
		(void)hg_mailbox_run(b);
	}
	for (int i = 0; i < SENDERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(n_out_of_order, 0);
	assert_int_equal(n_run, SENDERS * EACH);
	assert_int_equal(hg_mailbox_ran(b), SENDERS * EACH);
	hg_mailbox_free(b);
}

static void a_full_box_refuses_new_work_and_never_what_is_reserved(void **state)
{
	(void)state;
	struct hg_mailbox *b = hg_mailbox_new(2);
	assert_true(hg_mailbox_post(b, &note_new(0, 1)->message));
	assert_true(hg_mailbox_post(b, &note_new(0, 2)->message));
	struct note *late = note_new(0, 4);
	assert_false(hg_mailbox_post(b, &late->message));
	for (int i = 0; i < 10; i++)
		hg_mailbox_post_reserved(b, &note_new(0, 3 + i)->message);

	struct hg_mailbox_state look;
	hg_mailbox_look(b, &look);
	assert_int_equal(look.n, 12);
	assert_int_equal(look.room, 2);
	assert_int_equal(look.most, 12);
	assert_int_equal(look.posted, 12);
	assert_int_equal(look.refused, 1);
	assert_int_equal(hg_mailbox_run(b), 12);
	assert_int_equal(n_out_of_order, 0);
	hg_free(late);
	hg_mailbox_free(b);
}

static void reserved_messages_take_no_room_from_new_work(void **state)
{
	(void)state;
	struct hg_mailbox *b = hg_mailbox_new(1);
	hg_mailbox_post_reserved(b, &note_new(0, 1)->message);
	hg_mailbox_post_reserved(b, &note_new(0, 2)->message);
	assert_true(hg_mailbox_post(b, &note_new(0, 3)->message));
	assert_int_equal(hg_mailbox_run(b), 3);
	assert_true(hg_mailbox_post(b, &note_new(0, 4)->message)); /* running made room */
	assert_int_equal(hg_mailbox_run(b), 1);
	hg_mailbox_free(b);
}

static void the_descriptor_is_readable_while_there_is_something(void **state)
{
	(void)state;
	struct hg_mailbox *b = hg_mailbox_new(8);
	assert_false(is_readable(b));
	assert_true(hg_mailbox_post(b, &note_new(0, 1)->message));
	assert_true(hg_mailbox_post(b, &note_new(0, 2)->message));
	assert_true(is_readable(b));
	(void)hg_mailbox_run(b);
	assert_false(is_readable(b));
	hg_mailbox_free(b);
}

static struct hg_mailbox *reposting_to;

static void on_repost(struct hg_message *m)
{
	hg_mailbox_post_reserved(reposting_to, m);
}

static void a_message_posted_while_others_run_waits_for_the_next_run(void **state)
{
	(void)state;
	struct hg_mailbox *b = reposting_to = hg_mailbox_new(8);
	struct hg_message again = { .run = on_repost };
	hg_mailbox_post_reserved(b, &again);
	assert_int_equal(hg_mailbox_run(b), 1);
	assert_true(is_readable(b));
	assert_int_equal(hg_mailbox_run(b), 1);
	hg_mailbox_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_sender_s_messages_run_in_the_order_of_posting, forget),
		cmocka_unit_test_setup(
			a_full_box_refuses_new_work_and_never_what_is_reserved, forget),
		cmocka_unit_test_setup(reserved_messages_take_no_room_from_new_work, forget),
		cmocka_unit_test_setup(the_descriptor_is_readable_while_there_is_something, forget),
		cmocka_unit_test_setup(
			a_message_posted_while_others_run_waits_for_the_next_run, forget),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
