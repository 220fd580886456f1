#include "signer.h"

#include "jwt.h"

static void an_app_is_known_by_what_it_signed(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	struct signer s = signer_new();

	trust(&g, &s);
	assert_int_equal(ask(&g, "GET", "/app", app_token(&s, &g, -60, 540, "4711"), NULL), 200);
	assert_int_equal(number_at(g.json, "id"), 4711);
	assert_int_equal(
		ask(&g, "GET", "/app", app_token(&s, &g, -60, 540, "\"4711\""), NULL), 200);
	assert_int_equal(
		ask(&g, "GET", "/app", app_token(&s, &g, 0, 600, "\"" SIM_CLIENT_ID "\""), NULL),
		200);
	signer_free(&s);
	github_free(&g);
}

static void claims_are_looked_at_as_github_does(void **state)
{
	(void)state;
	static const struct {
		int iat, exp;
		const char *iss;
		int status;
		const char *said;
	} rows[] = {
		{ 1, 540, "4711", 401, "'Issued at' claim ('iat')" },
		{ -60, 0, "4711", 401, "'Expiration time' claim ('exp') must be" },
		{ -60, 601, "4711", 401, "'Expiration time' claim ('exp') is too far" },
		{ -60, 540, "4712", 404, "Integration not found" },
		{ -60, 540, "\"Iv1.x\"", 404, "Integration not found" },
		{ -60, 540, "null", 404, "Integration not found" },
	};
	struct github g = github_new(NULL);
	struct signer s = signer_new();

	trust(&g, &s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *token = app_token(&s, &g, rows[i].iat, rows[i].exp, rows[i].iss);
		assert_int_equal(ask(&g, "GET", "/app", token, NULL), rows[i].status);
		assert_non_null(strstr(text_at(g.json, "message"), rows[i].said));
	}
	const char *head = "{\"alg\":\"RS256\"}";
	ask(&g, "GET", "/app", signed_by(&s, head, "{\"iss\":4711}"), NULL);
	assert_non_null(strstr(text_at(g.json, "message"), "'iat'"));
	ask(&g, "GET", "/app", signed_by(&s, head, "{\"iat\":1,\"exp\":\"x\",\"iss\":4711}"), NULL);
	assert_non_null(strstr(text_at(g.json, "message"), "'exp'"));
	signer_free(&s);
	github_free(&g);
}

static void what_another_signed_or_nobody_is_refused(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	struct signer s = signer_new(), other = signer_new();
	char changed[4096];

	trust(&g, &s);
	static const char *const bad[] = { "Bearer a.b.c", "Bearer e30.e30.e30",
		"Bearer W10.W10.eA", "Bearer !.!.!" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ask(&g, "GET", "/app", bad[i], NULL), 401);
	assert_int_equal(
		ask(&g, "GET", "/app", app_token(&other, &g, -60, 540, "4711"), NULL), 401);
	assert_string_equal(text_at(g.json, "message"), "A JSON web token could not be decoded");
	/* the head says another algorithm than it is signed by */
	static const char claims[] = "{\"iat\":1767225600,\"exp\":1767225900,\"iss\":4711}";
	ask(&g, "GET", "/app", signed_by(&s, "{\"alg\":\"RS256\"}", claims), NULL);
	assert_int_equal(g.out.status, 200);
	ask(&g, "GET", "/app", signed_by(&s, "{\"alg\":\"none\"}", claims), NULL);
	assert_int_equal(g.out.status, 401);
	ask(&g, "GET", "/app", signed_by(&s, "{\"alg\":256}", claims), NULL);
	assert_int_equal(g.out.status, 401);
	/* one letter of the claims is another */
	snprintf(changed, sizeof(changed), "%s", app_token(&s, &g, -60, 540, "4711"));
	char *letter = strchr(changed, '.') + 10;
	*letter = *letter == 'A' ? 'B' : 'A';
	assert_int_equal(ask(&g, "GET", "/app", changed, NULL), 401);
	signer_free(&s);
	signer_free(&other);
	github_free(&g);
}

static void a_clock_that_is_behind_refuses_what_is_fresh(void **state)
{
	(void)state;
	struct github g = github_new(NULL);
	struct signer s = signer_new();

	trust(&g, &s);
	ask(&g, "POST", "/_sim/odd", NULL, "{\"names\":[\"clock_skew\"],\"skew_s\":-90}");
	assert_int_equal(ask(&g, "GET", "/app", app_token(&s, &g, -60, 540, "4711"), NULL), 401);
	assert_non_null(strstr(text_at(g.json, "message"), "'iat'"));
	/* who learns from Date is let in */
	assert_int_equal(ask(&g, "GET", "/app", app_token(&s, &g, -150, 450, "4711"), NULL), 200);
	signer_free(&s);
	github_free(&g);
}

static void only_rsa_keys_are_keys(void **state)
{
	(void)state;
	struct signer s = signer_new(), curve = signer_of(EVP_EC_gen("P-256"));

	assert_true(sim_is_app_key(s.public_pem));
	assert_false(sim_is_app_key(curve.public_pem));
	assert_false(sim_is_app_key(""));
	assert_false(
		sim_is_app_key("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
	signer_free(&s);
	signer_free(&curve);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_app_is_known_by_what_it_signed),
		cmocka_unit_test(claims_are_looked_at_as_github_does),
		cmocka_unit_test(what_another_signed_or_nobody_is_refused),
		cmocka_unit_test(a_clock_that_is_behind_refuses_what_is_fresh),
		cmocka_unit_test(only_rsa_keys_are_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
