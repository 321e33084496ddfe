#include "client/sources.h"

#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "client/pasted.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/wire/invite.h"

#define FILE_NAME "sources"
#define FILE_MAX  (SOURCES_MAX * (SOURCES_TEXT_MAX + 1))

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static void
forget(char *text)
{
	sodium_memzero(text, strlen(text));
	free(text);
}

static bool
is_invite(struct bytes text)
{
	struct invite v = {0};
	bool is = invite_parse(&v, text) == 0;

	invite_done(&v);
	return is;
}

void
sources_pasted(struct buf *dst, const char *text)
{
	bool is = is_invite(bytes_str(text)), begun = false;

	for (int on = 0; on < 2 && !is; on++) {
		buf_clear(dst);
		pasted(dst, bytes_str(text), on != 0);
		is = is_invite(buf_bytes(dst));
		begun = dst->n > 8 && memcmp(dst->p, "quire://", 8) == 0;
	}
	/* What is none, but begins as one, is told to be none. */
	if (dst->n == 0 || !(is || begun)) {
		buf_clear(dst);
		buf_put_str(dst, text);
	}
	buf_put_u8(dst, 0);
}

static int
read_stdin(struct buf *b)
{
	if (file_read_stdin(b, SOURCES_TEXT_MAX + 1) != 0 || b->n == 0)
		return complain("standard input holds nothing of use here.");
	while (b->n > 0 && (b->p[b->n - 1] == '\n' || b->p[b->n - 1] == ' '))
		b->n--;
	buf_put_u8(b, 0);
	return 0;
}

int
sources_read(struct buf *dst, const char *text)
{
	struct buf in;
	int exit = 0;

	buf_init(&in, 0);
	if (strcmp(text, "-") == 0)
		exit = read_stdin(&in);
	else
		buf_put(&in, text, strlen(text) + 1);
	if (exit == 0 && buf_err(&in) == 0)
		sources_pasted(dst, (const char *)in.p);
	if (exit == 0 && (buf_err(&in) != 0 || buf_err(dst) != 0))
		exit = complain("out of memory.");
	buf_wipe(&in);
	return exit;
}

int
sources_check(const char *text)
{
	struct invite v = {0};
	int err =
	    begins(text, "quire://") ? invite_parse(&v, bytes_str(text)) : 0;

	invite_done(&v);
	if (err == QERR_VERSION)
		return complain("that is an invite for a newer quire.");
	if (err != 0)
		return complain("an invite %s. Ask for it again, whole: it "
				"begins with quire:// and ends with 92 "
				"characters behind a #.",
		    qerr_str(err));
	if (begins(text, "quire:") && !begins(text, "quire://"))
		return complain("that is a follow link: use it with \"quire "
				"follow\".");
	return 0;
}

static int
keep(struct sources *s, struct bytes text)
{
	char *copy = text.n > SOURCES_TEXT_MAX
			 ? NULL
			 : strndup((const char *)text.p, text.n);

	if (copy == NULL)
		return QERR_NOMEM;
	s->text[s->n++] = copy;
	return 0;
}

int
sources_load(struct sources *s, const struct home *h)
{
	struct bytes left;
	struct buf b;
	int err;

	*s = (struct sources){.n = 0};
	buf_init(&b, 0);
	err = store_get_file(h->store, FILE_NAME, &b, FILE_MAX);
	if (err == QERR_ABSENT)
		err = 0;
	left = buf_bytes(&b);
	while (err == 0 && left.n > 0 && s->n < SOURCES_MAX) {
		const uint8_t *end = memchr(left.p, '\n', left.n);
		size_t n = end != NULL ? (size_t)(end - left.p) : left.n;

		if (n > 0)
			err = keep(s, bytes_of(left.p, n));
		n += end != NULL;
		left.p += n;
		left.n -= n;
	}
	buf_wipe(&b);
	return err != 0 ? home_complain("the list of sources", err) : 0;
}

int
sources_save(const struct sources *s, const struct home *h)
{
	struct buf b;
	int err;

	buf_init(&b, 0);
	for (size_t i = 0; i < s->n; i++) {
		buf_put_str(&b, s->text[i]);
		buf_put_u8(&b, '\n');
	}
	err = buf_err(&b);
	if (err == 0)
		err = store_put_file(h->store, FILE_NAME, buf_bytes(&b));
	buf_wipe(&b);
	return err != 0 ? home_complain("the list of sources", err) : 0;
}

void
sources_done(struct sources *s)
{
	for (size_t i = 0; i < s->n; i++)
		forget(s->text[i]);
	s->n = 0;
}

/* |text| in the form in which it is kept, which the caller frees; NULL after complaining. */
static char *
lasting(const char *text)
{
	char *path;

	if (strchr(text, '\n') != NULL || strlen(text) > SOURCES_TEXT_MAX) {
		complain("that is no source: it is too long, or has several "
			 "lines.");
		return NULL;
	}
	if (begins(text, "quire://") || begins(text, "http://") ||
	    begins(text, "https://")) {
		if ((path = strdup(text)) == NULL)
			complain("out of memory.");
		return path;
	}
	path = realpath(begins(text, "file://") ? text + 7 : text, NULL);
	if (path == NULL)
		complain("%s is no invite, no web address, and no folder or "
			 "bundle that is here.",
		    text);
	return path;
}

int
sources_add(struct sources *s, const char *text)
{
	char *kept;
	int exit = sources_check(text);

	if (exit != 0)
		return exit;
	if ((kept = lasting(text)) == NULL)
		return APP_FAILED;
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->text[i], kept) == 0) {
			forget(kept);
			return 0;
		}
	if (s->n == SOURCES_MAX) {
		forget(kept);
		return complain("%d sources are kept already. Remove one: "
				"quire source remove NUMBER",
		    SOURCES_MAX);
	}
	s->text[s->n++] = kept;
	return 0;
}

void
sources_remove(struct sources *s, size_t i)
{
	forget(s->text[i]);
	s->n--;
	memmove(&s->text[i], &s->text[i + 1], (s->n - i) * sizeof(s->text[0]));
}

void
sources_describe(struct buf *b, const char *text)
{
	struct invite v = {0};

	if (begins(text, "quire://") && invite_parse(&v, bytes_str(text)) == 0)
		buf_printf(b, "node at %s:%u", v.host, (unsigned)v.port);
	else
		buf_put_str(b, text);
	invite_done(&v);
}
