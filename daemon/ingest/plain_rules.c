#include "daemon/ingest/plain_rules.h"

#include "daemon/extract/rules.h"
#include "daemon/ingest/address.h"
#include "daemon/ingest/meta.h"
#include "daemon/ingest/plain.h"
#include "daemon/ingest/trace.h"
#include "proto/base/qerr.h"

#define PICKS_MAX 32 /* lines that say title, author or date */

struct work {
	struct ingest_doc *d;
	const struct ingest_source *src;
	const struct rule *rule[RULES_MAX]; /* those for this text */
	size_t n_rule;
	const uint8_t *begin, *end; /* of what is left between until and from */
	const uint8_t *pick[PICKS_MAX]; /* lines that are told above the text */
	size_t n_pick;
	struct bytes last; /* the line before */
};

static struct bytes
next_line(struct bytes *text)
{
	const uint8_t *nl = memchr(text->p, '\n', text->n);
	size_t n = nl != NULL ? (size_t)(nl - text->p) : text->n;
	struct bytes line = {text->p, n};

	*text =
	    bytes_of(text->p + n + (nl != NULL), text->n - n - (nl != NULL));
	while (line.n > 0 && line.p[0] <= ' ')
		line = bytes_of(line.p + 1, line.n - 1);
	while (line.n > 0 && line.p[line.n - 1] <= ' ')
		line.n--;
	return line;
}

/* One of the rules |how| is meant for |line|. */
static bool
means(const struct work *w, enum rule_how how, struct bytes line)
{
	for (size_t i = 0; i < w->n_rule; i++)
		if (w->rule[i]->how == how &&
		    rule_matches(w->rule[i]->pattern, line))
			return true;
	return false;
}

static bool
holds(const struct work *w, enum rule_how how, struct bytes paragraph)
{
	while (paragraph.n > 0)
		if (means(w, how, next_line(&paragraph)))
			return true;
	return false;
}

static bool
says(const struct work *w, enum rule_how how)
{
	for (size_t i = 0; i < w->n_rule; i++)
		if (w->rule[i]->how == how)
			return true;
	return false;
}

static void
find_ends(struct work *w, struct bytes text)
{
	struct bytes left = text, p;

	w->begin = text.p;
	w->end = text.p + text.n;
	while (left.n > 0) {
		p = plain_paragraph(&left);
		if (w->begin == text.p && holds(w, RULE_UNTIL, p))
			w->begin = p.p + p.n;
		if (p.p >= w->begin && holds(w, RULE_FROM, p)) {
			w->end = p.p;
			return;
		}
	}
}

static bool
knows(const struct ingest_doc *d, enum rule_what what)
{
	return what == RULE_TITLE    ? d->title != NULL
	       : what == RULE_AUTHOR ? d->n_author > 0
				     : d->has_published;
}

/* The line behind the first that |r| is meant for. */
static void
pick(struct work *w, const struct rule *r, struct bytes text)
{
	static const enum meta_field field[] = {[RULE_TITLE] = META_TITLE,
	    [RULE_AUTHOR] = META_AUTHOR,
	    [RULE_DATE] = META_PUBLISHED};
	struct bytes line;
	bool after = false;

	while (text.n > 0) {
		line = next_line(&text);
		if (after && line.n > 0) {
			meta_set(w->d, field[r->what], line);
			w->pick[w->n_pick++] = line.p;
			return;
		}
		after = after || rule_matches(r->pattern, line);
	}
}

static void
find_picks(struct work *w, struct bytes text)
{
	for (size_t i = 0; i < w->n_rule && w->n_pick < PICKS_MAX; i++)
		if (w->rule[i]->how == RULE_AFTER &&
		    !knows(w->d, w->rule[i]->what))
			pick(w, w->rule[i], text);
}

static bool
is_picked(const struct work *w, struct bytes line)
{
	for (size_t i = 0; i < w->n_pick; i++)
		if (w->pick[i] == line.p)
			return true;
	return false;
}

static void
put_paragraph(struct work *w, struct buf *dst, struct bytes p)
{
	bool kept = p.p >= w->begin && p.p < w->end && !holds(w, RULE_LINE, p);
	bool once = says(w, RULE_REPEATED);

	while (p.n > 0) {
		struct bytes line = next_line(&p);
		bool told = is_picked(w, line);
		bool again = once && bytes_eq(line, w->last);

		w->last = line;
		if (kept && !told && !again) {
			buf_put(dst, line.p, line.n);
			buf_put_u8(dst, '\n');
		}
		if (w->src->trace)
			trace_line(&w->d->trace, told || (kept && !again),
			    line);
	}
	buf_put_u8(dst, '\n');
}

int
plain_rules(struct buf *dst, struct ingest_doc *d,
    const struct ingest_source *src, struct bytes text, bool *ret_headings)
{
	struct work w = {.d = d, .src = src};
	struct bytes host = address_host(src->at);
	struct rules *rules;
	struct buf why;
	int r;

	buf_init(&why, 0);
	if (host.n == 0 && d->address != NULL)
		host = address_host(bytes_str(d->address));
	r = rules_parse(&rules, src->rules, &why);
	for (size_t i = 0; r == 0 && i < rules->n; i++)
		if (rules->rule[i].how != RULE_SELECT &&
		    rule_is_for(&rules->rule[i], host))
			w.rule[w.n_rule++] = &rules->rule[i];
	*ret_headings = says(&w, RULE_ALL);
	find_ends(&w, text);
	find_picks(&w, text);
	while (r == 0 && text.n > 0)
		put_paragraph(&w, dst, plain_paragraph(&text));
	rules_free(rules);
	buf_done(&why);
	return r != 0 ? r : buf_err(dst);
}
