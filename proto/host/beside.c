#include "proto/host/beside.h"

#include <stdint.h>
#include <strings.h>

#include "proto/base/qerr.h"
#include "proto/host/file.h"

/* The length of a picture's suffix that begins at |i|, or 0. */
static size_t
suffix_at(struct bytes text, size_t i)
{
	static const char *const suffix[] = {".jpeg", ".jpg", ".png", ".webp",
	    ".gif", ".avif",
	    /* not published, and then named as what is here */
	    ".heic", ".heif", ".svg", ".tiff", ".tif", ".bmp"};

	for (size_t k = 0; k < sizeof(suffix) / sizeof(suffix[0]); k++) {
		size_t n = strlen(suffix[k]);

		if (n <= text.n - i &&
		    strncasecmp((const char *)text.p + i, suffix[k], n) == 0)
			return n;
	}
	return 0;
}

static bool
is_edge(uint8_t c)
{
	return c < 0x20 || strchr("\"'()<>=|`", c) != NULL;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == ',' || c == ';';
}

/* True if no name goes on at |i|. */
static bool
ends_at(struct bytes text, size_t i)
{
	return i == text.n || is_edge(text.p[i]) || is_blank(text.p[i]);
}

/* True if |name| can only mean something below the document's own folder. */
static bool
is_below(struct bytes name)
{
	if (name.n == 0 || name.n > BESIDE_NAME_MAX || name.p[0] == '/')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		bool starts = i == 0 || name.p[i - 1] == '/';

		if (name.p[i] == ':' && name.n - i > 2 &&
		    memcmp(name.p + i, "://", 3) == 0)
			return false;
		if (starts && name.n - i >= 2 && name.p[i] == '.' &&
		    name.p[i + 1] == '.' &&
		    (name.n - i == 2 || name.p[i + 2] == '/'))
			return false;
	}
	return true;
}

/* Where the stretch that ends at |i| begins, whole or from its last blank. */
static size_t
begin_of(struct bytes text, size_t i, bool from_blank)
{
	size_t from = i;

	while (from > 0 && i - from < BESIDE_NAME_MAX &&
	       !is_edge(text.p[from - 1]) &&
	       !(from_blank && is_blank(text.p[from - 1])))
		from--;
	return from;
}

/* |*at| counts tries: two at each byte, whole and then from the last blank. */
bool
beside_next(struct bytes text, size_t *at, struct bytes *ret_name)
{
	for (; *at / 2 < text.n; ++*at) {
		size_t i = *at / 2;
		bool again = *at % 2 == 1;
		size_t n = text.p[i] == '.' ? suffix_at(text, i) : 0;
		size_t from;

		if (n == 0 || !ends_at(text, i + n))
			continue;
		from = begin_of(text, i, again);
		if (again && from == begin_of(text, i, false))
			continue;
		*ret_name = bytes_of(text.p + from, i + n - from);
		if (is_below(*ret_name)) {
			++*at;
			return true;
		}
	}
	return false;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decode %XX in place; false if there was none. */
static bool
unescape(char *s)
{
	bool any = false;
	char *d = s;

	for (; *s != '\0'; s++) {
		int hi = s[0] == '%' ? hex_digit(s[1]) : -1;
		int lo = hi >= 0 ? hex_digit(s[2]) : -1;

		if (lo >= 0 && hi * 16 + lo != 0) {
			*d++ = (char)(hi * 16 + lo);
			s += 2;
			any = true;
		} else {
			*d++ = *s;
		}
	}
	*d = '\0';
	return any;
}

int
beside_open(int folder, struct bytes name)
{
	char path[BESIDE_NAME_MAX + 1];
	int fd;

	if (!is_below(name) || memchr(name.p, 0, name.n) != NULL)
		return QERR_ABSENT;
	memcpy(path, name.p, name.n);
	path[name.n] = '\0';
	fd = file_open_below(folder, path);
	if (fd < 0 && unescape(path))
		fd = file_open_below(folder, path);
	return fd;
}
