#include "fixture.h"

#include "party.h"

static struct sim_who user(uint64_t id)
{
	return (struct sim_who){ .kind = SIM_WHO_USER, .id = id };
}

static void addresses_are_told_apart_and_users_by_number(void **state)
{
	(void)state;
	struct sim_parties all = { 0 };
	struct sim_who here = sim_who_of_address(hg_str("127.0.0.1"));
	struct sim_who there = sim_who_of_address(hg_str("127.0.0.2"));
	struct sim_who one = user(1), two = user(2);

	sim_party_find(&all, &here)->n_writes = 1;
	sim_party_find(&all, &one)->n_writes = 2;
	assert_int_equal(sim_party_find(&all, &there)->n_writes, 0);
	assert_int_equal(sim_party_find(&all, &two)->n_writes, 0);
	assert_int_equal(sim_party_find(&all, &here)->n_writes, 1);
	assert_int_equal(sim_party_find(&all, &one)->n_writes, 2);
	sim_parties_fini(&all);
}

static void a_flight_is_over_at_its_end(void **state)
{
	(void)state;
	struct sim_parties all = { 0 };
	struct sim_who one = user(1);
	struct sim_party *p = sim_party_find(&all, &one);

	sim_party_fly(p, 10 * SEC, 0);
	sim_party_fly(p, 20 * SEC, 0);
	sim_party_fly(p, 0, 0); /* takes no time */
	assert_int_equal(p->max_flights, 3);
	assert_int_equal(sim_party_flights(p, 10 * SEC - 1), 2);
	assert_int_equal(sim_party_flights(p, 10 * SEC), 1);
	assert_int_equal(sim_party_flights(p, 20 * SEC), 0);
	sim_parties_fini(&all);
}

static void writes_less_than_a_second_apart_are_counted(void **state)
{
	(void)state;
	struct sim_parties all = { 0 };
	struct sim_who one = user(1);
	struct sim_party *p = sim_party_find(&all, &one);

	sim_party_write(p, 0);
	sim_party_write(p, SEC);
	sim_party_write(p, 2 * SEC - 1);
	assert_int_equal(p->n_writes, 3);
	assert_int_equal(p->n_close_writes, 1);
	sim_parties_fini(&all);
}

static void parties_are_bounded_and_the_first_makes_room(void **state)
{
	(void)state;
	struct sim_parties all = { 0 };

	for (uint32_t i = 0; i < SIM_PARTIES + 10; i++) {
		struct sim_who who = user(i);
		struct sim_party *p = sim_party_find(&all, &who);
		sim_tally_add(&sim_party_count(p, SIM_CPU, 0)->tally, 1, 0);
		sim_party_provoke(p, SIM_PRIMARY, 0);
		sim_party_fly(p, SEC, 0);
	}
	assert_int_equal(all.n, SIM_PARTIES);
	struct sim_who first = user(0), kept = user(11);
	assert_int_equal(sim_party_find(&all, &kept)->n_provoked, 1);
	assert_int_equal(sim_party_find(&all, &first)->n_provoked, 0);
	sim_parties_fini(&all);
}

static void counts_of_a_kind_can_be_forgotten(void **state)
{
	(void)state;
	struct sim_parties all = { 0 };
	struct sim_who one = user(1);
	struct sim_party *p = sim_party_find(&all, &one);

	sim_tally_add(&sim_party_count(p, SIM_HIDDEN_POINTS, 0)->tally, 1, 0);
	sim_tally_add(&sim_party_count(p, SIM_CPU, 0)->tally, 7, 0);
	sim_parties_drop(&all, SIM_HIDDEN_POINTS);
	assert_int_equal(p->n_counts, 1);
	assert_int_equal(sim_party_count(p, SIM_CPU, 0)->tally.sum, 7);
	assert_int_equal(sim_party_count(p, SIM_HIDDEN_POINTS, 0)->tally.sum, 0);
	sim_parties_fini(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_told_apart_and_users_by_number),
		cmocka_unit_test(a_flight_is_over_at_its_end),
		cmocka_unit_test(writes_less_than_a_second_apart_are_counted),
		cmocka_unit_test(parties_are_bounded_and_the_first_makes_room),
		cmocka_unit_test(counts_of_a_kind_can_be_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
