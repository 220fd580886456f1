/* full - has one of everything that a table can have, and nothing is wrong with it. */
#include <hg/plugin.h>

struct conf {
	int64_t wait_us, mode;
	uint64_t room;
	const char *word;
	struct hg_secret *token;
};

static const struct hg_option options[] = {
	HG_USEC(struct conf, wait_us, "10min", "1s", "1d", HG_OPT_LIVE, "How long."),
	HG_ENUM(struct conf, mode, "slow", "slow|fast", 0, "How."),
	HG_BYTES(struct conf, room, "1MiB", NULL, "1GiB", 0, "How much."),
	HG_STRING(struct conf, word, NULL, HG_OPT_REQUIRED, "What."),
	HG_SECRET(struct conf, token, 0, "With what."),
	{ 0 },
};

static const struct hg_metric metrics[] = {
	{ .name = "full_things_total", .type = HG_COUNTER, .help = "Things." },
	{ 0 },
};

static enum hg_verdict on_request(void *self, struct hg_request *r)
{
	(void)self;
	(void)r;
	return HG_NEXT;
}

static int run(
	void *self, const struct hg_admin_args *args, struct hg_answer *out, struct hg_err *err)
{
	(void)self;
	(void)args;
	(void)out;
	(void)err;
	return 0;
}

static const struct hg_route routes[] = {
	{ .methods = "GET", .path = "/full/{id}", .on_request = on_request, .about = "One." },
	{ .methods = "PUT", .path = "/full", .on_request = on_request },
	{ 0 },
};

static const struct hg_command commands[] = {
	{ .name = "things", .run = run, .about = "All of them." },
	{ 0 },
};

static const struct hg_strategy vtable = { .size = sizeof(vtable) };
static const struct hg_service services[] = { { HG_STRATEGY, "full", &vtable }, { 0 } };
static const struct hg_need needs[] = { { .name = "store/1", .optional = 1 }, { 0 } };
static const char *const events[] = { "webhook.*", NULL };

static const struct hg_plugin table = {
	.size = sizeof(struct hg_plugin),
	.abi = HG_ABI,
	.name = "full",
	.about = "One of everything.",
	.version = "2.5",
	HG_PLUGIN_ROWS,
	.conf_size = sizeof(struct conf),
	.options = options,
	.routes = routes,
	.metrics = metrics,
	.commands = commands,
	.provides = services,
	.needs = needs,
	.events = events,
	.wants_state = 1,
	.on_admit = on_request,
	.on_lookup = on_request,
};
HG_PLUGIN_EXPORT(table)
