/*
 * sink - a file that lines are written to by a thread of its own, so that no loop waits for a disk.
 *
 *     front: hg_sink_put ─► buffer (bounded) ─► thread: write(2), ten times a second or at 64 KiB
 *
 * A line is taken whole or dropped whole and counted: when `room` bytes wait already, when the
 * disk is full, when the file can not be opened, when it is a pipe that takes nothing for a second.
 * What was dropped for the disk is said once a minute in the log.
 *
 * Rotation: rename the file, then hg_sink_reopen; lines put after that are in the new file.
 *
 * Counted: one reference for its maker and each that refs it; the last one writes what waits, and
 * ends the thread.
 *
 * Thread: any. A leaf lock inside, held for a memcpy.
 */
#pragma once
#include <hg/err.h>
#include <hg/str.h>
#include <stdint.h>

struct hg_sink;

/* path "stderr": standard error. Appends; makes the file with mode 0640. NULL and err: it can not
 * be opened. `on_dropped` (NULL: nobody) is told of dropped lines, on any thread. */
struct hg_sink *hg_sink_new(
	const char *path, uint64_t room, void (*on_dropped)(uint64_t n), struct hg_err *err);
struct hg_sink *hg_sink_ref(struct hg_sink *s);
void hg_sink_unref(struct hg_sink *s); /* NULL is fine; may wait for the disk */

const char *hg_sink_path(const struct hg_sink *s);
void hg_sink_set_room(struct hg_sink *s, uint64_t room);
/* With its newline. False: dropped. */
bool hg_sink_put(struct hg_sink *s, struct hg_str line);
/* The thread opens the path anew before it writes what is put from now on. Does not wait. A file
 * that can not be opened leaves the old one in use. */
void hg_sink_reopen(struct hg_sink *s);
/* Waits until all that was put before is written or dropped. For tests and the end. */
void hg_sink_flush(struct hg_sink *s);
