/*
 * outside - values that a file does not hold itself: ${env:NAME} and ${file:/path}.
 *
 * Where any text may stand they are shown as "***", because they may be a secret, or hold one.
 *
 * Pure.   Thread: any.
 */
#pragma once
#include "host/config/yaml.h"
#include <hg/option.h>
#include <stdbool.h>

/* "env:NAME" of the first reference in a scalar or in the items of a list or map, without a
 * default; n 0: none. */
struct hg_str hg_outside_reference(const struct hg_node *node);
/* Is the option's value not to be shown? node NULL: it is not set. */
bool hg_outside_is_hidden(const struct hg_option *row, const struct hg_node *node);
