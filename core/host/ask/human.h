/*
 * human - figures as people read them.
 *
 *     1500 ms -> "1.5s"     754000 ms -> "12min 34s"     90061 s -> "1d 1h"
 *     1536 B  -> "1.5KiB"   0.934     -> "93.4%"
 *
 * Thread: any.
 */
#pragma once
#include <stdint.h>

enum { HG_HUMAN_BYTES = 24 };

void hg_human_us(int64_t us, char ret_text[HG_HUMAN_BYTES]); /* "12us", "1.2ms", then as below */
void hg_human_ms(int64_t ms, char ret_text[HG_HUMAN_BYTES]);
void hg_human_bytes(double bytes, char ret_text[HG_HUMAN_BYTES]);
void hg_human_share(double share, char ret_text[HG_HUMAN_BYTES]);
