/*
 * hash - 128 bits of SipHash under a secret of this process: keys for tables that clients must
 * not be able to make collide. Differs from run to run; not for what is stored or compared with
 * others.
 *
 * Thread: any.
 */
#pragma once
#include "abi.h"

HG_API void hg_hash128(const void *p, size_t n, uint8_t ret_hash[16]);
