#include "client/sync.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/qerr.h"

static void
on_import(void *arg, uint64_t got, uint64_t wanted)
{
	struct sync *s = arg;

	progress_bytes(&s->progress, got, wanted);
}

/* What a source has and should not have, with what that costs. */
static void
blame(struct sync_feed *f, const char *where, const struct import_result *r)
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
    struct sync_feed *f)
{
	struct import_config cfg = {.tiers = s->tiers,
	    .newest = s->newest,
	    .volumes = true,
	    .progress = on_import,
	    .arg = s};
	struct import_result r;
	int err = import_feed(s->h.store, &f->id, src, &cfg, &r);

	f->imported = true;

	progress_end(&s->progress);
	if (r.fault != 0 && r.fault != QERR_FORK) /* finish() says that */
		blame(f, where, &r);
	/* What came before it failed is kept, and to be listed. */
	f->came = f->came || r.packs > 0;
	s->bytes += r.bytes;
	s->changed = s->changed || r.charters + r.headers + r.packs > 0;
	if (err == QERR_ABSENT)
		return;
	if (err == QERR_AGAIN) {
		f->lacking = UINT64_MAX;
		return;
	}
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
	s->forked = s->forked || r.forked;
	if (r.forked_charter > 0)
		s->forked_charter = r.forked_charter;
	if (r.rollback)
		note(s->a, "%s: it is older than what is here.", where);
}

/* Nobody said that there is more of it than we have. */
static bool
is_whole(const struct sync_feed *f)
{
	return f->reached && f->lacking == 0;
}

/* A charter says whose it is only to who has those before it. */
static int
complain_of_none(const char *where)
{
	struct import_source *charter;

	if (import_lone(&charter, where) != 0)
		return complain("%s has none of the feeds that you follow.",
		    where);
	import_close(charter);
	return complain("%s changes none of the feeds that you follow, or the "
			"charters before it are not here. Sync with a source, "
			"then take it in again.",
	    where);
}

/* All feeds, or those that are not whole: 0, or an exit status after complaining. */
static int
ask_tree(struct sync *s, const char *where, struct import_source *src, bool all)
{
	bool any = false, failed = false;

	for (size_t k = 0; k < s->n_feed; k++) {
		struct sync_feed *f = &s->feed[k];
		bool before = f->reached;

		if (!all && is_whole(f))
			continue;
		f->reached = f->failed = false;
		import_one(s, src, where, f);
		failed = failed || f->failed;
		any = any || f->reached;
		f->reached = f->reached || before;
	}
	if (failed)
		return APP_FAILED;
	return any || import_is_slow(src) ? 0 : complain_of_none(where);
}

static int
open_tree(struct sync *s, const char *where, bool others,
    struct import_source **ret)
{
	struct import_way way = s->way;
	int err;

	/* What a stranger names, a newsroom too, is not in our own network. */
	way.near = !s->strange;
	way.others = others;
	if ((err = import_open(ret, where, &way)) == 0)
		return 0;
	return qerr_is_peer_fault(err)
		   ? complain("%s is no tree, no bundle and no invite.", where)
		   : complain_of(where, "read", err);
}

static int
complain_slow(struct sync *s, size_t i)
{
	s->slow[i] = false; /* and is not asked again */
	return complain("%s gives next to nothing, and was left. What came is "
			"kept. Try another source.",
	    s->tree[i]);
}

int
sync_trees(struct sync *s)
{
	bool others =
	    s->n_tree - s->first_tree + s->n_invite - s->first_invite > 1;
	int exit = 0, one;

	for (size_t i = s->first_tree; i < s->n_tree; i++) {
		struct import_source *src;

		s->slow[i] = false;
		if ((one = open_tree(s, s->tree[i], others, &src)) == 0) {
			one = ask_tree(s, s->tree[i], src, true);
			s->slow[i] = import_is_slow(src);
			import_close(src);
		}
		if (s->slow[i] && others)
			note(s->a, "%s is slow: others are asked first.",
			    s->tree[i]);
		else if (s->slow[i])
			one = complain_slow(s, i);
		exit = one != 0 ? one : exit;
	}
	return exit;
}

/* What came of nodes is not all there is any more. */
static void
forget_rows(struct sync *s)
{
	for (size_t k = 0; k < s->n_feed; k++) {
		s->feed[k].asleep = false;
		row_done(&s->feed[k].row);
		rest_done(&s->feed[k].rest);
	}
}

static bool
are_whole(const struct sync *s)
{
	for (size_t k = 0; k < s->n_feed; k++)
		if (!is_whole(&s->feed[k]))
			return false;
	return true;
}

int
sync_slow_trees(struct sync *s)
{
	int exit = 0;

	for (size_t i = s->first_tree; i < s->n_tree; i++) {
		struct import_source *src;

		if (!s->slow[i] || are_whole(s))
			continue;
		forget_rows(s);
		if (open_tree(s, s->tree[i], false, &src) != 0)
			continue;
		exit = ask_tree(s, s->tree[i], src, false);
		if (import_is_slow(src))
			exit = complain_slow(s, i);
		import_close(src);
	}
	return exit;
}
