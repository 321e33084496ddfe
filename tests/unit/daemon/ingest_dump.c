/*
 * What becomes of documents: for each path on standard input one line of JSON-like
 * fields, separated by NUL: path, error text, language, title, body, authors (each on
 * a line), date of publication (UNIX seconds or nothing), name, address.  Of a feed
 * each entry is a line, and so is what comes behind the last.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ingest/ingest.h"
#include "proto/base/qerr.h"
#include "proto/object/markup.h"

static uint8_t data[INGEST_DOCUMENT_MAX + 1];

static void
field(const void *p, size_t n)
{
	fwrite(p, 1, n, stdout);
	fputc('\0', stdout);
}

static void
string(const char *s)
{
	field(s != NULL ? s : "", s != NULL ? strlen(s) : 0);
}

static void
dump_authors(const struct ingest_doc *d)
{
	struct buf b;

	buf_init(&b, 0);
	for (size_t i = 0; i < d->n_author; i++)
		buf_printf(&b, "%s%s", i > 0 ? "\n" : "", d->author[i]);
	field(b.p, b.n);
	buf_done(&b);
}

static void
dump_date(const struct ingest_doc *d)
{
	if (d->has_published)
		printf("%lld", (long long)d->published);
	fputc('\0', stdout);
}

static void
dump_one(const char *path, const struct ingest_source *src, int *ret)
{
	struct ingest_doc d;
	struct buf why;

	buf_init(&why, 0);
	ingest_init(&d);
	string(path);
	*ret = ingest(&d, src, &why);
	if (*ret == 0) {
		/* The contract, and taken in again it stays the same. */
		if (markup_check(buf_bytes(&d.body), d.n_picture, NULL) != 0)
			buf_put_str(&why, "BROKEN: no markup");
		field(why.p, why.n);
	} else {
		buf_put_str(&why, "!");
		field(why.p, why.n);
		buf_clear(&d.body);
	}
	string(d.lang);
	string(d.title);
	field(d.body.p, d.body.n);
	dump_authors(&d);
	dump_date(&d);
	string(d.name);
	string(d.address);
	ingest_done(&d);
	buf_done(&why);
}

static void
dump(const char *path)
{
	struct ingest_source src = {.kind = INGEST_HTML,
	    .file = bytes_str(path),
	    .lang = bytes_str("en")};
	FILE *f = fopen(path, "rb");
	int r;

	if (f == NULL)
		exit(1);
	src.data = bytes_of(data, fread(data, 1, sizeof(data), f));
	fclose(f);
	(void)ingest_kind_of(&src.kind, src.file);
	dump_one(path, &src, &r);
	while (src.kind == INGEST_FEED && src.entry < 1000 &&
	       r != QERR_ABSENT && r != QERR_TEXT && r != QERR_TOOBIG) {
		src.entry++;
		dump_one(path, &src, &r);
	}
}

int
main(void)
{
	char line[4096];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		dump(line);
	}
	return 0;
}
