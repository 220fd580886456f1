/*
 * clock - where loops read the time: the machine's, a held one for tests, a scaled one for demos.
 *
 * A held clock stands still until hg_clock_set moves it (forward only); a scaled one runs `speed`
 * times as fast as the machine's from the moment it was made.
 *
 * Thread: any; reading is lock-free.
 */
#pragma once
#include <hg/clock.h>
#include <stdbool.h>

struct hg_clock;

struct hg_clock *hg_clock_new_real(void);
struct hg_clock *hg_clock_new_scaled(double speed);
struct hg_clock *hg_clock_new_held(struct hg_now at);
void hg_clock_free(struct hg_clock *c);
struct hg_now hg_clock_read(const struct hg_clock *c); /* loops call it, once per turn */
bool hg_clock_is_held(const struct hg_clock *c);
double hg_clock_speed(const struct hg_clock *c);         /* 1.0 for real */
void hg_clock_set(struct hg_clock *c, struct hg_now to); /* held only */
