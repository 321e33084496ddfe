#include "client/sync.h"

#include <inttypes.h>

#include "client/date.h"
#include "client/json.h"
#include "client/overdue.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/entropy.h"

static int
on_before(void *arg, const struct index_feed *f)
{
	struct sync_feed *x = sync_find(arg, &f->feed);

	if (x != NULL)
		x->head = f->head;
	return 0;
}

/* "3 new articles, 1 correction, 40 in all." */
static void
say_news(const struct sync *s, const struct sync_feed *x,
    const struct index_feed *f, const char *name)
{
	const struct {
		uint64_t n;
		const char *what;
	} part[] = {
	    {x->news.fresh, "new article"},
	    {x->news.corrected, "correction"},
	    {x->news.retracted, "retraction"},
	};
	struct buf b;

	buf_init(&b, 0);
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		if (part[i].n > 0)
			buf_printf(&b, "%" PRIu64 " %s%s, ", part[i].n,
			    part[i].what, part[i].n == 1 ? "" : "s");
	if (b.n > 0)
		say(s->a, "%s: %.*s%" PRIu64 " in all. See: quire list", name,
		    (int)b.n, (const char *)b.p, f->articles);
	else
		say(s->a, "%s: nothing new%s.", name,
		    x->came ? ", but what was missing has come" : "");
	buf_done(&b);
}

static void
note_overdue(const struct sync *s, const struct overdue *o, const char *name)
{
	char issued[DATE_MAX], promised[DATE_MAX];

	date_day(issued, o->issued);
	date_day(promised, o->promised);
	note(s->a,
	    "%s: the newest issue found is of %s, and the next was promised "
	    "by %s. If this device's clock is right, newer ones may be held "
	    "back: try another source.",
	    name, issued, promised);
}

/* Then nobody can tell whether it is overdue. */
static void
note_ahead(const struct sync *s, const struct overdue *o, const char *name)
{
	char issued[DATE_MAX], now[DATE_MAX];

	date_day(issued, o->issued);
	date_day(now, (int64_t)clock_wall());
	note(s->a,
	    "%s: the newest issue is of %s, and this device's clock says %s. "
	    "While that is wrong, quire cannot tell if newer ones are held "
	    "back.",
	    name, issued, now);
}

static void
put_feed(const struct index_feed *f, const struct sync_feed *x, bool late)
{
	char id[ID_TEXT_LEN + 1];
	struct json j;
	struct buf b;

	buf_init(&b, 0);
	id_text(id, &f->feed);
	json_init(&j, &b);
	json_open(&j, NULL, '{');
	json_str(&j, "feed", id);
	json_str(&j, "name", f->name);
	json_bool(&j, "reached", x->reached);
	json_uint(&j, "issue", f->head);
	json_uint(&j, "new_issues", f->head - x->head);
	json_uint(&j, "new_articles", x->news.fresh);
	json_uint(&j, "corrections", x->news.corrected);
	json_uint(&j, "retractions", x->news.retracted);
	json_uint(&j, "articles", f->articles);
	json_bool(&j, "overdue", late);
	json_uint(&j, "missing_packs",
	    x->lacking == UINT64_MAX ? 0 : x->lacking);
	json_close(&j, '}');
	json_flush(&j);
	buf_done(&b);
}

static int
on_after(void *arg, const struct index_feed *f)
{
	struct sync *s = arg;
	struct sync_feed *x = sync_find(s, &f->feed);
	const char *name = f->name[0] != '\0' ? f->name : "the feed";
	struct overdue over = {0};
	bool late;

	if (x == NULL)
		return 0;
	late = x->reached &&
	       overdue_look(&over, &s->h, &f->feed, (int64_t)clock_wall());
	if (s->a->json) {
		put_feed(f, x, late);
		return 0;
	}
	if (!x->reached && (s->full || s->interrupted))
		return 0; /* we did not look to the end */
	if (!x->reached)
		note(s->a, "%s: no source had it.", name);
	else
		say_news(s, x, f, name);
	if (late)
		note_overdue(s, &over, name);
	else if (x->reached && over.ahead)
		note_ahead(s, &over, name);
	if (x->lacking > 0 && x->lacking != UINT64_MAX && !x->blamed)
		note(s->a,
		    "%s: %" PRIu64 " pack%s not to be had. Try "
		    "again later, or another source.",
		    name, x->lacking, x->lacking == 1 ? " was" : "s were");
	return 0;
}

/* Also where all came in an earlier sync, which did not get to listing it. */
static bool
is_stale(const struct sync *s, const struct sync_feed *f)
{
	return !f->asleep && (s->changed || f->imported || f->rest.number > 0);
}

/* From now on it may sleep, if nothing is missing. */
static int
list_feed(struct sync *s, struct sync_feed *f)
{
	int err = index_update_from(s->h.index, &f->id, &f->row, &f->news);

	if (err == 0 && f->rest.number > 0)
		(void)rest_save(s->h.store, &f->id, &f->rest);
	return err == QERR_ABSENT ? 0 : err;
}

/* Bring the index up to date, and say what is new. */
static int
take_stock(struct sync *s, bool says)
{
	int exit = home_ready(&s->h, s->a), err = 0;

	if (exit != 0)
		return exit;
	if (says)
		err = index_feeds(s->h.index, on_before, s);
	for (size_t i = 0; i < s->n_feed && err == 0; i++)
		if (is_stale(s, &s->feed[i]))
			err = list_feed(s, &s->feed[i]);
	if (err == 0 && says)
		err = index_feeds(s->h.index, on_after, s);
	return err == 0 ? 0 : home_complain("the index", err);
}

int
sync_tell(struct sync *s, int exit)
{
	bool any = false, stale = false, says = s->a->json || !s->a->quiet;
	int err = 0, failed;

	for (size_t i = 0; i < s->n_feed && err == 0; i++) {
		if (s->feed[i].reached)
			err = index_synced(s->h.index, &s->feed[i].id,
			    (int64_t)clock_wall());
		any = any || s->feed[i].reached;
		stale = stale || is_stale(s, &s->feed[i]);
	}
	if (err != 0)
		exit = complain_of(s->a->state, "written", err);
	else if ((stale || (any && says)) &&
		 /* Where nothing came there is nothing to say of feeds. */
		 (failed = take_stock(s, says && (any || s->changed))) != 0)
		exit = failed;
	if (s->full)
		exit = complain("the disk is full. Free some space, then sync "
				"again: what came is kept.");
	if (s->forked)
		exit =
		    complain("a feed contradicts itself: two issues of one "
			     "number are signed. Nothing more of it is taken "
			     "until its newsroom ends this. Ask them.");
	if (s->forked_charter > 0)
		exit = complain("the charters of a feed contradict each other "
				"at version %" PRIu64 ": its root keys are "
				"stolen or misused, and nothing that they "
				"sign from there on counts. Ask its newsroom.",
		    s->forked_charter);
	if (s->faults > 0 && exit == 0)
		note(s->a,
		    "%" PRIu64 " source%s broke the rules; nothing of "
		    "that was kept.",
		    s->faults, s->faults == 1 ? "" : "s");
	if (exit == 0 && !any)
		exit = complain("no source had any of your feeds.");
	if (exit == 0 && s->names && s->link_sources == 0 && !s->a->json)
		note(s->a, "To use this source each time: quire source add "
			   "SOURCE");
	return exit;
}
