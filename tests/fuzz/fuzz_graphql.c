/*
 * Any bytes as a GraphQL document, or (the first byte says so) as the body that carries one.
 *
 * Must hold: what a readable document is called is what a second reader finds, which knows
 * nothing of tokens: it blanks strings and comments, and looks at the words with which definitions
 * begin. A mutation put before or behind makes it one, a query changes nothing. A body says what
 * the document in it says, if the text is UTF-8, and jansson finds the same document in it.
 */
#include <jansson.h>
#include <stdlib.h>

#include "base/text.h"
#include "ticket/graphql.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static bool is_word(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* -- a second reader --------------------------------------------------------------------------- */

static char *find_end_of_string(char *p, char *end)
{
	if (end - p >= 3 && memcmp(p, "\"\"\"", 3) == 0) {
		char *close = memmem(p + 3, (size_t)(end - p) - 3, "\"\"\"", 3);
		return close ? close + 3 : end;
	}
	for (p++; p < end && *p != '"'; p++)
		p += *p == '\\';
	return p < end ? p + 1 : end;
}

static void blank_what_is_no_code(char *p, char *end)
{
	while (p < end) {
		char *to = p + 1;
		if (*p == '"')
			to = find_end_of_string(p, end);
		else if (*p == '#')
			while (to < end && *to != '\n' && *to != '\r')
				to++;
		if (*p == '"' || *p == '#')
			memset(p, ' ', (size_t)(to - p));
		p = to;
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',';
}

/* Of a text without strings and comments: does a definition begin with this word? "{" is one. */
static bool begins_with(struct hg_str code, const char *word)
{
	size_t n = strlen(word);
	int depth = 0;
	bool is_begin = true; /* of a definition */

	for (size_t i = 0; i < code.n; i++) {
		char c = code.p[i];
		if (is_blank(c))
			continue;
		if (is_begin && code.n - i >= n && memcmp(code.p + i, word, n) == 0 &&
			(!is_word(word[0]) || code.n - i == n || !is_word(code.p[i + n])))
			return true;
		depth += (strchr("([{", c) != NULL) - (strchr(")]}", c) != NULL);
		is_begin = depth == 0 && c == '}';
	}
	return false;
}

static enum hg_graphql_does read_again(struct hg_str document)
{
	char *code = malloc(document.n + 1);
	struct hg_str text = { code, document.n };
	enum hg_graphql_does does = HG_GRAPHQL_UNREADABLE;

	memcpy(code, document.p, document.n);
	if (document.n >= 3 && memcmp(code, "\xef\xbb\xbf", 3) == 0)
		memset(code, ' ', 3);
	blank_what_is_no_code(code, code + document.n);
	if (begins_with(text, "mutation"))
		does = HG_GRAPHQL_MUTATION;
	else if (begins_with(text, "subscription"))
		does = HG_GRAPHQL_SUBSCRIPTION;
	else if (begins_with(text, "query") || begins_with(text, "{"))
		does = HG_GRAPHQL_QUERY;
	free(code);
	return does;
}

/* -- documents --------------------------------------------------------------------------------- */

static enum hg_graphql_does does_with(
	const char *before, struct hg_str document, const char *behind)
{
	struct hg_text text;

	hg_text_init(&text);
	hg_text_printf(&text, "%s", before);
	hg_text_add(&text, document);
	hg_text_printf(&text, "%s", behind);
	enum hg_graphql_does does = hg_graphql_document(hg_text_str(&text));
	hg_text_fini(&text);
	return does;
}

/* As a JSON string; what is no letter is written as \u…. */
static void add_string(struct hg_text *out, struct hg_str s)
{
	hg_text_add_char(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 0x20 || c == '"' || c == '\\')
			hg_text_printf(out, "\\u%04x", c);
		else
			hg_text_add_char(out, (char)c);
	}
	hg_text_add_char(out, '"');
}

static enum hg_graphql_does does_in_body(struct hg_str document)
{
	struct hg_text body;

	hg_text_init(&body);
	hg_text_printf(&body, "{\"variables\":{\"query\":\"mutation{a}\"},\"query\":");
	add_string(&body, document);
	hg_text_add_char(&body, '}');
	enum hg_graphql_does does = hg_graphql_body(hg_text_str(&body));
	hg_text_fini(&body);
	return does;
}

static void check_document(struct hg_str document)
{
	enum hg_graphql_does does = hg_graphql_document(document);
	bool has_mark = document.n >= 3 && memcmp(document.p, "\xef\xbb\xbf", 3) == 0;

	check(does_in_body(document) == (hg_json_is_utf8(document) ? does : HG_GRAPHQL_UNREADABLE));
	if (does == HG_GRAPHQL_UNREADABLE)
		return;
	check(read_again(document) == does);
	check(does_with("", document, "\n{ok}") == does);
	check(does_with("", document, "\nmutation M{no}") == HG_GRAPHQL_MUTATION);
	check(has_mark || does_with("{ok} ", document, "") == does);
	check(has_mark || does_with("mutation{no}", document, "") == HG_GRAPHQL_MUTATION);
	check(does_with("", document, "\n{") == HG_GRAPHQL_UNREADABLE);
	check(does_with("", document, "\n}") == HG_GRAPHQL_UNREADABLE);
}

static void check_body(struct hg_str body)
{
	enum hg_graphql_does does = hg_graphql_body(body);

	if (does == HG_GRAPHQL_UNREADABLE)
		return;
	json_t *root = json_loadb(body.p, body.n, JSON_ALLOW_NUL, NULL);
	if (!root)
		return; /* numbers that are too large for it, halves of surrogate pairs */
	json_t *query = json_object_get(root, "query");
	check(json_is_string(query));
	check(hg_graphql_document((struct hg_str){
		      json_string_value(query), json_string_length(query) }) == does);
	const char *name;
	json_t *value;
	json_object_foreach(root, name, value)
		check(!strcmp(name, "query") || !strcmp(name, "variables") ||
			!strcmp(name, "operationName"));
	json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	struct hg_str text = { (const char *)data + 1, size - 1 };

	if (data[0] & 1)
		check_body(text);
	else
		check_document(text);
	return 0;
}
