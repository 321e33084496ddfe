#include "daemon/ingest/plain.h"

#include <stdlib.h>

#include "daemon/ingest/meta.h"
#include "daemon/ingest/plain_rules.h"
#include "daemon/ingest/scribe.h"
#include "daemon/ingest/tongue.h"
#include "daemon/ingest/trace.h"
#include "proto/base/script.h"

#define HEADING_MAX 100 /* bytes; what is longer is text */

struct bytes
plain_paragraph(struct bytes *text)
{
	size_t i = 0, from, end = 0;
	bool blank = true;

	while (i < text->n && (text->p[i] == '\n' || text->p[i] == '\r' ||
				  text->p[i] == ' ' || text->p[i] == '\t'))
		i++;
	for (from = i; i < text->n; i++) {
		if (text->p[i] == '\n') {
			if (blank && i > from)
				break;
			blank = true;
		} else if (text->p[i] != ' ' && text->p[i] != '\t' &&
			   text->p[i] != '\r') {
			blank = false;
			end = i + 1;
		}
	}
	if (end < from)
		end = from;
	*text = bytes_of(text->p + i, text->n - i);
	return bytes_of(text->p - i + from, end - from);
}

static bool
is_title(struct bytes paragraph)
{
	return paragraph.n > 0 && paragraph.n <= 300 &&
	       memchr(paragraph.p, '\n', paragraph.n) == NULL;
}

/* A line that text follows, and that does not end as a sentence or quotation does. */
static bool
is_heading(struct bytes p, struct bytes left)
{
	static const char *const ends[] = {".", ":", ";", ",", "!", "\"", "'",
	    ")", "…", "”", "»", "。", "！", "।", "۔"};

	if (p.n == 0 || p.n > HEADING_MAX || memchr(p.p, '\n', p.n) != NULL ||
	    plain_paragraph(&left).n <= p.n)
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(ends[i]);

		if (p.n >= n && memcmp(p.p + p.n - n, ends[i], n) == 0)
			return false;
	}
	return true;
}

static void
put_paragraph(struct scribe *s, struct bytes p, bool heading)
{
	bool open = heading && scribe_open(s, MARKUP_H2);

	scribe_text(s, p);
	if (open)
		scribe_close(s, MARKUP_H2);
	else
		scribe_boundary(s);
}

static int
ingest_text(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes text, bool headings)
{
	struct scribe_voice voice = {{NULL, 0}, NULL};
	struct tongue tongue = {{0}};
	struct scribe s;
	int r;

	while (text.n > 0 && text.p[text.n - 1] <= ' ')
		text.n--;
	tongue_assume(d, src->lang);
	tongue_count(&tongue, text);
	tongue_settle(d, src, &tongue);
	voice.dir = script_dir(bytes_str(d->lang != NULL ? d->lang : ""));
	scribe_init(&s, &voice);
	for (bool first = true; text.n > 0; first = false) {
		struct bytes p = plain_paragraph(&text);

		if (first && d->title == NULL && text.n > 0 && is_title(p)) {
			meta_set(d, META_TITLE, p);
			continue;
		}
		/* Short copy of the title above the text: it is shown anyway. */
		if (first && d->title != NULL &&
		    bytes_eq(p, bytes_str(d->title)))
			continue;
		put_paragraph(&s, p, headings && is_heading(p, text));
	}
	r = scribe_finish(&s);
	buf_put(&d->body, s.out.p, s.out.n);
	scribe_done(&s);
	return r != 0 ? r : buf_err(&d->body);
}

/* All of it is published. */
static void
trace_all(struct ingest_doc *d, struct bytes text)
{
	while (text.n > 0) {
		const uint8_t *nl = memchr(text.p, '\n', text.n);
		size_t n = nl != NULL ? (size_t)(nl - text.p) : text.n;

		trace_line(&d->trace, true, bytes_of(text.p, n));
		n += nl != NULL;
		text = bytes_of(text.p + n, text.n - n);
	}
}

int
plain_ingest(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes text)
{
	bool headings = false;
	struct buf left;
	int r;

	if (src->rules.n == 0) {
		if (src->trace)
			trace_all(d, text);
		return ingest_text(d, src, text, false);
	}
	buf_init(&left, 0);
	r = plain_rules(&left, d, src, text, &headings);
	if (r == 0)
		r = ingest_text(d, src, buf_bytes(&left), headings);
	buf_done(&left);
	return r;
}
