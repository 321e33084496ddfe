#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "client/term.h"
#include "client/verify.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/import.h"
#include "proto/host/shelf.h"
#include "proto/object/issues.h"
#include "proto/object/proof.h"

/* Trees: folders and bundles. */

/* A tree that changes is looked at so often, if it is bad each time in another way. */
#define LOOKS    8
#define LOOK_GAP 200 /* ms */

struct tree {
	struct verify *v;
	unsigned looks; /* 1: it does not change */
	struct import_source *src;
	size_t feeds, bad;
};

struct walk {
	struct feed *feed;
	struct shelf shelf;
	struct header head;
	uint64_t packs, absent; /* absent: in no volume that is here, either */
	uint64_t forked, forked_charter; /* 0: not */
	char at[TREE_PATH_MAX];
};

static int
walk_charters(struct tree *t, struct walk *w, struct buf *b)
{
	struct tree_name n = {
	    .kind = TREE_CHARTER, .id = *feed_id(w->feed), .number = 1};
	uint64_t floor;
	int err;

	for (; (err = import_get(t->src, &n, CHARTER_FILE_MAX, b)) == 0;
	     n.number++) {
		tree_path(w->at, &n);
		if ((err = feed_add_charter(w->feed, buf_bytes(b), &floor)) !=
		    0)
			return err;
	}
	tree_path(w->at, &n);
	return err == QERR_ABSENT && n.number > 1 ? 0 : err;
}

static int
walk_headers(struct tree *t, struct walk *w, struct buf *b)
{
	struct tree_name n = {
	    .kind = TREE_ISSUES, .id = *feed_id(w->feed), .number = 1};
	struct issues is = {.n = ISSUES_BLOCK};
	int err = 0;

	for (; is.n == ISSUES_BLOCK && err == 0; n.number++) {
		tree_path(w->at, &n);
		err = import_get(t->src, &n, ISSUES_MAX, b);
		if (err == QERR_ABSENT)
			return 0;
		issues_split(&is, err == 0 ? buf_bytes(b) : bytes_of(NULL, 0));
		for (size_t i = 0; i < is.n && err == 0; i++) {
			err = feed_add_header(w->feed, is.file[i], &w->head);
			if (err == 0)
				err = shelf_add(&w->shelf, &w->head);
		}
		if (err == 0)
			err = issues_rest(&is, buf_bytes(b));
	}
	return err;
}

/* The head is the last of the issues; if it is further on, some are missing. */
static int
walk_head(struct tree *t, struct walk *w, struct buf *b)
{
	struct tree_name n = {.kind = TREE_HEAD, .id = *feed_id(w->feed)};
	struct header h;
	int err;

	tree_path(w->at, &n);
	err = import_get(t->src, &n, HEADER_FILE_MAX, b);
	if (err == 0)
		err = feed_check_head(w->feed, buf_bytes(b), &h);
	if (err == 0) {
		n.kind = TREE_ISSUE;
		n.number = feed_head(w->feed) + 1;
		tree_path(w->at, &n);
		err = import_get(t->src, &n, ISSUES_MAX, b);
		return err == 0 ? QERR_TRUNCATED : err;
	}
	return err == QERR_ABSENT || err == QERR_DUPLICATE ||
		       err == QERR_ROLLBACK
		   ? 0
		   : err;
}

/* Whether a volume that is here holds what pack |i| does. */
static bool
in_volume(const struct walk *w, const bool *here, size_t i)
{
	const struct pack_entry *e = &w->shelf.pack[i].e, *o;

	for (size_t j = 0; j < w->shelf.n; j++) {
		o = &w->shelf.pack[j].e;
		if (here[j] && o->tier == e->tier && o->first <= e->first &&
		    o->last >= e->last)
			return true;
	}
	return false;
}

static int
look_at_packs(struct tree *t, struct walk *w, bool *here, struct buf *b)
{
	for (size_t i = 0; i < w->shelf.n; i++) {
		const struct shelf_pack *p = &w->shelf.pack[i];
		struct tree_name n = {.kind = TREE_PACK, .id = p->e.root};
		int err;

		if (p->dead)
			continue;
		tree_path(w->at, &n);
		err = import_get(t->src, &n, PACK_SIZE_MAX, b);
		if (err == QERR_ABSENT)
			continue;
		if (err == 0)
			err = pack_check(&p->e, buf_bytes(b));
		if (err != 0)
			return err;
		here[i] = true;
		w->packs++;
	}
	return 0;
}

static int
walk_packs(struct tree *t, struct walk *w, struct buf *b)
{
	bool *here = calloc(w->shelf.n + 1, sizeof(*here));
	int err = here != NULL ? look_at_packs(t, w, here, b) : QERR_NOMEM;

	for (size_t i = 0; err == 0 && i < w->shelf.n; i++)
		w->absent += !here[i] && !w->shelf.pack[i].dead &&
			     !in_volume(w, here, i);
	free(here);
	return err;
}

/* Proofs that the feed contradicts itself: of its charters, or at its head. */
static int
walk_proofs(struct tree *t, struct walk *w, struct buf *b)
{
	struct tree_name n = {.kind = TREE_CHARTERS, .id = *feed_id(w->feed)};
	struct bytes one, other;
	uint64_t number;

	if (import_get(t->src, &n, PROOF_CHARTER_FILE_MAX, b) == 0 &&
	    proof_decode(buf_bytes(b), &one, &other) == 0)
		(void)feed_add_fork(w->feed, one, other, &number);
	w->forked_charter = feed_forked(w->feed, &one, &other);
	n.kind = TREE_PROOF;
	n.number = w->head.number;
	if (import_get(t->src, &n, PROOF_FILE_MAX, b) == 0 &&
	    proof_decode(buf_bytes(b), &one, &other) == 0 &&
	    feed_check_fork(w->feed, one, other, &number) == 0)
		w->forked = number;
	return 0;
}

/* What it proves against itself is no fault of the tree, and yet not good. */
static bool
say_forked(const struct tree *t, const struct walk *w)
{
	if (w->forked_charter > 0)
		complain("%s is NOT good: it proves that two charters of "
			 "version %llu are signed. Its root keys are stolen or "
			 "misused.",
		    t->v->what, (unsigned long long)w->forked_charter);
	if (w->forked > 0)
		complain("%s is NOT good: it proves that two issues %llu are "
			 "signed.",
		    t->v->what, (unsigned long long)w->forked);
	return w->forked_charter > 0 || w->forked > 0;
}

static void
say_tree(struct tree *t, const struct walk *w)
{
	char id[ID_TEXT_LEN + 1];
	const struct charter *c = feed_charter(w->feed);

	if (t->v->a->json) {
		verify_good(t->v, "tree", feed_id(w->feed), c, &w->head, NULL);
		return;
	}
	if (t->v->a->quiet)
		return;
	id_text(id, feed_id(w->feed));
	printf("%sGood%s: ", style(t->v->a, STYLE_GOOD),
	    style(t->v->a, STYLE_PLAIN));
	term_write(stdout, c->name);
	fputs(", ", stdout);
	verify_count(w->head.number, "issue");
	fputs(", ", stdout);
	verify_count(w->packs, "pack");
	if (w->absent > 0)
		printf(" (%llu %s not here)", (unsigned long long)w->absent,
		    w->absent == 1 ? "is" : "are");
	printf("\nFeed      %s\n", id);
}

static void
say_bad(const struct tree *t, const struct walk *w, int err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", t->v->what, w->at);
	if (qerr_is_fatal(err))
		complain_of(path, "read", err);
	else
		complain("%s is NOT good: it %s.", path, qerr_str(err));
}

static void
walk_done(struct walk *w)
{
	shelf_done(&w->shelf);
	feed_free(w->feed);
}

/* |ret| is to be done with in any case. */
static int
walk_once(struct tree *t, const struct id *feed, struct walk *ret)
{
	static int (*const part[])(struct tree *, struct walk *,
	    struct buf *) = {
	    walk_charters, walk_headers, walk_head, walk_packs, walk_proofs};
	static const struct reading_key none;
	struct buf b;
	int err;

	*ret = (struct walk){.feed = feed_new(feed)};
	shelf_init(&ret->shelf, NULL, feed, &none);
	buf_init(&b, 0);
	err = ret->feed == NULL ? QERR_NOMEM : 0;
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]) && err == 0; i++)
		err = part[i](t, ret, &b);
	buf_done(&b);
	return err;
}

/* True if both looks went as far, by the same charters, and came to the same. */
static bool
is_same(const struct walk *w, int err, const struct walk *o, int other)
{
	const struct charter *a = feed_charter(w->feed);
	const struct charter *b = feed_charter(o->feed);

	return err == other && strcmp(w->at, o->at) == 0 &&
	       w->head.number == o->head.number && (a == NULL) == (b == NULL) &&
	       (a == NULL || a->version == b->version);
}

/*
 * A daemon or a sync may change the tree meanwhile, and its parts are read one after
 * another: it is bad if it is so twice in the same way.
 */
static int
walk_still(struct tree *t, const struct id *feed, struct walk *ret)
{
	const struct timespec gap = {.tv_nsec = LOOK_GAP * 1000000L};
	int err = walk_once(t, feed, ret), before;
	bool same = false;

	for (unsigned i = 1;
	     i < t->looks && !same && err != 0 && !qerr_is_fatal(err); i++) {
		struct walk was = *ret;

		before = err;
		(void)nanosleep(&gap, NULL);
		err = walk_once(t, feed, ret);
		same = is_same(ret, err, &was, before);
		walk_done(&was);
	}
	return err;
}

static int
walk_feed(void *arg, const struct id *feed)
{
	struct tree *t = arg;
	struct walk w;
	int err;

	if (!t->v->any_feed && !id_eq(feed, &t->v->feed))
		return 0;
	t->feeds++;
	err = walk_still(t, feed, &w);
	if (err != 0)
		say_bad(t, &w, err);
	if (err != 0 || say_forked(t, &w))
		t->bad++;
	else
		say_tree(t, &w);
	walk_done(&w);
	return 0;
}

static int
verify_tree(struct verify *v, unsigned looks,
    int (*open)(struct import_source **, const char *))
{
	struct tree t = {.v = v, .looks = looks};
	int err;

	if (v->export != NULL)
		return complain("%s holds many headers, and --export takes "
				"one, as of a capsule or the head of a tree.",
		    v->what);
	if ((err = open(&t.src, v->what)) == 0)
		err = import_feeds(t.src, walk_feed, &t);
	import_close(t.src);
	if (err == QERR_IO)
		return complain_of(v->what, "read", err);
	if (err != 0 || (t.feeds == 0 && v->any_feed))
		return complain("%s holds no feed: it is no tree and no "
				"bundle. Of pages name one, of a newsroom's "
				"folder its charter.",
		    v->what);
	if (t.feeds == 0)
		return complain("%s does not hold that feed.", v->what);
	return t.bad > 0 ? APP_FAILED : APP_DONE;
}

int
verify_folder(struct verify *v)
{
	return verify_tree(v, LOOKS, import_folder);
}

/* A bundle is read here and there, which a pipe does not let us. */
int
verify_bundle(struct verify *v)
{
	struct stat st;

	if (strcmp(v->what, "-") == 0 ||
	    (stat(v->what, &st) == 0 && !S_ISREG(st.st_mode)))
		return complain("%s is no file: save it as one, then verify "
				"that.",
		    v->what);
	return verify_tree(v, 1, import_tar);
}
