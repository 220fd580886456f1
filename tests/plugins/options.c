/*
 * options - an option of each kind that has rules of its own: an old key, a reference to another
 * instance, one to a provider of a service, a list, a map. It does nothing; `config show`, `check`
 * and a reload say what was read.
 */
#include <hg/plugin.h>

struct options_conf {
	int64_t wait_us, mode;
	const char *on, *paced_by;
	struct hg_option_list words;
	struct hg_option_map labels;
	struct hg_secret *token;
};

static const struct hg_option rows[] = {
	HG_USEC(struct options_conf, wait_us, "10s", "1s", "1h", HG_OPT_LIVE, "How long."),
	HG_OLD_KEY(struct options_conf, wait_us, int64_t, HG_OPT_USEC, "patience", "wait"),
	HG_ENUM(struct options_conf, mode, "slow", "slow|fast", 0, "How."),
	HG_REF(struct options_conf, on, 0, "Of which instance."),
	HG_REF_TO(struct options_conf, paced_by, "strategy/1", 0, "By which instance."),
	HG_LIST(struct options_conf, words, "a,b", 0, "Which words."),
	HG_MAP(struct options_conf, labels, NULL, 0, "What to call them."),
	HG_SECRET(struct options_conf, token, 0, "With what."),
	{ 0 },
};

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "options",
	.about = "Has options, and nothing else.",
	.version = "1.0",
	HG_PLUGIN_ROWS,
	.conf_size = sizeof(struct options_conf),
	.options = rows,
};
HG_PLUGIN_EXPORT(table)
