#include "dispatch/payer/permit.h"

#include "base/text.h"
#include <string.h>

#define ALTERNATIVES_MOST 16

const struct hg_feature hg_features[] = {
	{ "repositories", "repo", "metadata", HG_LEVEL_READ },
	{ "files and commits", "repo", "contents", HG_LEVEL_READ },
	{ "pull requests", "repo", "pull_requests", HG_LEVEL_READ },
	{ "commit statuses", "repo:status", "statuses", HG_LEVEL_READ },
	{ "deployments", "repo_deployment", "deployments", HG_LEVEL_READ },
	{ "workflow runs, their jobs and logs", "repo", "actions", HG_LEVEL_READ },
	{ "starting, cancelling and re-running workflow runs", "repo", "actions", HG_LEVEL_WRITE },
	{ "changing workflow files", "workflow", "workflows", HG_LEVEL_WRITE },
	{ "listing runners of repositories", "repo", "administration", HG_LEVEL_READ },
	{ "adding and removing runners of repositories", "repo", "administration", HG_LEVEL_WRITE },
	{ "listing runners of organizations", "admin:org", "organization_self_hosted_runners",
		HG_LEVEL_READ },
	{ "adding and removing runners of organizations", "admin:org",
		"organization_self_hosted_runners", HG_LEVEL_WRITE },
	{ "webhooks of repositories", "write:repo_hook", "repository_hooks", HG_LEVEL_WRITE },
	{ "members and teams of organizations", "read:org", "members", HG_LEVEL_READ },
	{ "packages", "read:packages", "packages", HG_LEVEL_READ },
	{ "the token's own user", "read:user", NULL, HG_LEVEL_NONE },
	{ 0 },
};

/* Who has the first has the second. */
static const struct {
	const char *scope, *includes;
} included[] = {
	{ "repo", "repo:status" },
	{ "repo", "repo_deployment" },
	{ "repo", "public_repo" },
	{ "repo", "repo:invite" },
	{ "repo", "security_events" },
	{ "repo", "admin:repo_hook" },
	{ "admin:repo_hook", "write:repo_hook" },
	{ "write:repo_hook", "read:repo_hook" },
	{ "admin:org", "write:org" },
	{ "admin:org", "manage_runners:org" },
	{ "write:org", "read:org" },
	{ "admin:public_key", "write:public_key" },
	{ "write:public_key", "read:public_key" },
	{ "admin:gpg_key", "write:gpg_key" },
	{ "write:gpg_key", "read:gpg_key" },
	{ "user", "read:user" },
	{ "user", "user:email" },
	{ "user", "user:follow" },
	{ "write:packages", "read:packages" },
	{ "project", "read:project" },
	{ "write:discussion", "read:discussion" },
	{ "admin:enterprise", "manage_runners:enterprise" },
	{ "admin:enterprise", "manage_billing:enterprise" },
	{ "admin:enterprise", "read:enterprise" },
	{ "audit_log", "read:audit_log" },
	{ "codespace", "codespace:secrets" },
	{ "copilot", "manage_billing:copilot" },
};

static const char *const level_names[] = { "none", "read", "write", "admin" };

/* -- words ------------------------------------------------------------------------------------- */

/* Of a scope or a permission: nothing else is ever printed. */
static bool is_name(struct hg_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != ':' &&
			c != '-')
			return false;
	}
	return s.n > 0 && s.n < HG_PERMIT_NAME;
}

static enum hg_permit_level level_of(struct hg_str word)
{
	for (unsigned i = HG_LEVEL_READ; i <= HG_LEVEL_ADMIN; i++)
		if (hg_str_is(word, hg_str(level_names[i])))
			return (enum hg_permit_level)i;
	return HG_LEVEL_NONE;
}

/* The next part of `rest` before `sep`, without blanks around it. False: there is none. */
static bool next_part(struct hg_str *rest, char sep, struct hg_str *ret_part)
{
	if (!rest->n)
		return false;
	const char *end = memchr(rest->p, sep, rest->n);
	struct hg_str part = { rest->p, end ? (size_t)(end - rest->p) : rest->n };
	size_t taken = part.n + (end != NULL);

	*rest = (struct hg_str){ rest->p + taken, rest->n - taken };
	while (part.n && part.p[0] == ' ')
		part = (struct hg_str){ part.p + 1, part.n - 1 };
	while (part.n && part.p[part.n - 1] == ' ')
		part.n--;
	*ret_part = part;
	return true;
}

/* "actions=write" */
static bool parse_need(struct hg_str part, struct hg_str *ret_name, enum hg_permit_level *ret_level)
{
	const char *is = part.n ? memchr(part.p, '=', part.n) : NULL;

	if (!is)
		return false;
	*ret_name = (struct hg_str){ part.p, (size_t)(is - part.p) };
	*ret_level = level_of((struct hg_str){ is + 1, part.n - ret_name->n - 1 });
	return is_name(*ret_name) && *ret_level != HG_LEVEL_NONE;
}

/* -- what it has ------------------------------------------------------------------------------- */

static void add_row(struct hg_permit *p, struct hg_str name, enum hg_permit_level level)
{
	if (!is_name(name))
		return;
	for (uint32_t i = 0; i < p->n; i++)
		if (hg_str_is(hg_str(p->rows[i].name), name)) {
			p->rows[i].level = level;
			return;
		}
	if (p->n == HG_PERMIT_ROWS)
		return;
	memcpy(p->rows[p->n].name, name.p, name.n);
	p->rows[p->n].name[name.n] = 0;
	p->rows[p->n++].level = level;
}

void hg_permit_put(struct hg_permit *p, struct hg_str name, struct hg_str level)
{
	p->kind = HG_PERMIT_APP;
	if (level_of(level) != HG_LEVEL_NONE)
		add_row(p, name, level_of(level));
}

bool hg_permit_is_scoped(enum hg_token_kind kind)
{
	return kind == HG_TOKEN_PERSONAL || kind == HG_TOKEN_OAUTH || kind == HG_TOKEN_OTHER;
}

static bool is_same(const struct hg_permit *a, const struct hg_permit *b)
{
	if (a->kind != b->kind || a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (strcmp(a->rows[i].name, b->rows[i].name) != 0)
			return false;
	return true;
}

bool hg_permit_note(struct hg_permit *p, const struct hg_head *h)
{
	struct hg_str said = hg_head_find(h, "X-OAuth-Scopes"), scope;
	struct hg_permit now = { .kind = HG_PERMIT_SCOPES };

	if (!said.p || p->kind == HG_PERMIT_APP)
		return false;
	while (next_part(&said, ',', &scope))
		add_row(&now, scope, HG_LEVEL_NONE);
	if (is_same(p, &now))
		return false;
	*p = now;
	return true;
}

/* The table has no circle, and is four deep. */
static bool includes(struct hg_str has, struct hg_str scope)
{
	if (hg_str_is(has, scope))
		return true;
	for (size_t i = 0; i < sizeof(included) / sizeof(included[0]); i++)
		if (hg_str_is(has, hg_str(included[i].scope)) &&
			includes(hg_str(included[i].includes), scope))
			return true;
	return false;
}

bool hg_permit_has_scope(const struct hg_permit *p, struct hg_str scope)
{
	for (uint32_t i = 0; p->kind == HG_PERMIT_SCOPES && i < p->n; i++)
		if (includes(hg_str(p->rows[i].name), scope))
			return true;
	return false;
}

enum hg_permit_level hg_permit_level(const struct hg_permit *p, struct hg_str name)
{
	for (uint32_t i = 0; p->kind == HG_PERMIT_APP && i < p->n; i++)
		if (hg_str_is(hg_str(p->rows[i].name), name))
			return p->rows[i].level;
	return HG_LEVEL_NONE;
}

bool hg_permit_may(const struct hg_permit *p, const struct hg_feature *feature)
{
	switch (p->kind) {
	case HG_PERMIT_UNKNOWN:
		return true;
	case HG_PERMIT_SCOPES:
		return hg_permit_has_scope(p, hg_str(feature->scope));
	case HG_PERMIT_APP:
		return !feature->permission ||
		       hg_permit_level(p, hg_str(feature->permission)) >= feature->level;
	}
	return true;
}

/* -- for people -------------------------------------------------------------------------------- */

void hg_permit_print(const struct hg_permit *p, struct hg_text *out)
{
	if (p->kind == HG_PERMIT_UNKNOWN)
		hg_text_add(out, HG_STR("not known"));
	else if (!p->n)
		hg_text_add(out, HG_STR("nothing"));
	for (uint32_t i = 0; i < p->n; i++) {
		hg_text_printf(out, "%s%s", i ? ", " : "", p->rows[i].name);
		if (p->kind == HG_PERMIT_APP)
			hg_text_printf(out, "=%s", level_names[p->rows[i].level]);
	}
}

uint32_t hg_permit_print_off(const struct hg_permit *p, struct hg_text *out)
{
	uint32_t n = 0;

	for (const struct hg_feature *f = hg_features; f->name; f++) {
		if (hg_permit_may(p, f))
			continue;
		hg_text_printf(out, "%s%s (needs ", n++ ? "; " : "", f->name);
		if (p->kind == HG_PERMIT_APP)
			hg_text_printf(out, "%s=%s)", f->permission, level_names[f->level]);
		else
			hg_text_printf(out, "%s)", f->scope);
	}
	return n;
}

/* How many permissions the way lacks; printed when `out` is there. */
static uint32_t lacks(const struct hg_permit *p, struct hg_str way, struct hg_text *out)
{
	struct hg_str part, name;
	enum hg_permit_level level;
	uint32_t n = 0;

	while (next_part(&way, ',', &part)) {
		if (!parse_need(part, &name, &level))
			continue;
		enum hg_permit_level has = hg_permit_level(p, name);
		if (has >= level)
			continue;
		if (out)
			hg_text_printf(out, "%s%.*s=%s", n ? " and " : "", (int)name.n, name.p,
				level_names[level]);
		if (out && has != HG_LEVEL_NONE)
			hg_text_printf(out, " (has %s)", level_names[has]);
		n++;
	}
	return n;
}

/* Each of them is a way that would do. */
static bool print_app_lack(const struct hg_permit *p, struct hg_str accepted, struct hg_text *out)
{
	struct hg_str ways[ALTERNATIVES_MOST], way;
	uint32_t n = 0;

	while (n < ALTERNATIVES_MOST && next_part(&accepted, ';', &way)) {
		struct hg_str rest = way, part, name;
		enum hg_permit_level level;
		bool is_known = false;
		while (next_part(&rest, ',', &part))
			is_known |= parse_need(part, &name, &level);
		if (!is_known)
			continue;
		if (!lacks(p, way, NULL))
			return false;
		ways[n++] = way;
	}
	for (uint32_t i = 0; i < n; i++) {
		hg_text_add(out, i ? HG_STR(", or ") : HG_STR("needs "));
		(void)lacks(p, ways[i], out);
	}
	return n > 0;
}

static bool print_scope_lack(const struct hg_permit *p, struct hg_str accepted, struct hg_text *out)
{
	struct hg_str rest = accepted, scope;
	uint32_t n = 0;

	while (next_part(&rest, ',', &scope))
		if (is_name(scope) && hg_permit_has_scope(p, scope))
			return false;
	while (next_part(&accepted, ',', &scope))
		if (is_name(scope))
			hg_text_printf(
				out, "%s%.*s", n++ ? ", or " : "needs ", (int)scope.n, scope.p);
	if (n && p->kind == HG_PERMIT_SCOPES) {
		hg_text_add(out, HG_STR(", and has "));
		hg_permit_print(p, out);
	}
	return n > 0;
}

bool hg_permit_print_lack(const struct hg_permit *p, const struct hg_head *h, struct hg_text *out)
{
	struct hg_str scopes = hg_head_find(h, "X-Accepted-OAuth-Scopes");
	struct hg_str permissions = hg_head_find(h, "X-Accepted-GitHub-Permissions");

	if (h->status != 403 && h->status != 404)
		return false;
	if (p->kind == HG_PERMIT_SCOPES)
		return print_scope_lack(p, scopes, out);
	return print_app_lack(p, permissions, out);
}
