#include "client/terms.h"

#include <string.h>

#include "proto/base/fold.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

/* Without blanks at its ends, and without apostrophes that stand as quotation marks. */
static struct bytes
trim(struct bytes s)
{
	s = text_trim(s);
	if (s.n > 2 && s.p[0] == '\'' && s.p[s.n - 1] == '\'')
		return trim(bytes_of(s.p + 1, s.n - 2));
	return s;
}

static int
add(struct terms *t, struct bytes phrase)
{
	struct buf *b = &t->term[t->n];

	if (t->n == TERMS_MAX)
		return QERR_FULL;
	buf_init(b, 0);
	t->n++;
	for (size_t i = 0; i < phrase.n; i++)
		if (!text_is_blank(phrase.p[i]))
			buf_put_u8(b, phrase.p[i]);
		else if (!text_is_blank(phrase
					    .p[i + 1])) /* it ends with none */
			buf_put_u8(b, ' ');
	return buf_err(b);
}

/* Each part of |s| between quotation marks, or outside of them. */
static int
add_parts(struct terms *t, struct bytes s)
{
	size_t before = t->n, from = 0;
	int r = 0;

	for (size_t i = 0; i <= s.n && r == 0; i++) {
		struct bytes part = {NULL, 0};

		if (i < s.n && s.p[i] != '"')
			continue;
		part = trim(bytes_of(s.p + from, i - from));
		if (part.n > 0)
			r = add(t, part);
		from = i + 1;
	}
	if (r == 0 && t->n == before)
		r = trim(s).n > 0 ? add(t, trim(s)) : QERR_MISSING;
	return r;
}

int
terms_add(struct terms *t, const char *word)
{
	struct buf fold;
	int r = utf8_valid(bytes_str(word)) ? 0 : QERR_TEXT;

	buf_init(&fold, 0);
	if (r == 0) {
		fold_text(&fold, bytes_str(word));
		r = buf_err(&fold);
	}
	if (r == 0)
		r = add_parts(t, buf_bytes(&fold));
	buf_done(&fold);
	return r;
}

void
terms_done(struct terms *t)
{
	for (size_t i = 0; i < t->n; i++)
		buf_done(&t->term[i]);
}
