#include "client/term.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"

#define ELLIPSIS "\xe2\x80\xa6"

size_t
term_width(void)
{
	const char *env = getenv("COLUMNS");
	struct winsize w;
	uint64_t v;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
		return w.ws_col < TERM_WIDTH_MAX ? w.ws_col : TERM_WIDTH_MAX;
	if (env != NULL && dec_parse(&v, env, strlen(env)) == 0 && v >= 20)
		return v < TERM_WIDTH_MAX ? (size_t)v : TERM_WIDTH_MAX;
	return 80;
}

/* wcwidth() knows Unicode only in a locale that does; the user's may not. */
static void
need_unicode(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		setlocale(LC_CTYPE, "");
}

size_t
term_char(uint32_t c)
{
	int w;

	if (c >= 0x20 && c < 0x7f)
		return 1;
	need_unicode();
	w = wcwidth((wchar_t)c);
	return w < 0 ? 1 : (size_t)w;
}

bool
term_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfeff ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0x2028 || c == 0x2029;
}

size_t
term_text(struct bytes text)
{
	const uint8_t *p = text.p, *end = text.p + text.n;
	size_t n = 0;

	while (p < end)
		n += term_char(utf8_next(&p));
	return n;
}

static bool
is_rtl(uint32_t c)
{
	return (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) ||
	       (c >= 0xfe70 && c <= 0xfefc) || (c >= 0x10800 && c <= 0x10fff) ||
	       (c >= 0x1e800 && c <= 0x1efff);
}

bool
term_has_rtl(struct bytes text)
{
	const uint8_t *p = text.p, *end = text.p + text.n;

	while (p < end)
		if (is_rtl(utf8_next(&p)))
			return true;
	return false;
}

/* Digits, which go from left to right in every script. */
static bool
is_digit(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 0x660 && c <= 0x669) ||
	       (c >= 0x6f0 && c <= 0x6f9);
}

enum term_direction
term_direction(struct bytes text)
{
	const uint8_t *p = text.p, *end = text.p + text.n;

	while (p < end) {
		uint32_t c = utf8_next(&p);

		if (is_digit(c))
			continue;
		if (is_rtl(c))
			return TERM_RTL;
		if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    (c >= 0xc0 && (c < 0x2000 || c > 0x2bff)))
			return TERM_LTR;
	}
	return TERM_NEUTRAL;
}

/* Put at most |width| columns of |text|; returns how many. */
static size_t
put(struct buf *b, struct bytes text, size_t width)
{
	const uint8_t *p = text.p, *end = text.p + text.n, *at;
	size_t n = 0;

	while ((at = p) < end) {
		uint32_t c = utf8_next(&p);
		size_t w = term_unsafe(c) ? 1 : term_char(c);

		if (n + w > width)
			break;
		if (term_unsafe(c))
			buf_put_str(b, "\xef\xbf\xbd");
		else
			buf_put(b, at, (size_t)(p - at));
		n += w;
	}
	return n;
}

static size_t
cut(struct buf *b, struct bytes text, size_t width)
{
	/* FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE: ours, of no width. */
	bool rtl = term_has_rtl(text);
	size_t n;

	if (rtl)
		buf_put_str(b, "\xe2\x81\xa8");
	if (term_text(text) <= width || width == 0) {
		n = put(b, text, width);
	} else {
		n = put(b, text, width - 1) + 1;
		buf_put_str(b, ELLIPSIS);
	}
	if (rtl)
		buf_put_str(b, "\xe2\x81\xa9");
	return n;
}

void
term_cut(struct buf *b, struct bytes text, size_t width)
{
	cut(b, text, width);
}

void
term_column(struct buf *b, struct bytes text, size_t width)
{
	for (size_t n = cut(b, text, width); n < width; n++)
		buf_put_u8(b, ' ');
}

void
term_plain(struct buf *b, struct bytes text, bool lines)
{
	while (text.n > 0) {
		uint8_t c = text.p[0];
		size_t n = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		const uint8_t *p = text.p;
		bool good = n <= text.n && utf8_valid(bytes_of(p, n));

		n = good ? n : 1;
		if (good &&
		    ((lines && c == '\n') || !term_unsafe(utf8_next(&p))))
			buf_put(b, text.p, n);
		else
			buf_put_str(b, "\xef\xbf\xbd");
		text = bytes_of(text.p + n, text.n - n);
	}
}

void
term_write(FILE *to, struct bytes text)
{
	struct buf b;

	buf_init(&b, 0);
	term_cut(&b, text, TERM_WIDTH_MAX);
	if (b.n > 0)
		fwrite(b.p, 1, b.n, to);
	buf_done(&b);
}

void
term_page(struct bytes text)
{
	const char *pager = getenv("PAGER");
	FILE *to;

	fflush(stdout);
	if (!isatty(STDOUT_FILENO)) {
		fwrite(text.p, 1, text.n, stdout);
		return;
	}
	/* -F: short texts stay on the screen; -R: our colours. */
	setenv("LESS", "FRX", 0);
	setenv("LESSCHARSET", "utf-8", 0);
	/* What is looked for in an article stays in no file. */
	setenv("LESSHISTFILE", "-", 1);
	if (pager == NULL || pager[0] == '\0')
		pager = "less 2>/dev/null || cat";
	to = popen(pager, "w");
	if (to == NULL) {
		fwrite(text.p, 1, text.n, stdout);
		return;
	}
	fwrite(text.p, 1, text.n, to);
	pclose(to);
}

int
term_secret(const char *prompt, char *dst, size_t max)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC), err = QERR_ABSENT;
	struct termios old, dark;
	size_t n = 0;
	char c;

	if (fd < 0)
		return QERR_ABSENT;
	if (tcgetattr(fd, &old) != 0)
		goto out;
	dark = old;
	dark.c_lflag &= ~(tcflag_t)ECHO;
	if (tcsetattr(fd, TCSAFLUSH, &dark) != 0)
		goto out;
	if (write(fd, prompt, strlen(prompt)) < 0)
		n = 0; /* it can be typed all the same */
	err = QERR_TOOBIG;
	while (read(fd, &c, 1) == 1 && c != '\n') {
		if (n == max - 1)
			goto restore;
		dst[n++] = c;
	}
	dst[n] = '\0';
	err = (int)n;
restore:
	tcsetattr(fd, TCSAFLUSH, &old);
	if (write(fd, "\n", 1) < 0)
		n = 0;
out:
	close(fd);
	return err;
}
