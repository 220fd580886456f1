#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "front/net.h"
#include <arpa/inet.h>
#include <string.h>

static union hg_peer peer_of(const char *text)
{
	union hg_peer p;

	memset(&p, 0, sizeof(p));
	if (inet_pton(AF_INET, text, &p.in4.sin_addr) == 1)
		p.in4.sin_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &p.in6.sin6_addr) == 1)
		p.in6.sin6_family = AF_INET6;
	else
		p.any.sa_family = strcmp(text, "unix") == 0 ? AF_UNIX : AF_UNSPEC;
	return p;
}

static void a_range_has_its_addresses_and_no_others(void **state)
{
	(void)state;
	static const struct {
		const char *net, *peer;
		bool has;
	} rows[] = {
		{ "10.0.0.0/8", "10.255.0.1", true },
		{ "10.0.0.0/8", "11.0.0.0", false },
		{ "10.0.0.0/8", "::ffff:10.1.2.3", true },
		{ "10.0.0.0/8", "a00::1", false },
		{ "192.0.2.7", "192.0.2.7", true },
		{ "192.0.2.7", "192.0.2.6", false },
		{ "192.0.2.128/25", "192.0.2.129", true },
		{ "192.0.2.128/25", "192.0.2.127", false },
		{ "0.0.0.0/0", "8.8.8.8", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "::/0", "8.8.8.8", true },
		{ "fd00::/8", "fdff::1", true },
		{ "fd00::/8", "fe00::1", false },
		{ "::1", "::1", true },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "0.0.0.0/0", "unix", false },
		{ "::/0", "nobody", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hg_net net;
		union hg_peer peer = peer_of(rows[i].peer);
		assert_true(hg_net_parse(hg_str(rows[i].net), &net));
		if (hg_net_has(&net, 1, &peer) != rows[i].has)
			fail_msg("%s in %s", rows[i].peer, rows[i].net);
	}
}

static void what_is_no_range_is_refused(void **state)
{
	(void)state;
	static const char *const words[] = { "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8",
		"10.0.0.0/-1", "10.0.0/8", "::/129", "::1/64", "fd00::/8/8", "localhost",
		"10.0.0.0/ 8", "1:2:3:4:5:6:7:8:9",
		"0000:0000:0000:0000:0000:ffff:255.255.255.2551" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct hg_net net;
		if (hg_net_parse(hg_str(words[i]), &net))
			fail_msg("%s", words[i]);
	}
}

static void loopback_is_this_machine_in_all_its_forms(void **state)
{
	(void)state;
	static const struct {
		const char *peer;
		bool is_loopback;
	} rows[] = { { "127.0.0.1", true }, { "127.9.9.9", true }, { "::1", true },
		{ "unix", true }, { "::ffff:127.0.0.1", true }, { "128.0.0.1", false },
		{ "::2", false }, { "nobody", false } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		union hg_peer peer = peer_of(rows[i].peer);
		assert_int_equal(hg_peer_is_loopback(&peer), rows[i].is_loopback);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_has_its_addresses_and_no_others),
		cmocka_unit_test(what_is_no_range_is_refused),
		cmocka_unit_test(loopback_is_this_machine_in_all_its_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
