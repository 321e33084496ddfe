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
	if (r.forked_charter > 0)
		s->forked_charter = r.forked_charter;
	if (r.rollback)
		note(s->a, "%s: it is older than what is here.", where);
}

int
sync_trees(struct sync *s)
{
	int exit = 0;

	for (size_t i = s->first_tree; i < s->n_tree; i++) {
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
