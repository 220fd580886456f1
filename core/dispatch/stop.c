#include "dispatch/stop.h"
#include <string.h>

const char *hg_stop_name(enum hg_stop why)
{
	static const char *const words[] = {
#define X(id, word, about) word,
		HG_STOP_ROWS(X)
#undef X
	};
	return why < HG_STOPS ? words[why] : words[HG_STOP_NONE];
}

const char *hg_wait_name(enum hg_stop why)
{
	return why == HG_STOP_NONE ? "turn" : hg_stop_name(why);
}

const char *hg_stop_about(enum hg_stop why)
{
	static const char *const abouts[] = {
#define X(id, word, about) about,
		HG_STOP_ROWS(X)
#undef X
	};
	return why < HG_STOPS ? abouts[why] : abouts[HG_STOP_NONE];
}

void hg_waits_init(struct hg_waits *w)
{
	memset(w, 0, sizeof(*w));
	w->why = HG_STOPS;
}

bool hg_waits_enter(struct hg_waits *w, enum hg_stop why, int64_t now_us)
{
	if (w->why == why)
		return false;
	if (w->why != HG_STOPS)
		w->us[w->why] += now_us - w->since_us;
	w->why = why;
	w->since_us = now_us;
	return true;
}

enum hg_stop hg_waits_longest(const struct hg_waits *w, int64_t now_us, int64_t *ret_us)
{
	enum hg_stop longest = HG_STOP_NONE;
	int64_t most_us = 0;

	for (unsigned s = HG_STOP_NONE + 1; s < HG_STOPS; s++) {
		int64_t us = w->us[s] + (w->why == s ? now_us - w->since_us : 0);
		if (us > most_us) {
			most_us = us;
			longest = (enum hg_stop)s;
		}
	}
	if (longest == HG_STOP_NONE)
		most_us = w->us[HG_STOP_NONE] + (w->why == HG_STOP_NONE ? now_us - w->since_us : 0);
	*ret_us = most_us;
	return longest;
}
