#include <stdio.h>
#include <stdlib.h>

#include "daemon/press/press.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/entropy.h"

#define DAY 86400

/*
 * A batch: each document becomes an article, is compared with what is published, and
 * goes into the issue in the making if it is new or another.
 */

int
press_begin(struct publisher *p, bool slow)
{
	int r;

	if (p->open)
		return QERR_AGAIN;
	r = press_settle(p);
	if (r == 0)
		r = press_tail_init(&p->tail, p);
	if (r == 0)
		r = issue_clear(&p->issue);
	if (r != 0)
		return r;
	p->open = true;
	p->dry_run = p->drafting = false;
	p->level = slow ? ISSUE_SLOW : ISSUE_FAST;
	return 0;
}

int
press_ready(struct publisher *p, struct buf *why)
{
	int r = p->open ? QERR_AGAIN : press_settle(p);

	if (p->open)
		buf_put_str(why, "Something else is being published now. Try "
				 "again in a moment.");
	else if (r != 0)
		press_failed(p, why, "What was published cannot be read", r);
	return r;
}

int
press_may_retract(struct publisher *p, struct buf *why)
{
	int r = press_ready(p, why);

	if (r != 0)
		return r;
	if (press_signs(p))
		return 0;
	buf_put_str(why, "A retraction is not signed here alone.");
	return QERR_KEY;
}

int
publisher_begin(struct publisher *p, bool slow, bool dry_run)
{
	int r = dry_run || press_signs(p) ? press_begin(p, slow) : QERR_KEY;

	p->dry_run = r == 0 ? dry_run : p->dry_run;
	return r;
}

static void
end_batch(struct publisher *p)
{
	p->open = false;
	(void)issue_clear(&p->issue);
	shelf_view_done(&p->view);
	shelf_rest(&p->shelf);
}

void
publisher_cancel(struct publisher *p)
{
	bool changed = p->n_added > 0;

	if (!p->open)
		return;
	press_cancel(p);
	end_batch(p);
	if (changed)
		(void)press_reload(p);
}

/* What was added so far becomes an issue.  For the only one of a batch there is time. */
static int
flush(struct publisher *p, bool last)
{
	struct pack_entry e[HEADER_PACKS_MAX];
	int level = last && p->n_pending == 0 ? ISSUE_SLOW : p->level;
	uint64_t number = press_next(p);
	struct issue_base base;
	size_t n = 0, count = issue_count(&p->issue);
	size_t raw = p->issue.tier[TIER_TEXT].raw.n;
	int r;

	if (count == 0)
		return 0;
	r = press_base(p, &p->issue, level, &base);
	if (r == 0)
		r = press_packs(p, &p->issue, number, number, false, &base,
		    level, NULL, e, &n);
	if (r == 0)
		r = press_header(p, e, n, count);
	if (r == 0) {
		press_follow(p, &p->issue, number);
		r = issue_clear(&p->issue);
	}
	if (r == 0)
		press_tail_add(&p->tail, number, number, count, raw);
	return r;
}

static struct bytes
picture_of(const void *arg, size_t i)
{
	return draft_picture(arg, i);
}

/* Put the draft into the issue, and the ledger. */
static int
enter(struct publisher *p, struct draft *d)
{
	struct article *a = &d->article;
	uint32_t record;
	struct buf head;
	int r = 0;

	if (!p->drafting && (issue_count(&p->issue) >= p->per_issue ||
				!issue_fits(&p->issue, a)))
		r = flush(p, false);
	buf_init(&head, 0);
	if (r == 0)
		r = article_encode(&head, a);
	record = (uint32_t)issue_count(&p->issue);
	if (r == 0)
		r = issue_add(&p->issue, buf_bytes(&head), a,
		    buf_bytes(&d->doc.body), picture_of, d);
	if (r == 0)
		r = ledger_add(&p->ledger, a, LEDGER_NONE, record);
	if (r == 0)
		r = press_added(p, ledger_find(&p->ledger, a->name),
		    press_next(p));
	buf_done(&head);
	return r;
}

/* True if the body that is published is |body|. */
static int
same_body(struct publisher *p, const struct ledger_entry *e, struct bytes body,
    bool *ret)
{
	int r = shelf_look(&p->shelf, &p->view, e->pack, true);

	*ret = r == 0 && bytes_eq(shelf_body(&p->view, e->record), body);
	return r;
}

/* Compare the draft with what is published; sets revision and status. */
static int
judge(struct publisher *p, struct draft *d, struct publisher_item *ret)
{
	const struct ledger_entry *e = ledger_find(&p->ledger, d->article.name);
	bool same = false;
	int r = 0;

	ret->outcome = PUBLISHER_NEW;
	ret->revision = 1;
	if (e == NULL)
		return 0;
	ret->revision = e->revision;
	if (e->pack == LEDGER_NONE) {
		ret->outcome = PUBLISHER_REFUSED;
		snprintf(ret->message, sizeof(ret->message),
		    "Another document of these has the same name or address.");
		return 0;
	}
	if (e->status == ARTICLE_RETRACTED) {
		ret->outcome = PUBLISHER_RETRACTED;
		snprintf(ret->message, sizeof(ret->message),
		    "It was retracted. To publish it all the same, give it "
		    "another name: \"name: …\" on top.");
		return 0;
	}
	if (e->length == d->article.length &&
	    e->fingerprint == ledger_fingerprint(&d->article))
		r = same_body(p, e, buf_bytes(&d->doc.body), &same);
	if (r != 0)
		return r;
	ret->outcome = same ? PUBLISHER_UNCHANGED : PUBLISHER_CORRECTED;
	if (same)
		return 0;
	ret->revision = e->revision + 1;
	d->article.revision = ret->revision;
	d->article.status = ARTICLE_CORRECTED;
	return press_correction(p, e, d, &ret->change);
}

static void
describe(struct publisher_item *ret, const struct draft *d)
{
	const struct article *a = &d->article;
	size_t n = 0;

	ret->pictures = d->doc.n_picture;
	snprintf(ret->lang, sizeof(ret->lang), "%s", d->doc.lang);
	ret->foreign = d->doc.foreign;
	snprintf(ret->title, sizeof(ret->title), "%s", d->doc.title);
	for (size_t i = 0; i < d->doc.n_warning; i++) {
		const char *w = d->doc.warning[i];

		if (n + strlen(w) + 2 > sizeof(ret->message))
			break;
		n += (size_t)snprintf(ret->message + n,
		    sizeof(ret->message) - n, "%s%s", n > 0 ? " " : "", w);
	}
	if (a->has_published && a->published > (int64_t)clock_wall() + DAY)
		snprintf(ret->message + n, sizeof(ret->message) - n,
		    "%sIts date is yet to come: readers list it by its issue's.",
		    n > 0 ? " " : "");
}

/* The worst page costs one article; only our own troubles go further. */
static int
refuse(struct publisher_item *ret, int r, const struct buf *why)
{
	if (qerr_is_fatal(r) && r != QERR_NOMEM)
		return r;
	ret->outcome = PUBLISHER_REFUSED;
	snprintf(ret->message, sizeof(ret->message), "%.*s", (int)why->n,
	    why->n > 0 ? (const char *)why->p : "");
	return 0;
}

/*
 * A document without a name of its own goes by its address; but by its file's name
 * if it did so before, or if a document before it in the batch has that address.
 */
static void
choose_name(const struct publisher *p, struct draft *d, struct bytes file)
{
	const struct ledger_entry *e;

	if (d->doc.name != NULL || bytes_eq(d->article.name, file) ||
	    text_check(file, false) != 0)
		return;
	e = ledger_find(&p->ledger, d->article.name);
	if ((e == NULL || e->pack != LEDGER_NONE) &&
	    ledger_find(&p->ledger, file) == NULL)
		return;
	d->article.address = d->article.name;
	d->article.name = file;
}

static int
add(struct publisher *p, struct draft *d, struct bytes file,
    struct publisher_item *ret)
{
	int r;

	describe(ret, d);
	choose_name(p, d, file);
	r = judge(p, d, ret);
	if (r != 0 || p->dry_run)
		return r;
	if (ret->outcome != PUBLISHER_NEW &&
	    ret->outcome != PUBLISHER_CORRECTED)
		return 0;
	if (p->drafting && !issue_fits(&p->issue, &d->article)) {
		ret->outcome = PUBLISHER_REFUSED;
		snprintf(ret->message, sizeof(ret->message),
		    "The draft is full: it is one issue. Release it, then "
		    "draft the rest.");
		return 0;
	}
	return enter(p, d);
}

int
publisher_add(struct publisher *p, const struct draft_source *src,
    struct publisher_item *ret)
{
	struct draft_source in = *src;
	struct draft *d;
	struct buf why;
	int r;

	*ret = (struct publisher_item){.outcome = PUBLISHER_REFUSED};
	if (!p->open)
		return QERR_PROTOCOL;
	d = malloc(sizeof(*d));
	if (d == NULL)
		return QERR_NOMEM;
	if (in.lang.n == 0)
		in.lang = publisher_langs(p);
	in.rules = p->rules;
	buf_init(&why, 0);
	r = draft_make(d, p->worker, &in, &why);
	if (r == QERR_ABSENT && in.kind == INGEST_FEED) {
		/* That was all. */
	} else if (r != 0) {
		ret->all_refused = in.kind == INGEST_FEED &&
				   r != QERR_MISSING && r != QERR_RANGE &&
				   r != QERR_MARKUP;
		r = refuse(ret, r, &why);
	} else {
		r = add(p, d, in.file, ret);
		draft_done(d);
	}
	buf_done(&why);
	free(d);
	return r;
}

int
publisher_commit(struct publisher *p, publisher_issue_fn fn, void *arg,
    struct buf *why)
{
	int r;

	if (!p->open)
		return QERR_PROTOCOL;
	if (p->drafting) {
		buf_put_str(why, "A draft was begun, not an issue.");
		publisher_cancel(p);
		return QERR_PROTOCOL;
	}
	r = flush(p, true);
	if (r == 0 && p->n_pending > 0)
		r = press_commit(p, fn, arg);
	if (r != 0) {
		press_failed(p, why, "Nothing was published", r);
		publisher_cancel(p);
		return r;
	}
	end_batch(p);
	return 0;
}
