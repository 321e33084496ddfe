#include <stdio.h>

#include "daemon/press/press.h"
#include "proto/base/qerr.h"
#include "proto/host/entropy.h"

/*
 * Going on without what is lost, for good.  A pack takes the place of each issue that is,
 * withdraws it (PROTOCOL.md §5), and has one head, for it cannot be empty: a tombstone that
 * says how much is gone.  From then on nothing is lacking: nobody looks for the old pack, who
 * has it yet deletes it, and volumes are made anew over its place.  What was in it and is
 * published again is new everywhere.
 */
struct forgoing {
	struct publisher *p;
	struct press_draft *draft; /* NULL: it is signed here, and whole */
	struct issue is;           /* the tombstone */
	struct pack_entry e[PRESS_DRAFT_PACKS];
	size_t n;
	bool more; /* than one draft can hold */
};

/* --- the tombstone --- */

/* "issue 5", or "issues 5 to 7". */
static void
put_issues(struct buf *b, const struct publisher_hole *x, const char *to)
{
	buf_printf(b, "issue%s %llu", x->first == x->last ? "" : "s",
	    (unsigned long long)x->first);
	if (x->first != x->last)
		buf_printf(b, "%s%llu", to, (unsigned long long)x->last);
}

static int
bury(struct forgoing *f, struct bytes reason, struct publisher_item *ret)
{
	const struct publisher_hole *x = &f->p->hole;
	struct article tomb = {
	    .status = ARTICLE_RETRACTED, .lang = bytes_str("en")};
	const struct ledger_entry *before;
	struct buf name, title, head;
	int r;

	buf_init(&name, 0);
	buf_init(&title, 0);
	buf_init(&head, 0);
	put_issues(&name, x, "-");
	buf_printf(&title, "%zu article%s of ", x->articles,
	    x->articles == 1 ? "" : "s");
	put_issues(&title, x, " to ");
	before = ledger_find(&f->p->ledger, buf_bytes(&name));
	tomb.name = buf_bytes(&name);
	tomb.title = buf_bytes(&title);
	tomb.revision = before != NULL ? before->revision + 1 : 2;
	if (reason.n > 0)
		tomb.note = reason;
	r = article_encode(&head, &tomb);
	if (r == 0)
		r = issue_add(&f->is, buf_bytes(&head), &tomb,
		    bytes_of(NULL, 0), NULL, NULL);
	ret->revision = tomb.revision;
	snprintf(ret->title, sizeof(ret->title), "%.*s", (int)title.n,
	    (const char *)title.p);
	snprintf(ret->lang, sizeof(ret->lang), "en");
	buf_done(&name);
	buf_done(&title);
	buf_done(&head);
	return r;
}

/* --- the packs --- */

static bool
is_given_up(const struct shelf *s, size_t i)
{
	const struct shelf_pack *k = &s->pack[i];

	return k->lost && k->e.first == k->e.last &&
	       shelf_issue(s, k->e.first) == i;
}

static int
end_header(struct forgoing *f)
{
	int r = press_header(f->p, f->e, f->n, 0);

	f->n = 0;
	return r;
}

static int
announce(struct forgoing *f, const struct shelf_pack *old)
{
	struct buf *out = f->draft != NULL ? f->draft->sealed + f->n : NULL;
	uint64_t issue = old->e.first;
	int r = 0;

	if (f->draft != NULL)
		r = press_before(f->p, f->draft, issue, issue, SHELF_NONE,
		    old->number);
	if (r == 0)
		r = press_packs(f->p, &f->is, issue, issue, true, NULL,
		    ISSUE_FAST, out, f->e, &f->n);
	return r;
}

static int
announce_all(struct forgoing *f)
{
	const struct shelf *s = &f->p->shelf;
	int r = 0;

	for (size_t i = 0; i < s->n && r == 0; i++) {
		if (!is_given_up(s, i))
			continue;
		if (f->n == press_packs_max(f->p)) {
			f->more = f->draft != NULL;
			if (f->more)
				return 0;
			r = end_header(f);
		}
		if (r == 0)
			r = announce(f, &s->pack[i]);
	}
	return r == 0 && f->draft == NULL ? end_header(f) : r;
}

/* --- all of it --- */

static int
check(const struct publisher *p, size_t articles, struct buf *why)
{
	if (p->hole.articles == 0) {
		buf_put_str(why, "No article is lost.");
		return QERR_ABSENT;
	}
	if (p->hole.articles == articles)
		return 0;
	buf_printf(why, "%zu article%s of ", p->hole.articles,
	    p->hole.articles == 1 ? "" : "s");
	put_issues(why, &p->hole, " to ");
	buf_printf(why, " %s lost, and not %zu.",
	    p->hole.articles == 1 ? "is" : "are", articles);
	return QERR_RANGE;
}

/* All of it, up to what is signed, here or elsewhere. */
static int
prepare(struct forgoing *f, size_t articles, struct bytes reason,
    struct publisher_item *ret, struct buf *why)
{
	int r;

	*ret = (struct publisher_item){.outcome = PUBLISHER_RETRACTED};
	press_stop_volume(f->p);
	if ((r = press_look_for_lost(f->p)) != 0 ||
	    (r = check(f->p, articles, why)) != 0 ||
	    (r = bury(f, reason, ret)) != 0)
		return r;
	return announce_all(f);
}

static void
finish(struct forgoing *f, int err, struct buf *why)
{
	if (err != 0 && why->n == 0)
		press_failed(f->p, why, "They cannot be given up", err);
	issue_done(&f->is);
}

int
publisher_forgo(struct publisher *p, size_t articles, struct bytes reason,
    struct publisher_item *ret, publisher_issue_fn fn, void *arg,
    struct buf *why)
{
	struct forgoing f = {.p = p};
	int r = press_may_retract(p, why);

	if (r != 0)
		return r;
	r = issue_init(&f.is);
	if (r == 0)
		r = prepare(&f, articles, reason, ret, why);
	r = press_end(p, r, fn, arg);
	press_look_anew(p); /* volumes that are lost can be made now */
	finish(&f, r, why);
	return r;
}

int
publisher_forgo_draft(struct publisher *p, size_t articles, struct bytes reason,
    uint64_t time, struct buf *b, struct publisher_drafted *ret_draft,
    struct publisher_item *ret, struct buf *why)
{
	struct press_draft *d = press_draft_new();
	struct forgoing f = {.p = p, .draft = d};
	int r = d == NULL ? QERR_NOMEM : press_ready(p, why);

	if (r == 0)
		r = issue_init(&f.is);
	if (r == 0)
		r = prepare(&f, articles, reason, ret, why);
	if (r == 0)
		r = press_draft(p, time > 0 ? time : clock_wall(), f.e, f.n, d,
		    b, ret_draft);
	ret_draft->more = f.more;
	press_draft_free(d);
	finish(&f, r, why);
	return r;
}
