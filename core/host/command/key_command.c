#include "host/command/key_command.h"

#include "base/bug.h"
#include "base/text.h"
#include "front/keys.h"
#include "host/config/clients.h"
#include <string.h>
#include <sys/random.h>

static bool is_name(const char *name)
{
	size_t n =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return n > 0 && n <= HG_CLIENT_NAME_MAX && !name[n] && strcmp(name, "local") != 0;
}

int hg_key_command_new(
	const char *name, const char *expires, int64_t wall_us, FILE *out, FILE *complaints)
{
	uint8_t random[32], digest[HG_KEY_DIGEST_BYTES];
	char key[HG_KEY_BYTES + 1], hash[HG_KEY_HASH_CHARS + 1];
	int64_t us;

	if (!name || !is_name(name)) {
		fprintf(complaints,
			"hubgate: key new needs the client's name: letters, digits, . _ and -, %d "
			"at most\n",
			HG_CLIENT_NAME_MAX);
		return 1;
	}
	if (expires && !hg_parse_time(hg_str(expires), &us)) {
		fprintf(complaints,
			"hubgate: --expires is a moment in UTC, 2027-01-31 or "
			"2027-01-31T12:00:00Z, not %s\n",
			expires);
		return 1;
	}
	if (expires && us <= wall_us) {
		fprintf(complaints,
			"hubgate: --expires %s has passed: the key would open nothing\n", expires);
		return 1;
	}
	HG_BUG_ON(getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random));
	hg_key_format(random, key);
	hg_key_digest((struct hg_str){ key, HG_KEY_BYTES }, digest);
	hg_key_format_hash(digest, hash);
	fprintf(out,
		"%s\n\nGive it to the client now: it is kept nowhere. For the configuration:\n\n"
		"clients:\n  - name: %s\n    key_hash: \"%s\"\n",
		key, name, hash);
	if (expires)
		fprintf(out, "    expires: %s\n", expires);
	explicit_bzero(random, sizeof(random));
	explicit_bzero(key, sizeof(key));
	return fflush(out) == 0 ? 0 : 1;
}

int hg_key_command_hash(FILE *in, FILE *out, FILE *complaints)
{
	char line[256] = "", hash[HG_KEY_HASH_CHARS + 1];
	uint8_t digest[HG_KEY_DIGEST_BYTES];
	size_t n = fread(line, 1, sizeof(line) - 1, in);

	while (n && strchr("\r\n", line[n - 1]))
		n--;
	bool is_key = n == HG_KEY_BYTES && hg_key_is_within((struct hg_str){ line, n });
	if (is_key) {
		hg_key_digest((struct hg_str){ line, n }, digest);
		hg_key_format_hash(digest, hash);
		fprintf(out, "%s\n", hash);
	} else {
		fputs("hubgate: key hash reads one key, hgk_ and 43 letters and digits, from its "
		      "standard input\n",
			complaints);
	}
	explicit_bzero(line, sizeof(line));
	return is_key && fflush(out) == 0 ? 0 : 1;
}
