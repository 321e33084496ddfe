#ifndef QUIRE_PUBLISHER_H
#define QUIRE_PUBLISHER_H

#include "daemon/press/change.h"
#include "daemon/press/draft.h"
#include "proto/host/store.h"

/*
 * One feed that this machine publishes.  Its folder holds
 *
 *	secret.key	minisign's secret key file; where it is not, issues are drafted,
 *			signed elsewhere and released
 *	public.key	minisign's public key file
 *	charter		the newest charter file (PROTOCOL.md §4)
 *	charter.N	those before, if there are; for a machine that lost its store
 *	reading.key	the reading key, one line of base32
 *	link		the follow link
 *
 * and nothing that changes: what was published is known from the tree in the
 * store.  Everything that is published becomes visible in one commit of the store,
 * or not at all.
 */
#define PUBLISHER_PER_ISSUE 200 /* articles, if not told otherwise */
#define PUBLISHER_NEXT      (7 * 24 * 3600) /* the promise, in seconds */
/* 2025: a clock that says less was not set yet, as of a board without a battery that has
 * just started.  No promise is kept by it, and no issue is of 1970. */
#define PUBLISHER_CLOCK_MIN 1735689600
/* A volume is due once an issue comes that does not fit into it. */
#define PUBLISHER_VOLUME     1000              /* articles */
#define PUBLISHER_VOLUME_RAW (8 * 1024 * 1024) /* bytes of text */

struct publisher;

/* What a correction says of itself where its document brings no note. */
enum publisher_says {
	PUBLISHER_SAYS_NOTE,  /* nothing */
	PUBLISHER_SAYS_COUNT, /* how many words went and came */
	PUBLISHER_SAYS_WORDS, /* and those that came */
};

struct publisher_config {
	const char *folder;
	const char *pass; /* of the secret key; NULL: it has none */
	struct store *store;
	struct worker *worker;
	struct bytes
	    rules; /* for what is taken in; they outlive it; may be empty */
	size_t per_issue; /* 0: PUBLISHER_PER_ISSUE */
	enum publisher_says says;
	/* Called for each new charter (else absent) and header, once it is in the
	 * tree: node events are made of these.  May be NULL. */
	void (*published)(void *arg, const struct id *feed,
	    struct bytes charter, struct bytes header);
	void *arg;
};

/*
 * Open the folder, and put its charter into the store if it is new.  QERR_PASS if
 * the key needs another passphrase; else any error, with a sentence in |why|.
 */
int publisher_open(struct publisher **ret, const struct publisher_config *cfg,
    struct buf *why);
void publisher_close(struct publisher *p);

const struct id *publisher_feed(const struct publisher *p);
const char *publisher_name(const struct publisher *p); /* the charter's */
/* The charter's languages, as ingest() wants them. */
struct bytes publisher_langs(const struct publisher *p);
uint64_t publisher_head(const struct publisher *p);
uint64_t publisher_time(const struct publisher *p); /* of the newest header */
size_t publisher_articles(const struct publisher *p);
/* Does this machine sign the feed's issues, and if not, why. */
enum publisher_signs {
	PUBLISHER_SIGNS,
	PUBLISHER_NO_KEY,  /* there is no secret.key */
	PUBLISHER_MAY_NOT, /* the charter does not let it sign the next issue */
	PUBLISHER_NOT_ALONE, /* the charter wants several signatures on it */
};
enum publisher_signs publisher_signs(const struct publisher *p);

enum publisher_outcome {
	PUBLISHER_NEW,
	PUBLISHER_CORRECTED,
	PUBLISHER_UNCHANGED,
	PUBLISHER_RETRACTED, /* it was, so it is not published again */
	PUBLISHER_REFUSED,
	PUBLISHER_OUTCOMES,
};
const char *publisher_outcome_name(enum publisher_outcome o);

/* What became of one document.  Texts are terminated and cut to fit. */
struct publisher_item {
	enum publisher_outcome outcome;
	uint64_t revision;
	size_t pictures;
	bool all_refused; /* of a feed: no entry of it can be read */
	char lang[36];
	bool foreign; /* for sure it is not |lang|: a warning says so */
	char title[1025];
	char message[1024]; /* warnings, or why it was refused */
	struct change
	    change; /* of a correction; all zero if what it corrects is not here */
};

/*
 * A batch: documents are added one by one, which takes them in and makes packs as
 * issues fill up; commit makes all of it visible, cancel none.  One batch at a
 * time; QERR_AGAIN if there is one, QERR_KEY if its secret key is not here (a dry run
 * needs none).  A document that is refused does not spoil the
 * others; publisher_add() fails only if we are broken (disk, memory), or with
 * QERR_ABSENT behind the last entry of a feed.
 */
int publisher_begin(struct publisher *p, bool slow, bool dry_run);
int publisher_add(struct publisher *p, const struct draft_source *src,
    struct publisher_item *ret);
struct publisher_issue {
	uint64_t number;
	size_t articles;
	uint64_t bytes; /* of its packs */
};
typedef void (*publisher_issue_fn)(void *arg, const struct publisher_issue *i);
int publisher_commit(struct publisher *p, publisher_issue_fn fn, void *arg,
    struct buf *why);
/*
 * Outside of a batch: what became of a draft, if |file| were published as it is now, and
 * what it would change.  If |page|, it is of a page without its feed and pictures, which
 * have nothing to say then.
 */
int publisher_compare(struct publisher *p, struct draft *d, struct bytes file,
    bool page, struct publisher_item *ret);
void publisher_cancel(struct publisher *p);

/*
 * A draft: a batch as above whose articles become one issue that is signed elsewhere;
 * instead of a commit, publisher_draft() appends it to |b| (proto/object/edition.h) and
 * cancels.  QERR_ABSENT if nothing in it is new or changed.  It is of |time|, UNIX
 * seconds, 0: now; and the same documents make the same draft of one time wherever
 * the feed is at the same issue, and has all its packs.
 */
struct publisher_drafted {
	struct id hash;
	uint64_t number, time;
	size_t articles;
	bool
	    more; /* of a retraction: than it can hold; draft again after its release */
	bool lacks; /* issues that it might have leaned on are not here */
};
int publisher_begin_draft(struct publisher *p, bool slow, uint64_t time);
int publisher_draft(struct publisher *p, struct buf *b,
    struct publisher_drafted *ret, struct buf *why);
/*
 * Publish a signed edition.  0, or an error with |why|; QERR_AGAIN while a batch is
 * open.
 */
int publisher_release(struct publisher *p, struct bytes file,
    publisher_issue_fn fn, void *arg, struct buf *why);

/*
 * Take an article back: |ref| is its name, its address or its id in hex.  A
 * tombstone is published, every issue's pack that held its text is replaced by one
 * without it, and the old ones are deleted.  Volumes that hold it are not yet: they are
 * what publisher_volume_start() makes next, after a crash as well.  0, or an error with
 * |why|: QERR_ABSENT if there is no such article, QERR_DUPLICATE if |ref| fits several or
 * it is retracted already, and no pack holds its text.
 */
int publisher_retract(struct publisher *p, struct bytes ref,
    struct bytes reason, struct publisher_item *ret, publisher_issue_fn fn,
    void *arg, struct buf *why);

/* Volumes that hold what was taken back, of which issues |first| to |last| are next: of
 * |all| bytes to compress |done|; |all| is 0 before that begins.  While |looking|, after a
 * start, there may be more. */
struct publisher_renewal {
	bool looking;
	size_t volumes;
	uint64_t first, last;
	size_t done, all;
};
void publisher_renewal(const struct publisher *p,
    struct publisher_renewal *ret);

/*
 * Issues |first| to |last| announce |articles| that are not here: whoever withdrew them
 * was ended since.  Published again they are new, and the packs count once they come back,
 * or until they are given up.  |articles| is 0 if nothing is lacking.
 */
struct publisher_hole {
	uint64_t first, last;
	size_t articles;
};
void publisher_hole(const struct publisher *p, struct publisher_hole *ret);

/*
 * Go on without them for good: their packs are withdrawn wherever they are, for a tombstone
 * that says how many there were.  |articles| is that number, as who decides it knows it:
 * QERR_RANGE if it is another, QERR_ABSENT if nothing is lacking.  0, or an error with |why|.
 * The draft is of |time| (as above), and may need others after it.
 */
int publisher_forgo(struct publisher *p, size_t articles, struct bytes reason,
    struct publisher_item *ret, publisher_issue_fn fn, void *arg,
    struct buf *why);
int publisher_forgo_draft(struct publisher *p, size_t articles,
    struct bytes reason, uint64_t time, struct buf *b,
    struct publisher_drafted *ret_draft, struct publisher_item *ret,
    struct buf *why);

/*
 * The same as a draft of |time| (as above): it has the tombstone and the packs that take
 * the place of others, with the proof that these are what they were but for the article.
 * QERR_DUPLICATE if no pack holds the text any more.
 */
int publisher_retract_draft(struct publisher *p, struct bytes ref,
    struct bytes reason, uint64_t time, struct buf *b,
    struct publisher_drafted *ret_draft, struct publisher_item *ret,
    struct buf *why);

/* Publish an issue without articles if the last promised one by |now|; who does not sign
 * alone cannot. */
int publisher_keep_promise(struct publisher *p, uint64_t now, struct buf *why);
/*
 * Until when the next one is promised, UNIX seconds; 0: there is none yet.  If the newest
 * issue is of a time that |now| will not reach in the time promised, a clock was wrong when
 * it was made, and the next is due now: else there would be none for years.
 */
uint64_t publisher_promised(const struct publisher *p, uint64_t now);
/* Such an issue as a draft of |time| (as above), to be signed elsewhere and released. */
int publisher_promise_draft(struct publisher *p, uint64_t time, struct buf *b,
    struct publisher_drafted *ret, struct buf *why);

/*
 * Volumes, made in a child process of low priority.  publisher_volume_start()
 * starts it if one is due, or to be made anew: 1 if one is being made, and *ret_fd becomes
 * readable when that has ended, 0 if there is nothing to do, or an error.  Then
 * publisher_volume_finish() announces it in an issue of its own.
 */
int publisher_volume_start(struct publisher *p, int *ret_fd);
int publisher_volume_finish(struct publisher *p, publisher_issue_fn fn,
    void *arg, struct buf *why);

/*
 * The volume that is due, or to be made anew before all others, as a draft of |time| (as
 * above), to be signed elsewhere and released.  Takes as long as the child does.  QERR_ABSENT
 * if there is none; QERR_AGAIN while one is being made, or a batch is open.
 */
int publisher_volume_draft(struct publisher *p, uint64_t time, struct buf *b,
    struct publisher_drafted *ret, struct buf *why);

#endif
