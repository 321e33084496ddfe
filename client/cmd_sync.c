#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/date.h"
#include "client/home.h"
#include "client/json.h"
#include "client/overdue.h"
#include "client/progress.h"
#include "client/sources.h"
#include "client/ways.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/drive.h"
#include "proto/host/entropy.h"
#include "proto/host/import.h"
#include "proto/host/log.h"
#include "proto/host/rate.h"
#include "proto/object/follow.h"

#define FEEDS_MAX 1024

struct feed {
	struct id id;
	struct row row; /* its headers, once they are read */
	uint64_t head;  /* before */
	struct index_news news;
	size_t packs;     /* before */
	bool came;        /* packs did */
	uint64_t lacking; /* packs nobody had */
	bool done, reached, failed;
	bool blamed; /* and what is lacking was told */
};

struct sync {
	struct app *a;
	struct home h;
	struct feed *feed;
	size_t n_feed;
	char *invite[SOURCES_MAX], *tree[SOURCES_MAX];
	size_t n_invite, n_tree, link_sources;
	struct import_way way;
	struct ways ways; /* other than plain TCP */
	bool plain;       /* no invite needs them */
	unsigned tiers;
	uint64_t newest;
	struct progress progress;
	struct event_base *base;
	size_t waiting; /* for FACT_SYNCED */
	bool unreached, full, forked, interrupted;
	bool changed; /* the tree did: the index follows */
	bool names;   /* sources by hand, and none is kept */
	uint64_t faults, bytes;
};

/* Sources. */

static int
add_source(struct sync *s, const char *text)
{
	bool invite = strncmp(text, "quire://", 8) == 0;
	char **list = invite ? s->invite : s->tree;
	size_t *n = invite ? &s->n_invite : &s->n_tree;
	int exit = sources_check(text);

	if (exit != 0)
		return exit;
	/* It is an invite, so it says this just once. */
	if (invite && strstr(text, "?t=raw") == NULL)
		s->plain = false;
	for (size_t i = 0; i < *n; i++)
		if (strcmp(list[i], text) == 0)
			return 0;
	if (*n == SOURCES_MAX)
		return complain("more than %d sources are too many.",
		    SOURCES_MAX);
	if ((list[*n] = strdup(text)) == NULL)
		return complain("out of memory.");
	(*n)++;
	return 0;
}

/* Those named now, else those that are kept. */
static int
add_sources(struct sync *s)
{
	bool named = s->a->at < s->a->argc;
	struct sources kept;
	int exit = sources_load(&kept, &s->h);

	for (int i = s->a->at; i < s->a->argc && exit == 0; i++)
		exit = add_source(s, s->a->argv[i]);
	for (size_t i = 0; i < kept.n && !named && exit == 0; i++)
		exit = add_source(s, kept.text[i]);
	s->names = named && kept.n == 0;
	sources_done(&kept);
	return exit;
}

static int
on_follow(void *arg, const struct id *feed, const char *text)
{
	struct sync *s = arg;
	struct follow *link;
	struct feed *x;

	if (s->n_feed == FEEDS_MAX)
		return 0;
	x = realloc(s->feed, (s->n_feed + 1) * sizeof(*x));
	if (x == NULL)
		return QERR_NOMEM;
	s->feed = x;
	x = &s->feed[s->n_feed++];
	*x = (struct feed){.id = *feed};
	row_init(&x->row);
	if ((link = calloc(1, sizeof(*link))) == NULL)
		return QERR_NOMEM;
	if (follow_parse(link, bytes_str(text)) == 0)
		for (size_t i = 0; i < link->n_source; i++)
			s->link_sources += add_source(s, link->source[i]) == 0;
	sodium_memzero(link, sizeof(*link));
	free(link);
	return 0;
}

/* From trees: folders, tars, web hosts. */

static void
on_import(void *arg, uint64_t got, uint64_t wanted)
{
	struct sync *s = arg;

	progress_bytes(&s->progress, got, wanted);
}

/* What a source has and should not have, with what that costs. */
static void
blame(struct feed *f, const char *where, const struct import_result *r)
{
	char what[128];

	snprintf(what, sizeof(what), "%s%s", qerr_str(r->fault),
	    r->fault == QERR_ABSENT ? "" : ", and was not taken");
	f->failed = f->blamed = true;
	if (r->missing > 0)
		complain("%s: %s %s. Lacking: %" PRIu64
			 " pack%s. Try another source.",
		    where, r->fault_at, what, r->missing,
		    r->missing == 1 ? "" : "s");
	else
		complain("%s: %s %s. Try another source.", where, r->fault_at,
		    what);
}

static void
import_one(struct sync *s, struct import_source *src, const char *where,
    struct feed *f)
{
	struct import_config cfg = {.tiers = s->tiers,
	    .newest = s->newest,
	    .volumes = true,
	    .progress = on_import,
	    .arg = s};
	struct import_result r;
	int err = import_feed(s->h.store, &f->id, src, &cfg, &r);

	progress_end(&s->progress);
	if (r.fault != 0 && r.fault != QERR_FORK) /* finish() says that */
		blame(f, where, &r);
	if (err == QERR_ABSENT)
		return;
	if (err != 0) {
		bool web = strncmp(where, "http", 4) == 0;

		s->full = s->full || err == QERR_NOSPACE;
		f->failed = true;
		if (err == QERR_IO && web)
			complain("%s cannot be reached. Try again later, or "
				 "another one.",
			    where);
		else if (err != QERR_NOSPACE) /* finish() says that */
			complain_of(where, "read", err);
		return;
	}
	f->reached = true;
	f->lacking = r.missing;
	f->came = f->came || r.packs > 0;
	s->bytes += r.bytes;
	s->changed = s->changed || r.charters + r.headers + r.packs > 0;
	s->forked = s->forked || r.forked;
	if (r.rollback)
		note(s->a, "%s: it is older than what is here.", where);
}

static int
import_all(struct sync *s)
{
	int exit = 0;

	for (size_t i = 0; i < s->n_tree; i++) {
		struct import_source *src;
		int err = import_open(&src, s->tree[i], &s->way);
		bool any = false, failed = false;

		if (err != 0) {
			exit = qerr_is_peer_fault(err)
				   ? complain("%s is no tree, no bundle and "
					      "no invite.",
					 s->tree[i])
				   : complain_of(s->tree[i], "read", err);
			continue;
		}
		for (size_t k = 0; k < s->n_feed; k++) {
			bool before = s->feed[k].reached;

			s->feed[k].reached = s->feed[k].failed = false;
			import_one(s, src, s->tree[i], &s->feed[k]);
			failed = failed || s->feed[k].failed;
			any = any || s->feed[k].reached;
			s->feed[k].reached = s->feed[k].reached || before;
		}
		import_close(src);
		if (failed)
			exit = APP_FAILED;
		else if (!any)
			exit = complain("%s has none of the feeds that you "
					"follow.",
			    s->tree[i]);
	}
	return exit;
}

/* From nodes. */

static struct feed *
find(struct sync *s, const struct id *id)
{
	for (size_t i = 0; i < s->n_feed; i++)
		if (id_eq(&s->feed[i].id, id))
			return &s->feed[i];
	return NULL;
}

static void
on_tell(void *arg, const struct node_tell *t)
{
	struct sync *s = arg;
	struct feed *f;

	switch (t->fact) {
	case FACT_SYNCED:
		if ((f = find(s, &t->id)) != NULL && !f->done) {
			f->done = true;
			f->reached = t->value != UINT64_MAX;
			f->lacking = t->value;
			s->waiting--;
		}
		break;
	case FACT_UNREACHED:
		s->unreached = true;
		s->waiting = 0;
		break;
	case FACT_PROGRESS:
		s->bytes = t->value;
		progress_bytes(&s->progress, t->value, t->value + t->number);
		break;
	case FACT_FULL:
		s->full = t->number != 0;
		if (s->full)
			s->waiting = 0;
		break;
	case FACT_FORK:
		s->forked = true;
		break;
	case FACT_FAULT:
		s->faults++;
		break;
	case FACT_HEAD:
	case FACT_CHARTER:
	case FACT_PACK:
	case FACT_WITHDRAWN:
		s->changed = true;
		break;
	case FACT_ROLLBACK:
	case FACT_OVERDUE:
	case FACT_RECEIPTS:
	case FACT_PEER:
	case FACT_ROTTEN:
		break;
	}
	if (s->waiting == 0)
		event_base_loopbreak(s->base);
}

static void
on_trouble(void *arg, enum drive_trouble what, const struct invite *to,
    const char *why)
{
	struct sync *s = arg;

	progress_end(&s->progress);
	ways_trouble(&s->ways, what, to, why);
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct sync *s = arg;

	(void)fd;
	(void)what;
	s->interrupted = true;
	event_base_loopbreak(s->base);
}

static int
restore_feed(struct sync *s, struct node *n, struct feed *f,
    const struct node_policy *policy)
{
	struct node_feed_stat st;
	int err = drive_restore(n, s->h.store, &f->id, policy, &f->row);

	if (err == 0 && node_feed_stat(n, &f->id, &st) == 0) {
		f->packs = st.packs_held;
		if (st.forked)
			s->forked = true; /* proved in an earlier sync */
	}
	return err;
}

/* The headers that came are kept as well, and are there for the index. */
static void
keep(struct sync *s, struct node *n, struct feed *f)
{
	struct node_feed_stat st;

	if (node_feed_stat(n, &f->id, &st) == 0)
		f->came = f->came || st.packs_held > f->packs;
	if (drive_keep(n, s->h.store, &f->id, &f->row) != 0)
		row_done(&f->row);
}

static int
run_node(struct sync *s, struct node *n)
{
	struct drive_config cfg = {.base = s->base,
	    .node = n,
	    .store = s->h.store,
	    .socks = s->way.proxy,
	    .socks_all = true,
	    .transports = s->ways.transports,
	    .download_rate = s->way.rate,
	    .reserve = 4 << 20,
	    .fd_max = 64,
	    .tell = on_tell,
	    .trouble = on_trouble,
	    .arg = s};
	struct node_policy policy = {.tiers = s->tiers, .newest = s->newest};
	struct node_event ev = {.type = NODE_START};
	struct event *sig[2] = {
	    evsignal_new(s->base, SIGINT, on_signal, s),
	    evsignal_new(s->base, SIGTERM, on_signal, s),
	};
	struct drive *d = NULL;
	int err = 0;

	for (size_t i = 0; i < s->n_feed && err == 0; i++)
		err = restore_feed(s, n, &s->feed[i], &policy);
	if (err == 0)
		err = drive_new(&d, &cfg);
	if (err == 0)
		err = drive_event(d, &ev);
	for (size_t i = 0; i < s->n_invite && err == 0; i++) {
		ev = (struct node_event){.type = NODE_PEER};
		ev.peer.invite = bytes_str(s->invite[i]);
		err = drive_event(d, &ev);
	}
	for (size_t i = 0; i < 2; i++)
		if (sig[i] != NULL)
			event_add(sig[i], NULL);
	if (err == 0) {
		progress_say(&s->progress, "Connecting ...");
		s->waiting = s->n_feed;
		ev = (struct node_event){.type = NODE_SYNC};
		err = drive_event(d, &ev);
	}
	if (err == 0 && s->waiting > 0)
		event_base_dispatch(s->base);
	drive_free(d);
	for (size_t i = 0; i < s->n_feed; i++)
		keep(s, n, &s->feed[i]);
	for (size_t i = 0; i < 2; i++)
		if (sig[i] != NULL)
			event_free(sig[i]);
	return err;
}

static int
sync_nodes(struct sync *s)
{
	struct node_config cfg = {.role = NODE_READER, .wall = clock_wall()};
	struct node *n;
	uint8_t seed[32];
	size_t tried;
	int exit, err = QERR_NOMEM;

	if (s->n_invite == 0)
		return 0;
	if (!s->plain &&
	    (exit = ways_open(&s->ways, s->a->state, s->way.proxy)) != 0)
		return exit;
	entropy_bytes(seed, sizeof(seed));
	entropy_bytes(cfg.identity_seed, sizeof(cfg.identity_seed));
	entropy_bytes(cfg.link_private, sizeof(cfg.link_private));
	n = node_new(&cfg, seed);
	s->base = event_base_new();
	if (n != NULL && s->base != NULL)
		err = run_node(s, n);
	progress_end(&s->progress);
	ways_close(&s->ways);
	if (s->base != NULL)
		event_base_free(s->base);
	node_free(n);
	if (err != 0)
		return home_complain("syncing", err);
	if (s->interrupted)
		return complain("stopped. What came is kept; the next sync "
				"goes on from there.");
	if (s->unreached && s->ways.n_vain >= s->n_invite)
		return APP_FAILED; /* why, was said */
	tried = s->n_invite - s->ways.n_vain;
	if (s->unreached)
		return complain("none of %zu source%s could be reached. Try "
				"again later, or another source.",
		    tried, tried == 1 ? "" : "s");
	return 0;
}

/* What came of it. */

static int
on_before(void *arg, const struct index_feed *f)
{
	struct feed *x = find(arg, &f->feed);

	if (x != NULL)
		x->head = f->head;
	return 0;
}

/* "3 new articles, 1 correction, 40 in all." */
static void
say_news(const struct sync *s, const struct feed *x, const struct index_feed *f,
    const char *name)
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

static int
on_after(void *arg, const struct index_feed *f)
{
	struct sync *s = arg;
	struct feed *x = find(s, &f->feed);
	const char *name = f->name[0] != '\0' ? f->name : "the feed";
	char id[ID_TEXT_LEN + 1];
	struct overdue over;
	struct json j;
	struct buf b;
	bool late;

	if (x == NULL)
		return 0;
	late = x->reached &&
	       overdue_look(&over, &s->h, &f->feed, (int64_t)clock_wall());
	if (s->a->json) {
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
		return 0;
	}
	if (!x->reached && s->full)
		return 0; /* we did not look to the end */
	if (!x->reached)
		note(s->a, "%s: no source had it.", name);
	else
		say_news(s, x, f, name);
	if (late)
		note_overdue(s, &over, name);
	if (x->lacking > 0 && x->lacking != UINT64_MAX && !x->blamed)
		note(s->a,
		    "%s: %" PRIu64 " pack%s not to be had. Try "
		    "again later, or another source.",
		    name, x->lacking, x->lacking == 1 ? " was" : "s were");
	return 0;
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
	for (size_t i = 0; i < s->n_feed && err == 0 && s->changed; i++)
		if ((err = index_update_from(s->h.index, &s->feed[i].id,
			 &s->feed[i].row, &s->feed[i].news)) == QERR_ABSENT)
			err = 0;
	if (err == 0 && says)
		err = index_feeds(s->h.index, on_after, s);
	return err == 0 ? 0 : home_complain("the index", err);
}

static int
finish(struct sync *s, int exit)
{
	bool any = false, says = s->a->json || !s->a->quiet;
	int err = 0, failed;

	for (size_t i = 0; i < s->n_feed && err == 0; i++) {
		if (s->feed[i].reached)
			err = index_synced(s->h.index, &s->feed[i].id,
			    (int64_t)clock_wall());
		any = any || s->feed[i].reached;
	}
	if (err != 0)
		exit = complain_of(s->a->state, "written", err);
	else if ((s->changed || (any && says)) &&
		 (failed = take_stock(s, says)) != 0)
		exit = failed;
	if (s->full)
		exit = complain("the disk is full. Free some space, then sync "
				"again: what came is kept.");
	if (s->forked)
		exit =
		    complain("a feed contradicts itself: two issues of one "
			     "number are signed. Nothing more of it is taken "
			     "until its newsroom ends this. Ask them.");
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

static void
sync_done(struct sync *s)
{
	home_close(&s->h);
	for (size_t i = 0; i < s->n_invite; i++) {
		sodium_memzero(s->invite[i], strlen(s->invite[i]));
		free(s->invite[i]);
	}
	for (size_t i = 0; i < s->n_tree; i++)
		free(s->tree[i]);
	for (size_t i = 0; i < s->n_feed; i++)
		row_done(&s->feed[i].row);
	free(s->feed);
}

static bool
take_rate(uint64_t *ret, const char *arg)
{
	if (size_parse(ret, arg, strlen(arg)) == 0 && *ret >= RATE_MIN &&
	    *ret <= INT64_MAX)
		return true;
	complain("--limit-rate needs bytes a second, as 50K, and at least %uK, "
		 "not %s.",
	    (unsigned)(RATE_MIN >> 10), arg);
	return false;
}

static int
take_options(struct sync *s, int *exit)
{
	struct app *a = s->a;
	unsigned long long v;
	const char *arg;
	int letter;

	while ((letter = app_option(a, &arg, exit)) > 0) {
		if (letter == 'n') {
			if (!app_number("--newest", arg, 1, 1000000000, &v)) {
				*exit = APP_USAGE;
				return APP_STOP;
			}
			s->newest = v;
		} else if (letter == 'H') {
			s->tiers = 1u << TIER_HEADS;
		} else if (letter == 't') {
			s->tiers = 1u << TIER_HEADS | 1u << TIER_TEXT;
		} else if (letter == 's') {
			s->tiers = 1u << TIER_HEADS | 1u << TIER_TEXT |
				   1u << TIER_SMALL;
		} else if (letter == 'r') {
			if (!take_rate(&s->way.rate, arg)) {
				*exit = APP_USAGE;
				return APP_STOP;
			}
		} else if (letter == 'T') {
			if ((*exit = ways_program(&s->ways, arg)) != 0)
				return APP_STOP;
		} else {
			s->way.proxy = arg;
		}
	}
	return letter;
}

static const struct cmd_option options[] = {
    {'n', "newest", "N", "only the newest N issues"},
    {'H', "headlines", NULL, "titles and summaries alone, a few kilobytes"},
    {'t', "text-only", NULL, "no pictures"},
    {'s', "small", NULL, "pictures only as small ones, about 8 kB each"},
    {'r', "limit-rate", "RATE",
	"take at most RATE bytes a second, as 50K or 1M"},
    {256, "socks", "HOST:PORT",
	"a SOCKS5 proxy (tor: 127.0.0.1:9050), for all\n"
	"that is fetched"},
    {'T', "transport", "NAME=PROGRAM",
	"the program of a pluggable transport that an\n"
	"invite needs, as obfs4=/usr/bin/obfs4proxy"},
    {0},
};

static int
run(struct app *a)
{
	struct sync s = {.a = a, .tiers = (1u << TIERS) - 1, .plain = true};
	int exit, err;

	log_init("quire", LOG_LEVEL_ERROR); /* no warnings */
	if (take_options(&s, &exit) != 0)
		return exit;
	exit = home_begin(&s.h, a, true);
	if (exit == 0)
		exit = add_sources(&s);
	if (exit == 0 && (err = index_follows(s.h.index, on_follow, &s)) != 0)
		exit = home_complain("the index", err);
	if (exit == 0 && s.n_feed == 0)
		exit = complain("nothing is followed yet. Begin with: quire "
				"follow LINK");
	if (exit == 0 && s.n_invite + s.n_tree == 0)
		exit =
		    complain("no source is known. Name one: quire sync "
			     "SOURCE, or for each time: quire source add "
			     "SOURCE, where SOURCE is an invite, a folder, a "
			     "bundle or a web address.");
	if (exit == 0) {
		progress_begin(&s.progress, a);
		exit = import_all(&s);
		if (s.n_invite > 0)
			exit = sync_nodes(&s);
		if (!s.unreached || s.bytes > 0)
			exit = finish(&s, exit);
	}
	sync_done(&s);
	return exit;
}

const struct cmd cmd_sync = {
    .name = "sync",
    .args = "[SOURCE...]",
    .what = "fetch what is new",
    .option = options,
    .about =
	"SOURCE is an invite to a node (quire://...), a folder, a bundle (a tar) or\n"
	"the web address of a tree; without one those of \"quire source\" are used, and\n"
	"always those that the follow links name. Every source may lie: nothing is kept that the newsroom's key does not\n"
	"vouch for. It can be stopped at any time, and goes on where it was. No daemon\n"
	"is needed.",
    .run = run,
};
