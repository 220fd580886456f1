/*
 * hash - SipHash-1-3 under a key of this process, so that no client can choose collisions.
 *
 * Thread: any. hg_hash_seed is called once, before the first thread starts.
 */
#pragma once
#include <hg/hash.h>
#include <stddef.h>
#include <stdint.h>

void hg_hash_seed(const uint8_t key[16]);
uint64_t hg_hash(const void *p, size_t n);
uint64_t hg_hash_mix(uint64_t a, uint64_t b); /* of two hashes, order matters */
