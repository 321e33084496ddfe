#include "daemon/ingest/html_title.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/extract/noise.h"
#include "daemon/extract/page.h"
#include "daemon/ingest/html_meta.h"
#include "daemon/ingest/meta.h"
#include "daemon/ingest/scribe.h"
#include "proto/base/text.h"

#define HEADING_MAX 1024 /* bytes */
#define PART_MIN    8    /* bytes of a headline that is a part of a title */

/* The text of |n| as one tidy line. */
static void
put_line(struct buf *dst, const GumboNode *n)
{
	struct buf raw;

	buf_init(&raw, 0);
	html_text(&raw, n);
	scribe_tidy(dst, buf_bytes(&raw));
	buf_done(&raw);
}

/* The heading below |n| whose words are those of |title|, and of them the most. */
static void
find_heading(struct buf *best, const GumboNode *n, struct bytes title)
{
	const GumboElement *e = html_element(n);
	struct buf b;

	if (e == NULL)
		return;
	for (unsigned i = 0; i < e->children.length; i++)
		find_heading(best, e->children.data[i], title);
	if (!html_is(n, GUMBO_TAG_H1) && !html_is(n, GUMBO_TAG_H2))
		return;
	buf_init(&b, HEADING_MAX);
	put_line(&b, n);
	if (buf_err(&b) == 0 && b.n > best->n && b.n <= title.n &&
	    noise_same_title(title, buf_bytes(&b))) {
		buf_clear(best);
		buf_put(best, b.p, b.n);
	}
	buf_done(&b);
}

/* What stands first in the title is worth more of it. */
static bool
is_headline(struct bytes heading, struct bytes title)
{
	bool first =
	    heading.n > 0 && memcmp(heading.p, title.p, heading.n) == 0;

	return heading.n * (first ? 5 : 2) >= title.n;
}

/* <title> is often "Headline - Newspaper", and a heading then the headline. */
static void
take_title(struct ingest_doc *d, const GumboNode *root, const GumboNode *title)
{
	struct buf t, h;

	buf_init(&t, 0);
	buf_init(&h, 0);
	put_line(&t, title);
	find_heading(&h, root, buf_bytes(&t));
	if (is_headline(buf_bytes(&h), buf_bytes(&t)))
		meta_set(d, META_TITLE, buf_bytes(&h));
	meta_set(d, META_TITLE, buf_bytes(&t));
	buf_done(&t);
	buf_done(&h);
}

/*
 * True if |rest| of a title, what is before a part of it or behind, has a mark at that end
 * by which titles are put together.  A colon is one behind a blank, and a hyphen if there
 * is a blank on either side, or Chinese, which has none in words.
 */
static bool
is_parted(struct bytes rest, bool before)
{
	static const char *const marks[] = {
	    "|", "_", "｜", "–", "—", "»", "«", "·", "•", "::"};
	struct bytes t = text_trim(rest);
	uint8_t mark, next;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t n = strlen(marks[i]);

		if (t.n > n &&
		    memcmp(before ? t.p + t.n - n : t.p, marks[i], n) == 0)
			return true;
	}
	if (t.n < 2)
		return false;
	mark = before ? t.p[t.n - 1] : t.p[0];
	next = before ? t.p[t.n - 2] : t.p[1];
	if (mark == ':')
		return before ? next == ' ' : t.p > rest.p;
	return mark == '-' &&
	       (next == ' ' || next >= 0x80 ||
		   (before ? t.p + t.n < rest.p + rest.n : t.p > rest.p));
}

/* Where |line| stands in |title| as a part of its own, or NULL. */
static const uint8_t *
find_part(struct bytes title, struct bytes line)
{
	const uint8_t *at = memmem(title.p, title.n, line.p, line.n);
	const uint8_t *end;

	if (at == NULL)
		return NULL;
	end = at + line.n;
	if (at > title.p &&
	    !is_parted(bytes_of(title.p, (size_t)(at - title.p)), true))
		return NULL;
	if (end < title.p + title.n &&
	    !is_parted(bytes_of(end, (size_t)(title.p + title.n - end)), false))
		return NULL;
	return at;
}

/* True if so much of |title|, from |at| on, is the headline: what is last may be the name of
 * the paper, however long; what a heading says first is one sooner. */
static bool
is_most(const GumboNode *n, struct bytes title, const uint8_t *at, size_t len)
{
	bool heading = html_is(n, GUMBO_TAG_H1) || html_is(n, GUMBO_TAG_H2);

	if (at > title.p)
		return len * 3 >= title.n * 2;
	return len * (heading ? 3 : 2) >= title.n;
}

/* What the page shows of |title| in a line of its own, the most.  Links show names of
 * papers and sections, and other headlines. */
static void
find_shown(struct buf *best, const GumboNode *n, struct bytes title)
{
	const GumboElement *e = html_element(n);
	struct buf raw, line;
	struct bytes word;
	const uint8_t *at;

	if (e == NULL || e->tag == GUMBO_TAG_A || e->tag == GUMBO_TAG_HEAD ||
	    page_is_never_text(e->tag))
		return;
	for (unsigned i = 0; i < e->children.length; i++)
		find_shown(best, e->children.data[i], title);
	word = html_first_word(n);
	if (word.n == 0 || memmem(title.p, title.n, word.p, word.n) == NULL)
		return;
	buf_init(&raw, title.n + 64);
	buf_init(&line, 0);
	if (html_text_within(&raw, n))
		scribe_tidy(&line, buf_bytes(&raw));
	at = line.n > best->n && line.n >= PART_MIN
		 ? find_part(title, buf_bytes(&line))
		 : NULL;
	if (at != NULL && is_most(n, title, at, line.n)) {
		buf_clear(best);
		buf_put(best, line.p, line.n);
	}
	buf_done(&raw);
	buf_done(&line);
}

void
html_title(struct ingest_doc *d, const GumboNode *root, bool knows)
{
	const GumboNode *head = html_find(root, GUMBO_TAG_HEAD);
	const GumboNode *title =
	    head != NULL ? html_find(head, GUMBO_TAG_TITLE) : NULL;
	struct buf shown;

	if (title != NULL)
		take_title(d, root, title);
	if (knows || d->title == NULL)
		return;
	buf_init(&shown, 0);
	find_shown(&shown, root, bytes_str(d->title));
	if (shown.n > 0 && buf_err(&shown) == 0) {
		free(d->title);
		d->title = NULL;
		meta_set(d, META_TITLE, buf_bytes(&shown));
	}
	buf_done(&shown);
}
