#include "host/ask/human.h"

#include <stdio.h>

void hg_human_ms(int64_t ms, char ret_text[HG_HUMAN_BYTES])
{
	const char *sign = ms < 0 ? "-" : "";
	uint64_t n = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
	uint64_t s = n / 1000, min = s / 60, h = min / 60, d = h / 24;
	char *to = ret_text;

	if (s == 0)
		(void)snprintf(to, HG_HUMAN_BYTES, "%s%llums", sign, (unsigned long long)n);
	else if (min == 0)
		(void)snprintf(to, HG_HUMAN_BYTES, "%s%llu.%llus", sign, (unsigned long long)s,
			(unsigned long long)(n % 1000 / 100));
	else if (h == 0)
		(void)snprintf(to, HG_HUMAN_BYTES, "%s%llumin %llus", sign, (unsigned long long)min,
			(unsigned long long)(s % 60));
	else if (d == 0)
		(void)snprintf(to, HG_HUMAN_BYTES, "%s%lluh %llumin", sign, (unsigned long long)h,
			(unsigned long long)(min % 60));
	else
		(void)snprintf(to, HG_HUMAN_BYTES, "%s%llud %lluh", sign, (unsigned long long)d,
			(unsigned long long)(h % 24));
}

void hg_human_us(int64_t us, char ret_text[HG_HUMAN_BYTES])
{
	if (us >= 0 && us < 1000)
		(void)snprintf(ret_text, HG_HUMAN_BYTES, "%dus", (int)us);
	else if (us >= 0 && us < 10000)
		(void)snprintf(ret_text, HG_HUMAN_BYTES, "%d.%dms", (int)(us / 1000),
			(int)(us % 1000 / 100));
	else
		hg_human_ms(us / 1000, ret_text);
}

void hg_human_bytes(double bytes, char ret_text[HG_HUMAN_BYTES])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	unsigned unit = 0;

	while (bytes >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		bytes /= 1024;
		unit++;
	}
	(void)snprintf(ret_text, HG_HUMAN_BYTES, "%.*f%s", unit && bytes < 100 ? 1 : 0, bytes,
		units[unit]);
}

void hg_human_share(double share, char ret_text[HG_HUMAN_BYTES])
{
	(void)snprintf(ret_text, HG_HUMAN_BYTES, "%.1f%%", share * 100);
}
