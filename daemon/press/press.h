#ifndef QUIRE_PRESS_H
#define QUIRE_PRESS_H

#include <sys/types.h>

#include "daemon/press/issue.h"
#include "daemon/press/ledger.h"
#include "daemon/press/publisher.h"
#include "proto/host/shelf.h"
#include "proto/object/edition.h"
#include "proto/object/feed.h"
#include "proto/object/volume.h"

/*
 * The inside of a publisher, shared by its parts: publisher.c (from its opening to its
 * end), folder.c (what stands in its folder), batch.c (documents), press.c (headers),
 * commit.c (.. made visible), staged.c (packs before that), base.c (what issues lean on), correction.c (what
 * one changes), offline.c (drafts), before.c (what packs made anew are made of), retract.c,
 * anew.c (packs that lose an article), binder*.c (volumes), renew.c (those that hold what
 * was taken back), lost.c (what is not here any more) and forgo.c (what is not to come).
 *
 * What is on its way: packs are put into the store at once, where nothing names
 * them yet; headers wait in |header| until press_commit() puts them all.
 */
#define PRESS_PACKS_MAX 14 /* in one header: it stays below HEADER_FILE_MAX */

#define PRESS_DRAFT_PACKS (PRESS_PACKS_MAX + TIERS)

/* What a pack of earlier issues in a draft is made of: see struct edition_before. */
struct press_before {
	uint64_t first, last; /* of that pack */
	struct buf header, heads, bodies;
};

/* What belongs to the packs of an issue that is signed elsewhere. */
struct press_draft {
	struct buf sealed[PRESS_DRAFT_PACKS];
	struct press_before *before;
	size_t n_before;
	struct bytes base[TIER_TEXT + 1]; /* as in struct edition; borrowed */
};

/* How far the child is, in memory that it shares with us: bytes to compress. */
struct press_watch {
	_Atomic size_t done;
	size_t all;
};

struct press_article {
	struct ledger_entry *entry;
	uint64_t number;
};

/* Issues that will be in one volume, with what comes next if that fits. */
struct press_tail {
	uint64_t first, last;
	size_t packs, articles, raw;
};

struct publisher {
	struct store *store;
	struct worker *worker;
	struct bytes rules;
	size_t per_issue;
	enum publisher_says says;
	void (*published)(void *arg, const struct id *feed,
	    struct bytes charter, struct bytes header);
	void *arg;

	struct id feed;
	struct reading_key key;
	bool has_secret; /* or issues are signed elsewhere */
	bool may_not;    /* the key was here, but the charter bars it */
	struct key_secret secret;
	struct feed *chain; /* with the headers that wait */
	char name[129];
	/* The charter's, as words, which documents are in unless they say. */
	char lang[CHARTER_LANGS_MAX * 36];
	uint64_t last_time, last_next; /* of the newest header */
	struct shelf shelf;
	struct ledger ledger;

	/* what waits for a commit */
	struct buf header;            /* files, one behind another */
	struct header *pending;       /* the same, decoded */
	struct publisher_issue *told; /* and what to say of each */
	size_t n_pending, cap_pending;
	struct press_article *added;
	size_t n_added, cap_added;
	bool staged; /* packs were put, when |lost| commits had failed */
	uint64_t lost;
	bool owed; /* what is in signed-FEED is not out yet: commit.c */

	/* the batch */
	bool open, dry_run;
	bool drafting; /* one issue, which somebody else signs */
	uint64_t time; /* of that issue */
	bool lacks;    /* issues that it might have leaned on are not here */
	int level;
	struct issue issue;
	struct press_tail tail;
	struct shelf_view view;

	/* the volume in the making */
	pid_t child;
	int result, ended; /* memory it writes to; a pipe that closes */
	uint64_t first, last;
	bool anew; /* it takes its own place, without what was taken back */
	struct press_watch *watch;

	/* volumes to be made anew, by place on the shelf; all of them, once looked for */
	size_t *renew, n_renew;
	bool looked;

	size_t n_lost; /* heads packs that count and are not here */
	struct publisher_hole hole;
};

/* Read the folder |path| and the store; 0, or an error with |why|. */
int press_open_folder(struct publisher *p, const char *path, const char *pass,
    struct buf *why);
/* Read everything about the feed from the store into shelf and ledger. */
int press_load(struct publisher *p);
/* Make the ledger anew from the shelf. */
int press_reload(struct publisher *p);
/* What no volume has, as it will be divided: the last of those. */
int press_tail_init(struct press_tail *t, const struct publisher *p);
/* The issues |first| to |last| come next, with |articles| that have |raw| bytes of text. */
void press_tail_add(struct press_tail *t, uint64_t first, uint64_t last,
    size_t articles, size_t raw);
/* True if such an issue will be in the same volume. */
bool press_tail_fits(const struct press_tail *t, size_t articles, size_t raw);

/* A batch that begins: QERR_AGAIN if there is one. */
int press_begin(struct publisher *p, bool slow);
/* QERR_AGAIN if a batch is open, so that nothing that waits for its commit is touched; else
 * as press_settle(); |why| says so. */
int press_ready(struct publisher *p, struct buf *why);
/* 0 if something can be taken back now, signed here alone; else |why| not. */
int press_may_retract(struct publisher *p, struct buf *why);
/* Put a pack into the store, for press_commit(). */
int press_stage(struct publisher *p, const struct id *root, struct bytes data);
/* Headers name all that was staged. */
void press_staged_named(struct publisher *p);
/* Delete what was staged, and no header names. */
void press_staged_sweep(struct publisher *p);
/* What the next issue, |is|, is to be compressed against; borrowed until press_follow(). */
int press_base(struct publisher *p, const struct issue *is, int level,
    struct issue_base *ret);
/* |is| became the issue |number|: the next ones of the batch may lean on it. */
void press_follow(struct publisher *p, const struct issue *is, uint64_t number);
uint64_t press_next(const struct publisher *p); /* the next header's number */
/* May this machine sign it, alone?  Where not, the secret key is forgotten. */
bool press_signs(struct publisher *p);
/* Seal the packs of |is| for the cover first..last and put them into the store, or into
 * |out|, if it is not NULL; appends to |e|.  |base| as in issue_seal(). */
int press_packs(struct publisher *p, const struct issue *is, uint64_t first,
    uint64_t last, bool only, const struct issue_base *base, int level,
    struct buf *out, struct pack_entry *e, size_t *n);
/* The packs that the next header has room for, with its signatures. */
size_t press_packs_max(const struct publisher *p);
/* The next header, of |time|, with |n| packs. */
void press_fill(const struct publisher *p, struct header *ret, uint64_t time,
    const struct pack_entry *e, size_t n);
/* Take a header file that is signed as the next one; it waits for the commit. */
int press_hold(struct publisher *p, struct bytes file, size_t articles);
/* The time of an issue that is made at |now|: not of before there was quire. */
uint64_t press_time(const struct publisher *p, uint64_t now);
/* Sign the next header with |n| packs, and hold it. */
int press_header(struct publisher *p, const struct pack_entry *e, size_t n,
    size_t articles);
/* Make all that waits durable, then visible, then tell.  Where it fails later than the
 * former, what was signed is owed. */
int press_commit(struct publisher *p, publisher_issue_fn fn, void *arg);
/* Forget all that waits, but what is owed. */
void press_cancel(struct publisher *p);
/* Put out what is owed: nothing is signed, nor drafted, before that succeeds.  Not while
 * anything waits. */
int press_settle(struct publisher *p);
/* QERR_TRUNCATED: more was signed than what is owed, and is in the tree no more. */
int press_check_signed(struct publisher *p);
/* Append to |why| that |what| came of it, for |err|; or that it is owed. */
void press_failed(const struct publisher *p, struct buf *why, const char *what,
    int err);
/* Delete withdrawn packs that are still there, as after a crash. */
void press_sweep(struct publisher *p);
/* The one, and read anew what is there now, if |err| is 0; else the other, and |err|. */
int press_end(struct publisher *p, int err, publisher_issue_fn fn, void *arg);

/* Find what |d| changes of |e|, and let the article say it if it says nothing itself. */
int press_correction(struct publisher *p, const struct ledger_entry *e,
    struct draft *d, struct change *ret);

struct press_draft *press_draft_new(void);
void press_draft_free(struct press_draft *d);
/* Append to |b| the next issue, of |time|, to be signed elsewhere: its packs are
 * |e[0..n-1]|, and |d| has what belongs to each. */
int press_draft(struct publisher *p, uint64_t time, const struct pack_entry *e,
    size_t n, const struct press_draft *d, struct buf *b,
    struct publisher_drafted *ret);
/* Add to |d| what proves what was in the packs of the heads |i|, on the shelf, of which
 * those of the cover first..last are made; or, if |i| is SHELF_NONE, that issue |number|
 * had none. */
int press_before(struct publisher *p, struct press_draft *d, uint64_t first,
    uint64_t last, size_t i, uint64_t number);
/* 0 if what |e| leans on is what the issues here say.  Else says |why| not. */
int press_base_check(struct publisher *p, const struct edition *e,
    const struct edition_verdict *v, struct buf *why);
/* 0 if what |e| is made of are packs of this feed that nothing has withdrawn since: who
 * signed |e| elsewhere could not know.  Else says |why| not. */
int press_before_check(const struct publisher *p, const struct edition *e,
    const struct edition_verdict *v, struct buf *why);

/* The packs of |heads|, on the shelf, with |tomb| in the place of its article: into the
 * store, or into |out|.  Sets e[0..*n-1]. */
int press_anew(struct publisher *p, size_t heads, struct bytes tomb,
    struct buf *out, struct pack_entry *e, size_t *n);

/* Take an entry to where the issue |number| has it, once it is committed. */
int press_added(struct publisher *p, struct ledger_entry *e, uint64_t number);
/* Stop making a volume, whose contents are out of date. */
void press_stop_volume(struct publisher *p);

/* Is there more of |a| than a retraction leaves? */
bool press_holds_text(const struct article *a);
/* The volume that withdraws volume |i|, on the shelf, with all that grew into it. */
size_t press_largest(const struct shelf *s, size_t i);
/* Volume |i| is to be made anew: it holds what was taken back. */
int press_renew(struct publisher *p, size_t i);
/* The same of an issue, at once. */
int press_retract_again(struct publisher *p, size_t issue);
/* Forget which ones, and find them again. */
void press_look_anew(struct publisher *p);
/* The next one that is, or SHELF_NONE. */
int press_to_renew(struct publisher *p, size_t *ret);
/* Find what counts and is not here: no cover has it then. */
void press_find_lost(struct publisher *p);
/* Volumes of it are to be made anew, if all of their issues are here. */
int press_renew_lost(struct publisher *p);
/* If some of it came back, the ledger knows it again. */
int press_look_for_lost(struct publisher *p);

/* Tombstones, each a head of its own; freed with the child that made a volume. */
struct tombs {
	struct bytes *head;
	size_t n;
};
/* Append those of the articles of |s| that were taken back since. */
int press_tombs(struct publisher *p, const struct volume_source *s,
    struct tombs *ret);
/* Packs that came out as they were are announced again, and not withdrawn. */
void press_keep_same(const struct shelf *s, struct pack_entry *e, size_t n);

#endif
