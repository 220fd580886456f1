#include "dispatch/retry.h"

#define FIRST_US 500000ll
#define MOST_US 10000000ll
#define PURSE_MOST 500 /* tenths: 50 retries in a row after a quiet time */

int64_t hg_retry_wait_us(uint32_t tries, struct hg_dice *dice)
{
	int64_t most = FIRST_US;

	for (; tries > 1 && most < MOST_US; tries--)
		most *= 2;
	return hg_dice_below(dice, most < MOST_US ? most : MOST_US);
}

void hg_retry_purse_init(struct hg_retry_purse *p)
{
	p->tenths = PURSE_MOST;
}

void hg_retry_purse_earn(struct hg_retry_purse *p)
{
	if (p->tenths < PURSE_MOST)
		p->tenths++;
}

bool hg_retry_purse_pay(struct hg_retry_purse *p)
{
	if (p->tenths < 10)
		return false;
	p->tenths -= 10;
	return true;
}
