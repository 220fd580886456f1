#include <hg/err.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES 1024 /* no sentence is longer, whatever room the maker of an hg_err has */

/* How many bytes of text the maker of *err left room for, its NUL included. */
static size_t text_room(const struct hg_err *err)
{
	size_t before = offsetof(struct hg_err, text);

	return err->size > before ? err->size - before : 0;
}

/* Cuts `n` bytes at `most`, but not inside a UTF-8 character. */
static size_t cut_at_character(const char *p, size_t n, size_t most)
{
	if (n <= most)
		return n;
	while (most > 0 && ((unsigned char)p[most] & 0xc0) == 0x80)
		most--;
	return most;
}

/*
 * Writes one sentence. What came from outside may stand in it, so control characters become
 * blanks: a log line stays one line.
 */
static void write_text(struct hg_err *err, const char *line, size_t n)
{
	size_t room = text_room(err);
	char *text = (char *)err + offsetof(struct hg_err, text);

	if (room == 0)
		return;
	n = cut_at_character(line, n, room - 1);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)line[i];

		text[i] = c < 0x20 || c == 0x7f ? ' ' : line[i];
	}
	text[n] = '\0';
}

/* Returns the bytes written; what does not fit is cut. */
static size_t print_line(char line[LINE_BYTES], const char *fmt, va_list args)
{
	int n = vsnprintf(line, LINE_BYTES, fmt, args);

	if (n < 0)
		n = 0;
	return (size_t)n < LINE_BYTES ? (size_t)n : LINE_BYTES - 1;
}

int hg_err_set(struct hg_err *err, int code, const char *fmt, ...)
{
	if (code >= 0) /* the caller returns it: a failure must not read as success */
		code = HG_EFAIL;
	if (!err)
		return code;

	int before = errno;
	char line[LINE_BYTES]; /* apart from err->text, which may be an argument */
	va_list args;

	va_start(args, fmt);
	size_t n = print_line(line, fmt, args);
	va_end(args);

	if (HG_HAS(err, code))
		err->code = code;
	write_text(err, line, n);
	errno = before;
	return code;
}

int hg_err_wrap(struct hg_err *err, const char *fmt, ...)
{
	if (!err)
		return HG_EFAIL;

	int before = errno;
	char line[LINE_BYTES];
	va_list args;

	va_start(args, fmt);
	size_t n = print_line(line, fmt, args);
	va_end(args);

	size_t room = text_room(err);
	const char *text = (const char *)err + offsetof(struct hg_err, text);
	size_t said = room ? strnlen(text, room - 1) : 0;

	if (said) {
		int more = snprintf(line + n, sizeof(line) - n, ": %.*s", (int)said, text);

		n += (size_t)more < sizeof(line) - n ? (size_t)more : sizeof(line) - n - 1;
	}
	write_text(err, line, n);
	errno = before;
	if (!HG_HAS(err, code))
		return HG_EFAIL;
	if (err->code >= 0)
		err->code = HG_EFAIL;
	return err->code;
}
