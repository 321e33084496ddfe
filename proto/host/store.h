#ifndef QUIRE_STORE_H
#define QUIRE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"
#include "proto/object/feed.h"
#include "proto/object/tree.h"

/*
 * The tree on disk, PROTOCOL.md §9, below one folder which one process locks.
 *
 *	DIR/feed/... DIR/pack/...	the tree; any web server may serve it
 *	DIR/part/ROOT, ROOT.map		packs on their way in, and which pieces are there
 *	DIR/index.sqlite		proto/host/index.h; can be rebuilt
 *	DIR/row-FEED			headers once more, proto/host/store_row.h
 *	DIR/rest-FEED			that nothing is missing, proto/host/rest.h
 *	DIR/staged-FEED			packs that no header names yet, daemon/press/staged.c
 *	DIR/signed-FEED			what was signed last, daemon/press/commit.c
 *	DIR/lock			one process has it
 *	DIR/version			"2": STORE_VERSION
 *
 * Writes are collected and made durable together:  store_put_*() prepares
 * temporaries, store_commit() syncs, renames and syncs the folders; only then is
 * anything visible, and only then may it be acknowledged.  A crash leaves
 * temporaries behind, which store_open() removes, and nothing else.
 */
struct store;

/*
 * What lies below DIR, in all files of both programs.  Who changes one so that a program
 * before would lose or misread what is in it counts this up, and teaches store_open() what
 * to do with those before; one that can be made anew needs no more than its own mark.
 */
#define STORE_VERSION 2

/*
 * Open or make the store at |dir|; QERR_VERSION: a newer program wrote it, and nothing is
 * touched; QERR_AGAIN: another process has it.  Any number
 * may have it |readonly| meanwhile, for which the tree cannot be changed.
 */
int store_open(struct store **ret, const char *dir, bool readonly);
void store_close(struct store *s);
const char *store_dir(const struct store *s);

/* Append a whole object to |b|; QERR_ABSENT. */
int store_get(struct store *s, const struct tree_name *t, struct buf *b);
bool store_has(struct store *s, const struct tree_name *t);

/*
 * Put a whole object.  A header also becomes the head if |head|; QERR_IO: those before it
 * are not there, or cannot be read, and nobody would find it.  What else is put is fine.
 */
int store_put(struct store *s, const struct tree_name *t, struct bytes data,
    bool head);
/* Put piece |i| of the pack |root| of |total| bytes; the last one completes it. */
int store_put_piece(struct store *s, const struct id *root, uint64_t total,
    size_t i, struct bytes data, bool completes);
/* Piece |i| of a pack, whole or partial; QERR_ABSENT. */
int store_get_piece(struct store *s, const struct id *root, size_t i,
    struct buf *b);
/* Make everything put since the last commit durable and visible. */
int store_commit(struct store *s);
/*
 * The same by a thread, for syncing takes its time; what is put meanwhile is the next
 * commit's.  QERR_AGAIN while another is under way.  When it is done |*ret_fd|, which
 * is the store's, becomes readable, and store_commit_ended() true; whether it failed,
 * store_lost() says.  store_commit_wait() waits, and may be called by any thread.
 */
int store_commit_begin(struct store *s, int *ret_fd);
bool store_commit_ended(struct store *s);
void store_commit_wait(struct store *s);
/* How many commits failed.  Such a one drops all that was put since the one before,
 * whoever put it: who puts in one turn and commits in another compares. */
uint64_t store_lost(const struct store *s);
int store_lost_why(const struct store *s); /* QERR_*: of the last one */

/* Delete, also what waits for a commit; absence is fine.  No header, which goes with all
 * behind it: store_forget_headers(). */
int store_forget(struct store *s, const struct tree_name *t);
int store_forget_headers(struct store *s, const struct id *feed, uint64_t from);
int store_forget_charters(struct store *s, const struct id *feed,
    uint64_t from);
/* All of a feed: packs, headers, charters, proofs. */
int store_forget_feed(struct store *s, const struct id *feed);

/* The pieces of a partial pack that are on disk: true and a bitmap in |b|. */
bool store_partial(struct store *s, const struct id *root, uint64_t total,
    struct buf *b);

/* Walk over feeds: calls |fn| with each feed id in the tree; stops if not 0. */
int store_feeds(struct store *s, int (*fn)(void *, const struct id *),
    void *arg);
/* All charter and header files of |feed|, in order, appended to |b|; the ends of
 * each go to |ends| as u32le.  Stops at the first gap. */
int store_charters(struct store *s, const struct id *feed, struct buf *b,
    struct buf *ends);
int store_headers(struct store *s, const struct id *feed, struct buf *b,
    struct buf *ends);
/* The fork proofs of |feed|, STORE_PROOFS_MAX at most, in the same form. */
#define STORE_PROOFS_MAX 8
int store_proofs(struct store *s, const struct id *feed, struct buf *b,
    struct buf *ends);
/*
 * The same for who only reads: the headers that store_keep_headers() was given come
 * from one file, with what a feed knows of them, and only those after them from the
 * tree.  |r| is new; row_done() in any case.  A node that serves does without: it
 * looks at each header that it answers for.
 */
struct row;
int store_headers_kept(struct store *s, const struct id *feed, struct row *r);
/* Add to |r| what |f| has accepted since, and keep it.  If that is not what the tree
 * holds, |r| is emptied. */
int store_keep_headers(struct store *s, struct feed *f, struct row *r);

/* Bytes used by packs, and bytes free on the disk. */
uint64_t store_used(struct store *s);
uint64_t store_free(struct store *s);

/* Other small files of the owner (keys, requests): atomic, in DIR. */
int store_put_file(struct store *s, const char *name, struct bytes data);
/* The same with the next commit. */
int store_stage_file(struct store *s, const char *name, struct bytes data);
int store_get_file(struct store *s, const char *name, struct buf *b,
    size_t max);
/* Append to one, for who is killed, not for who loses power: nothing is synced. */
int store_append_file(struct store *s, const char *name, struct bytes data);
int store_remove_file(struct store *s, const char *name);

#endif
