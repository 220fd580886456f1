#include "dispatch/outcome.h"
#include "dispatch/retry.h"
#include "base/bug.h"
#include "base/text.h"

#define SEC_US INT64_C(1000000)
#define BIT(x) (1u << (x))
#define READS (BIT(HG_METHOD_READ) | BIT(HG_METHOD_QUERY))
#define WRITES BIT(HG_METHOD_WRITE)
#define HEAD BIT(HG_PHASE_HEAD)
#define ANSWERED (BIT(HG_PHASE_HEAD) | BIT(HG_PHASE_REFUSED))
#define POOL BIT(HG_WHOSE_POOL)

/* -- the matrix -------------------------------------------------------------------------------- */

static const struct hg_outcome_row rows[] = {
	/* before there is a head */
	{ .name = "unsent",
		.phases = BIT(HG_PHASE_UNSENT),
		.act = HG_ACT_REPEAT,
		.is_charged = true,
		.blame = HG_BLAME_HOST,
		.why = "No connection: nothing left this machine, so nothing was executed." },
	{ .name = "read-unanswered",
		.methods = READS,
		.phases = BIT(HG_PHASE_SENT),
		.act = HG_ACT_REPEAT,
		.is_charged = true,
		.blame = HG_BLAME_HOST,
		.why = "The connection broke, or the time was over: reading twice harms nobody." },
	{ .name = "write-unanswered",
		.methods = WRITES,
		.phases = BIT(HG_PHASE_SENT),
		.act = HG_ACT_PASS,
		.blame = HG_BLAME_HOST,
		.why = "It may have been executed, and would be executed twice." },
	{ .name = "cut",
		.phases = BIT(HG_PHASE_BODY),
		.act = HG_ACT_PASS,
		.why = "The client has the head already: its reply is cut, and it sees that." },

	/* limits */
	{ .name = "graphql-primary",
		.phases = ANSWERED,
		.findings = BIT(HG_FINDING_PRIMARY),
		.status = 200,
		.act = HG_ACT_RESET,
		.topic = HG_TOPIC_RATELIMIT_EXCEEDED,
		.why = "RATE_LIMITED in a 200, and nothing remains: it was not executed." },
	{ .name = "graphql-secondary",
		.phases = ANSWERED,
		.findings = BIT(HG_FINDING_SECONDARY),
		.status = 200,
		.act = HG_ACT_LATER,
		.topic = HG_TOPIC_RATELIMIT_EXCEEDED,
		.why = "RATE_LIMITED in a 200 with points left: too fast, and not executed." },
	{ .name = "primary",
		.phases = ANSWERED,
		.findings = BIT(HG_FINDING_PRIMARY),
		.act = HG_ACT_RESET,
		.topic = HG_TOPIC_RATELIMIT_EXCEEDED,
		.why = "The budget is spent; the refusal was not executed, so a write waits too." },
	{ .name = "secondary",
		.phases = ANSWERED,
		.findings = BIT(HG_FINDING_SECONDARY),
		.act = HG_ACT_LATER,
		.topic = HG_TOPIC_RATELIMIT_EXCEEDED,
		.why = "Too fast, whatever remains; the refusal was not executed." },
	{ .name = "refused",
		.phases = BIT(HG_PHASE_REFUSED),
		.act = HG_ACT_LATER,
		.topic = HG_TOPIC_RATELIMIT_EXCEEDED,
		.why = "A limit's refusal of an unknown kind was not executed." },

	/* credentials */
	{ .name = "token-too-young",
		.phases = HEAD,
		.whose = POOL,
		.status = 401,
		.traits = HG_TRAIT_YOUNG,
		.tries = 3,
		.act = HG_ACT_GRACE,
		.grace_us = SEC_US,
		.why = "A token that was just minted is not known everywhere at GitHub yet." },
	{ .name = "token-refused",
		.phases = HEAD,
		.whose = POOL,
		.status = 401,
		.act = HG_ACT_OTHER,
		.probes = true,
		.blame = HG_BLAME_IDENTITY,
		.why = "The token is expired, revoked or wrong: it is validated, others go on." },
	{ .name = "clients-token-refused",
		.phases = HEAD,
		.status = 401,
		.act = HG_ACT_PASS,
		.why = "The token is the client's own, and so is what it does about it." },
	{ .name = "suspended",
		.phases = HEAD,
		.whose = POOL,
		.findings = BIT(HG_FINDING_SUSPENDED),
		.status = 403,
		.act = HG_ACT_OTHER,
		.probes = true,
		.blame = HG_BLAME_IDENTITY,
		.why = "The App's installation, or the token's user, is suspended." },
	{ .name = "sso",
		.phases = HEAD,
		.whose = POOL,
		.findings = BIT(HG_FINDING_SSO),
		.status = 403,
		.act = HG_ACT_OTHER,
		.topic = HG_TOPIC_CREDENTIAL_PERMISSION,
		.why = "The organization wants its single sign-on for this token." },
	{ .name = "permission",
		.phases = HEAD,
		.whose = POOL,
		.findings = BIT(HG_FINDING_PERMISSION),
		.status = 403,
		.act = HG_ACT_OTHER,
		.topic = HG_TOPIC_CREDENTIAL_PERMISSION,
		.why = "The token lacks what GitHub named; another of the pool may have it." },
	{ .name = "forbidden",
		.phases = HEAD,
		.status = 403,
		.act = HG_ACT_PASS,
		.why = "Forbidden for another reason: archived, blocked, or the client's token." },

	/* what is not there, or not right */
	{ .name = "not-there-yet",
		.methods = READS,
		.phases = HEAD,
		.status = 404,
		.traits = HG_TRAIT_WEBHOOK,
		.tries = 2,
		.act = HG_ACT_GRACE,
		.grace_us = SEC_US,
		.is_charged = true,
		.why = "GitHub's events are ahead of its copies: what one names is there soon." },
	{ .name = "not-found",
		.phases = HEAD,
		.status = 404,
		.act = HG_ACT_PASS,
		.why = "It is not there, or not for these eyes: GitHub does not say which." },
	{ .name = "gone",
		.phases = HEAD,
		.status = 410,
		.act = HG_ACT_PASS,
		.why = "It was there and will not be again: no old copy is served either." },
	{ .name = "legal",
		.phases = HEAD,
		.status = 451,
		.act = HG_ACT_PASS,
		.why = "Taken down for legal reasons: no old copy is served either." },
	{ .name = "invalid",
		.phases = HEAD,
		.status = 422,
		.act = HG_ACT_PASS,
		.why = "The client has to change it: GitHub's errors are passed on as they are." },
	{ .name = "clients-mistake",
		.phases = HEAD,
		.status = 400,
		.status_to = 499,
		.act = HG_ACT_PASS,
		.why = "It would be wrong again, and GitHub suspends who repeats it." },

	/* GitHub's own trouble */
	{ .name = "query-too-long",
		.methods = BIT(HG_METHOD_QUERY),
		.phases = HEAD,
		.findings = BIT(HG_FINDING_NONE),
		.status = 502,
		.act = HG_ACT_PASS,
		.why = "GitHub cuts a query after 10 s and takes points for it: so it would "
		       "again." },
	{ .name = "query-timed-out",
		.methods = BIT(HG_METHOD_QUERY),
		.phases = HEAD,
		.findings = BIT(HG_FINDING_NONE),
		.status = 504,
		.act = HG_ACT_PASS,
		.why = "GitHub cuts a query after 10 s and takes points for it: so it would "
		       "again." },
	{ .name = "unavailable-until",
		.methods = READS,
		.phases = HEAD,
		.findings = BIT(HG_FINDING_LATER),
		.status = 503,
		.act = HG_ACT_LATER,
		.is_charged = true,
		.blame = HG_BLAME_HOST,
		.why = "GitHub says when to come again." },
	{ .name = "edge",
		.methods = READS,
		.phases = HEAD,
		.findings = BIT(HG_FINDING_EDGE),
		.status = 502,
		.status_to = 504,
		.act = HG_ACT_REPEAT,
		.is_charged = true,
		.blame = HG_BLAME_HOST,
		.why = "GitHub's edge answered, and did not reach GitHub." },
	{ .name = "read-failed",
		.methods = READS,
		.phases = HEAD,
		.status = 500,
		.act = HG_ACT_REPEAT,
		.is_charged = true,
		.blame = HG_BLAME_IDENTITY,
		.why = "A failure inside GitHub, often of one resource only, and short." },
	{ .name = "read-unavailable",
		.methods = READS,
		.phases = HEAD,
		.status = 502,
		.status_to = 504,
		.act = HG_ACT_REPEAT,
		.is_charged = true,
		.blame = HG_BLAME_HOST,
		.why = "GitHub is overloaded or being repaired for a moment." },
	{ .name = "write-failed",
		.methods = WRITES,
		.phases = HEAD,
		.status = 500,
		.act = HG_ACT_PASS,
		.blame = HG_BLAME_IDENTITY,
		.why = "It may have been executed before it failed." },
	{ .name = "write-unavailable",
		.methods = WRITES,
		.phases = HEAD,
		.status = 502,
		.status_to = 504,
		.act = HG_ACT_PASS,
		.blame = HG_BLAME_HOST,
		.why = "It may have been executed, though its answer was lost on the way." },
	{ .name = "unsupported",
		.phases = HEAD,
		.status = 500,
		.status_to = 599,
		.act = HG_ACT_PASS,
		.why = "A failure that would come again." },

	/* GraphQL in a 200 */
	{ .name = "graphql-partial",
		.phases = HEAD,
		.findings = BIT(HG_FINDING_PARTIAL),
		.act = HG_ACT_PASS,
		.why = "Too much was asked for: the part that came is passed, and never kept." },
	{ .name = "graphql-errors",
		.phases = HEAD,
		.findings = BIT(HG_FINDING_ERRORS),
		.act = HG_ACT_PASS,
		.why = "The query's own errors are the client's, and never kept." },

	{ .name = "answer",
		.act = HG_ACT_PASS,
		.why = "GitHub's answer, redirects and 304 included." },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

/* -- which row --------------------------------------------------------------------------------- */

static bool has(uint32_t mask, unsigned bit)
{
	return !mask || (mask & BIT(bit));
}

static bool fits(const struct hg_outcome_row *r, const struct hg_case *c)
{
	int to = r->status_to ? r->status_to : r->status;

	return has(r->methods, c->method) && has(r->phases, c->phase) && has(r->whose, c->whose) &&
	       has(r->findings, c->finding) &&
	       (!r->status || (c->status >= r->status && c->status <= to)) &&
	       (c->traits & r->traits) == r->traits && (!r->tries || c->tries <= r->tries);
}

struct hg_outcome hg_outcome_of(const struct hg_case *c)
{
	const struct hg_outcome_row *r = rows;

	while (!fits(r, c)) /* the last one fits everything */
		r++;
	return (struct hg_outcome){ r, c->traits & HG_TRAIT_BODY_GONE ? HG_ACT_PASS : r->act };
}

int64_t hg_outcome_wait_us(
	const struct hg_outcome *o, const struct hg_case *c, int64_t asked_us, struct hg_dice *dice)
{
	int64_t wait_us = 0;

	switch (o->act) {
	case HG_ACT_PASS:
	case HG_ACT_RESET:
	case HG_ACT_OTHER:
	case HG_ACTS:
		return 0;
	case HG_ACT_GRACE:
		return o->row->grace_us * c->tries;
	case HG_ACT_REPEAT:
	case HG_ACT_LATER:
		wait_us = hg_retry_wait_us(c->tries, dice);
		break;
	}
	return asked_us > wait_us ? asked_us : wait_us;
}

/* -- what a head says -------------------------------------------------------------------------- */

static bool next_word(struct hg_str *list, struct hg_str *ret_word)
{
	while (list->n && (*list->p == ' ' || *list->p == ','))
		list->p++, list->n--;
	*ret_word = (struct hg_str){ list->p, 0 };
	while (list->n && *list->p != ' ' && *list->p != ',')
		list->p++, list->n--, ret_word->n++;
	return ret_word->n > 0;
}

/* A classic token has scopes; one of those that are accepted is enough. A wider scope may stand
 * for a narrower one, but not in a 403. */
static bool lacks_scope(const struct hg_head *head)
{
	struct hg_str accepted = hg_head_find(head, "x-accepted-oauth-scopes"), want, have;
	bool wants = false;

	while (next_word(&accepted, &want)) {
		struct hg_str scopes = hg_head_find(head, "x-oauth-scopes");
		wants = true;
		while (next_word(&scopes, &have)) {
			if (hg_str_is(want, have))
				return false;
		}
	}
	return wants;
}

enum hg_finding hg_outcome_read(const struct hg_head *head, enum hg_refusal refusal)
{
	if (refusal == HG_REFUSAL_PRIMARY)
		return HG_FINDING_PRIMARY;
	if (refusal == HG_REFUSAL_SECONDARY)
		return HG_FINDING_SECONDARY;
	if (head->status == 403 && hg_head_find(head, "x-github-sso").n)
		return HG_FINDING_SSO;
	if (head->status == 403 &&
		(hg_head_find(head, "x-accepted-github-permissions").n || lacks_scope(head)))
		return HG_FINDING_PERMISSION;
	if (head->status == 503 && hg_head_find(head, "retry-after").n)
		return HG_FINDING_LATER;
	if (head->status >= 500 && !hg_head_find(head, "x-github-request-id").n)
		return HG_FINDING_EDGE;
	return HG_FINDING_NONE;
}

enum hg_finding hg_outcome_read_body(struct hg_str body)
{
	static const struct {
		const char *words; /* GitHub's: "Rate limits for the REST API", and before that */
		enum hg_finding finding;
	} says[] = {
		{ "econdary rate limit", HG_FINDING_SECONDARY },
		{ "abuse detection", HG_FINDING_SECONDARY },
		{ "installation has been suspended", HG_FINDING_SUSPENDED },
		{ "account was suspended", HG_FINDING_SUSPENDED },
	};

	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]) && body.n; i++)
		if (memmem(body.p, body.n, says[i].words, strlen(says[i].words)))
			return says[i].finding;
	return HG_FINDING_NONE;
}

/* -- in words ---------------------------------------------------------------------------------- */

static const struct {
	const char *name, *help;
} acts[HG_ACTS] = {
	[HG_ACT_PASS] = { "pass", "The client gets what there is: GitHub's reply as it is, or "
				  "hubgate's 502 or 504 when there is none." },
	[HG_ACT_REPEAT] = { "repeat", "Sent once more after a random wait within 500 ms, 1 s, 2 s "
				      "… 10 s, up to `dispatch.retries` times." },
	[HG_ACT_RESET] = { "reset",
		"Waits in its class for the budget's reset; a request whose deadline comes "
		"before that gets the refusal." },
	[HG_ACT_LATER] = { "later", "Sent once more after what Retry-After says, or else after a "
				    "minute, and longer each time; the same for deadlines." },
	[HG_ACT_OTHER] = { "other",
		"Sent once more with another credential of the pool that may "
		"see the resource; where there is none, the reply is passed, but "
		"after a 401, which waits for the token to be validated." },
	[HG_ACT_GRACE] = { "grace", "Sent once more after a short fixed wait." },
};

static const char *const blames[HG_BLAMES] = {
	[HG_BLAME_NOBODY] = "",
	[HG_BLAME_IDENTITY] = "identity",
	[HG_BLAME_HOST] = "host",
};

static const char *const method_words[HG_METHOD_KINDS] = {
	[HG_METHOD_READ] = "read",
	[HG_METHOD_QUERY] = "GraphQL query",
	[HG_METHOD_WRITE] = "write",
};

static const char *const phase_words[] = {
	[HG_PHASE_UNSENT] = "nothing was sent",
	[HG_PHASE_SENT] = "sent, and no head came",
	[HG_PHASE_REFUSED] = "a limit's refusal",
	[HG_PHASE_HEAD] = "a head came",
	[HG_PHASE_BODY] = "the client has the head",
};

static const char *const whose_words[HG_WHOSES] = {
	[HG_WHOSE_POOL] = "a token of the pool",
	[HG_WHOSE_CLIENT] = "the client's token",
	[HG_WHOSE_NOBODY] = "no token",
};

static const char *const finding_words[HG_FINDINGS] = {
	[HG_FINDING_NONE] = "nothing else is said",
	[HG_FINDING_PRIMARY] = "limit reached, nothing remains",
	[HG_FINDING_SECONDARY] = "limit reached, too fast",
	[HG_FINDING_SSO] = "`X-GitHub-SSO`",
	[HG_FINDING_PERMISSION] = "GitHub names a permission or scope",
	[HG_FINDING_SUSPENDED] = "GitHub says that it is suspended",
	[HG_FINDING_LATER] = "`Retry-After`",
	[HG_FINDING_EDGE] = "no `X-GitHub-Request-Id`",
	[HG_FINDING_PARTIAL] = "`RESOURCE_LIMITS_EXCEEDED`",
	[HG_FINDING_ERRORS] = "other GraphQL errors",
};

static const char *const trait_words[] = {
	"born of an event",
	"token younger than 5 s",
};

const struct hg_outcome_row *hg_outcome_rows(size_t *ret_n)
{
	*ret_n = N_ROWS;
	return rows;
}

const char *hg_act_name(enum hg_act act)
{
	return acts[act].name;
}

const char *hg_act_help(enum hg_act act)
{
	return acts[act].help;
}

const char *hg_blame_name(enum hg_blame blame)
{
	return blames[blame];
}

static void add_words(
	struct hg_text *out, uint32_t mask, const char *const *words, unsigned n, const char * or)
{
	bool is_first = true;

	for (unsigned i = 0; i < n; i++) {
		if (!(mask & BIT(i)))
			continue;
		hg_text_printf(out, "%s%s", !is_first ? or : out->n ? "; " : "", words[i]);
		is_first = false;
	}
}

void hg_outcome_when(const struct hg_outcome_row *row, struct hg_text *out)
{
	uint32_t phases = row->phases == HEAD || row->phases == ANSWERED ? 0 : row->phases;

	if (row->status_to)
		hg_text_printf(out, "%s%d to %d", out->n ? "; " : "", row->status, row->status_to);
	else if (row->status)
		hg_text_printf(out, "%d", row->status);
	add_words(out, phases, phase_words, HG_PHASE_BODY + 1, " or ");
	add_words(out, row->findings, finding_words, HG_FINDINGS, " or ");
	add_words(out, row->methods, method_words, HG_METHOD_KINDS, " or ");
	add_words(out, row->whose, whose_words, HG_WHOSES, " or ");
	add_words(
		out, row->traits, trait_words, sizeof(trait_words) / sizeof(trait_words[0]), ", ");
	if (row->tries)
		hg_text_printf(out, "; sent %u times at most", row->tries);
	if (!out->n)
		hg_text_add(out, HG_STR("all others"));
}
