/*
 * answer - one HTTP/1.1 answer, read strictly as it comes.
 *
 * More than a client needs: what a lenient one would overlook (a bare line feed, two
 * Content-Lengths, a length beside chunks, a byte behind the last chunk's line) makes it `odd`.
 * So a storm notices when an answer is not framed as it says.
 *
 *     bytes ─► answer_feed ─► used bytes; state says whether more is due
 *
 * Ownership: the answer owns its bytes until answer_fini. 64 MiB at most.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum answer_state {
	ANSWER_HEAD,
	ANSWER_LENGTH,
	ANSWER_CHUNK_LINE,
	ANSWER_CHUNK,
	ANSWER_CHUNK_END,
	ANSWER_TRAILER,
	ANSWER_UNTIL_CLOSE,
	ANSWER_WHOLE,
	ANSWER_ODD, /* see `odd` */
};

struct answer_text {
	char *p; /* NUL behind it; NULL when empty */
	size_t n, room;
};

struct answer {
	enum answer_state state;
	const char *odd; /* what is wrong with it; static */
	int status;
	bool is_last; /* Connection: close */
	bool was_chunked;
	int64_t length;          /* announced; -1: not */
	uint64_t left;           /* of body or chunk */
	struct answer_text head; /* status line and fields, with their line ends */
	struct answer_text body;
	struct answer_text line; /* of a chunk, unfinished */
};

/* Readies it for an answer; without_body: the answer to HEAD. */
void answer_init(struct answer *a);
void answer_fini(struct answer *a);

/* Takes bytes up to the end of this answer and returns how many. */
size_t answer_feed(struct answer *a, const char *p, size_t n, bool to_head);
/* The peer closed. True: that was this answer's end. */
bool answer_ends_here(struct answer *a);

/* The value of the first field of that name (lower case); false when there is none. It is copied
 * and cut to the room. */
bool answer_field(const struct answer *a, const char *name, char *out, size_t room);
