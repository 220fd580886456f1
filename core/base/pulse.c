#include "base/pulse.h"

void hg_pulse_move(struct hg_pulse *p, int64_t second)
{
	if (second - p->second > HG_PULSE_SLOTS)
		p->second = second - HG_PULSE_SLOTS;
	while (p->second < second)
		p->n[++p->second & (HG_PULSE_SLOTS - 1)] = 0;
}

double hg_pulse_per_second(struct hg_pulse *p, int64_t now_us)
{
	int64_t second = now_us / 1000000;
	uint64_t sum = 0;

	hg_pulse_move(p, second);
	for (int64_t i = 1; i <= HG_PULSE_SECONDS; i++)
		sum += p->n[(p->second - i) & (HG_PULSE_SLOTS - 1)];
	return (double)sum / HG_PULSE_SECONDS;
}
