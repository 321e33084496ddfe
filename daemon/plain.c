#include "daemon/plain.h"

#include <stdlib.h>

#include "daemon/meta.h"
#include "daemon/scribe.h"

/* Take a paragraph off the front of |*text|: lines up to a blank one. */
static struct bytes
next_paragraph(struct bytes *text)
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

int
plain_ingest(struct ingest_doc *d, struct bytes text)
{
	struct scribe_voice voice = {{NULL, 0}, ingest_dir(d->lang)};
	struct scribe s;
	int r;

	while (text.n > 0 && text.p[text.n - 1] <= ' ')
		text.n--;
	scribe_init(&s, &voice);
	for (bool first = true; text.n > 0; first = false) {
		struct bytes p = next_paragraph(&text);

		if (first && d->title == NULL && text.n > 0 && is_title(p)) {
			meta_set(d, META_TITLE, p);
			continue;
		}
		/* Short copy of the title above the text: it is shown anyway. */
		if (first && d->title != NULL &&
		    bytes_eq(p, bytes_str(d->title)))
			continue;
		scribe_text(&s, p);
		scribe_boundary(&s);
	}
	r = scribe_finish(&s);
	buf_put(&d->body, s.out.p, s.out.n);
	scribe_done(&s);
	return r != 0 ? r : buf_err(&d->body);
}
