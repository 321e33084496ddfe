#include "client/trial.h"

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/markup.h"

void
trial_done(struct trial *t)
{
	for (size_t i = 0; i < TRIAL_TEXTS; i++)
		buf_done(&t->text[i]);
	for (size_t i = 0; i < t->n_picture; i++)
		buf_done(&t->alt[i]);
	buf_done(&t->body);
	buf_done(&t->lines);
	*t = (struct trial){0};
}

static void
take_article(struct trial *t, const struct ctl_item *it)
{
	static const char *const names[TRIAL_TEXTS] = {"title", "authors",
	    "lang", "section", "address", "summary", "message", "outcome"};

	for (size_t i = 0; i < TRIAL_TEXTS; i++) {
		struct bytes text = ctl_text(it, names[i]);

		buf_put(&t->text[i], text.p, text.n);
	}
	t->published = ctl_number(it, "published");
}

static void
take_line(struct trial *t, const struct ctl_item *it)
{
	bool kept = ctl_flag(it, "kept");
	struct bytes text = ctl_text(it, "text");

	if (text_check(text, false) != 0)
		return;
	buf_put_u8(&t->lines, kept ? '+' : '-');
	buf_put(&t->lines, text.p, text.n);
	buf_put_u8(&t->lines, '\n');
	t->dropped += !kept;
}

void
trial_take(struct trial *t, const struct ctl_item *it)
{
	struct bytes part = ctl_text(it, "part"), alt = ctl_text(it, "alt");

	if (ctl_is(it, "article"))
		take_article(t, it);
	else if (ctl_is(it, "body"))
		buf_put(&t->body, part.p, part.n);
	else if (ctl_is(it, "line"))
		take_line(t, it);
	else if (ctl_is(it, "picture") && t->n_picture < ARTICLE_PICTURES_MAX)
		buf_put(&t->alt[t->n_picture++], alt.p, alt.n);
}

int
trial_check(const struct trial *t, struct article *ret)
{
	*ret = (struct article){.n_picture = t->n_picture};
	for (size_t i = 0; i < t->n_picture; i++)
		ret->picture[i].alt = buf_bytes(&t->alt[i]);
	if (buf_err(&t->body) != 0 || buf_err(&t->lines) != 0)
		return QERR_NOMEM;
	return markup_check(buf_bytes(&t->body), t->n_picture, NULL);
}

const char *
trial_outcome(const struct trial *t)
{
	struct bytes outcome = trial_text(t, TRIAL_OUTCOME);

	if (bytes_eq(outcome, bytes_str("unchanged")))
		return "It is published, and says the same.";
	if (bytes_eq(outcome, bytes_str("retracted")))
		return "It was retracted, and would not be published.";
	if (bytes_eq(outcome, bytes_str("corrected")))
		return "It is published. This would be a correction:";
	return NULL;
}

bool
trial_line(struct bytes *lines, bool *ret_kept, struct bytes *ret_text)
{
	const uint8_t *nl;
	size_t n;

	if (lines->n == 0)
		return false;
	nl = memchr(lines->p, '\n', lines->n);
	n = (size_t)(nl - lines->p);
	*ret_kept = lines->p[0] == '+';
	*ret_text = bytes_of(lines->p + 1, n - 1);
	*lines = bytes_of(nl + 1, lines->n - n - 1);
	return true;
}
