#ifndef QUIRE_CTL_H
#define QUIRE_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"

/*
 * The control protocol: what `quire` asks of the quired on the same machine, over
 * a UNIX stream socket that the permissions of its file guard.  Both ends are
 * here.  A message is u32le length || CBOR (PROTOCOL.md §1), and may bring open
 * files along (SCM_RIGHTS): they come with its first byte.
 *
 *	client                          daemon
 *	REQUEST ----------------------> does it
 *	        <---------------------- ITEM ...
 *	        <---------------------- DONE, ERROR, or (publishing) NEXT
 *
 * Publishing is a conversation, in step, so that neither end ever queues much:
 *
 *	PUBLISH ---------------------->
 *	        <---------------------- NEXT
 *	DOCUMENT, with its files ----->
 *	        <---------------------- ITEM "document", NEXT
 *	COMMIT ----------------------->  (closing instead publishes nothing)
 *	        <---------------------- ITEM "issue" ..., DONE
 *	or DRAFT, with a file -------->
 *	        <---------------------- ITEM "draft", DONE
 *
 * A document's pictures come as open files of their own: quired could not open
 * them, it runs as another user and confined to its own folders.
 */
#define CTL_MESSAGE_MAX  65536
#define CTL_PICTURES_MAX 64
#define CTL_FDS_MAX      (2 + CTL_PICTURES_MAX) /* with one message */
#define CTL_FIELDS_MAX   32
#define CTL_NAME_MAX     512 /* of a document, a picture, an invite, a feed */
#define CTL_PATH         "/run/quire/control"

enum ctl_kind {
	CTL_STATUS = 1,
	CTL_FEEDS,
	CTL_PEERS,
	CTL_PEER_ADD,    /* text: an invite */
	CTL_PEER_REMOVE, /* text: the invite, or "HOST:PORT" */
	CTL_FOLLOW,      /* text: a follow link; tiers, quota, newest */
	CTL_UNFOLLOW,    /* text: feed id, follow link or the feed's name */
	CTL_INVITE_NEW, /* text: a name for it; address: "HOST:PORT" if not the config's;
			   transport: "raw", "web" or a pluggable one's name */
	CTL_INVITE_LIST,
	CTL_INVITE_REVOKE, /* text: its name */
	CTL_PUBLISH,       /* feed, flags, time */
	CTL_DOCUMENT, /* text: name of the file; picture names; one fd each */
	CTL_COMMIT,
	/* text: the article's name, address or id in hex, or, with the flag LOST, how many are
	 * given up; feed, reason; flags: DRAFTING; time.  Into the file that comes along goes a draft, if one is wanted, or if issues of the
	 * feed are not signed by quired alone. */
	CTL_RETRACT,
	CTL_RELOAD, /* as SIGHUP */
	CTL_STOP,   /* as SIGTERM */
	/* As DOCUMENT, but only to show what would become of it; or address: of what is
	 * there, and no document comes along. */
	CTL_TRY,
	/* Instead of COMMIT: write the draft into the file that comes along.  Alone: a draft
	 * of the volume that is due, or of the next promise; feed, flags, time. */
	CTL_DRAFT,
	CTL_RELEASE, /* publish the signed edition that comes along; feed */
	CTL_PEER_REVOKE, /* what a peer passed on; text: its id, invite's name or "HOST:PORT" */
};

enum {
	CTL_DRY_RUN = 1,  /* say what would be published, and publish nothing */
	CTL_SLOW = 2,     /* compress for size, not for speed */
	CTL_DRAFTING = 4, /* what is published ends with DRAFT */
	CTL_RULES = 8, /* TRY: the last file has rules, instead of the feed's */
	CTL_PROMISE =
	    16, /* DRAFT, alone: of an issue without packs, and no volume */
	CTL_LOST = 32, /* RETRACT: all that nobody has any more */
};

/*
 * A request.  Texts are absent (.p NULL) where they do not apply.  Encoding
 * looks at them during the call; a decoded request borrows from its message.
 */
struct ctl_request {
	enum ctl_kind kind;
	struct bytes text;
	struct bytes
	    feed; /* one of our own, by id or name; absent: the only one */
	struct bytes reason;
	struct bytes address;
	struct bytes transport;
	unsigned flags;
	unsigned tiers;  /* bit mask; 0: all */
	uint64_t quota;  /* bytes; 0: no limit of its own */
	uint64_t newest; /* issues; 0: all */
	uint64_t time;   /* of a draft, UNIX seconds; 0: now */
	struct bytes
	    picture[CTL_PICTURES_MAX]; /* names as the document writes them */
	size_t n_picture;
	/* DOCUMENT, TRY: its file, then each picture's, then the rules'; opened and closed
	 * by the caller. */
	int fd[CTL_FDS_MAX];
	size_t n_fd;
};

/*
 * An item of an answer: what it is, and named fields.
 *
 *	"status"    version text, pid, uptime (s), state (its folder), listen (text,
 *	            several are separated by blanks), port (the first), followed,
 *	            links_out, links_in, readers, contacts, packs_wanted, packs_held, bytes_in,
 *	            bytes_out, stored, free (bytes), full (flag)
 *	"problem"   message; file, hint, if any: what an operator should mend
 *	"feed"      feed (id), name, link (follow link, if known), head, shown (the newest
 *	            issue that a peer shows, or ours), charter, published, binding (a
 *	            volume is being made), forked, overdue, full (the disk is; flags),
 *	            forked_charter (a version, if two of it are signed), packs_wanted,
 *	            packs_held, packs_over (that the quota has no room for),
 *	            bytes_wanted, bytes_held, tiers (mask), quota, newest,
 *	            from ("quired.conf" or "request"); of the newest issue, if published:
 *	            receipts (peers that gave back a piece of it), receipts_due (so many
 *	            are enough), settled (flag: they are); of volumes that hold what was
 *	            taken back, if there are, renewing (so many are to be made anew),
 *	            renewing_first, renewing_last (the issues of the next), renewed_bytes
 *	            of renewing_bytes (how far that is; 0: not begun), renewing_failed (flag:
 *	            the last time; it is tried each minute)
 *	"renewal"   feed, and the same: after RETRACT, which does not wait for it
 *	"transport" name, ready (flag), links, message (why it is not ready): what is served
 *	"peer"      id (hex), class ("pinned", "tested", "new" or "guest"); of a pinned one
 *	            address, transport, from; of a guest invite (its name), if it is an
 *	            operator's; via (id of who introduced it), link (0: none), dialled, anchor
 *	            (flags), merit (text: "-4"), failures, faults (rules that it broke),
 *	            damaged (of these pieces that were not what was signed), known, linked
 *	            (seconds), introduced (nodes it told us of), passed_on (that came
 *	            through it)
 *	"invite"    name, id (hex), made (UNIX seconds), invite (the text; INVITE_NEW only)
 *	"document"  file, outcome ("new", "corrected", "unchanged", "retracted" or
 *	            "refused"), title, lang, revision, pictures, message (warnings, or
 *	            why it was refused); of a correction, if what it corrects is
 *	            here, parts ("title, text"), removed, added (words), more (flag:
 *	            not all is quoted); then its changes
 *	"change"    before, after: the words, with some around; absent: none
 *	"article"   title, lang, and if known authors, section, address, summary,
 *	            published (UNIX seconds), message (warnings): what TRY made of it;
 *	            then its pictures and its body, piece by piece
 *	"picture"   alt
 *	"body"      part: to be put together
 *	"line"      kept (flag), text: of the document, in its order
 *	"issue"     feed, number, articles, bytes
 *	"draft"     feed, hash, number, time, articles, more (flag): of a retraction, lacks (flag):
 *	            issues that it might have leaned on are not here
 *	"setting"   name, restart (flag): what a reload changed
 */
enum ctl_type {
	CTL_TEXT,
	CTL_NUMBER,
	CTL_FLAG,
};
struct ctl_field {
	struct bytes name;
	enum ctl_type type;
	struct bytes text;
	uint64_t number; /* a flag's 0 or 1 */
};
struct ctl_item {
	struct bytes what;
	struct ctl_field field[CTL_FIELDS_MAX];
	size_t n;
};
/* A field's value by its name; absent, 0 or false if it is not there. */
struct bytes ctl_text(const struct ctl_item *it, const char *name);
uint64_t ctl_number(const struct ctl_item *it, const char *name);
bool ctl_flag(const struct ctl_item *it, const char *name);
bool ctl_is(const struct ctl_item *it, const char *what);
/* Add a field, whose text is borrowed; those beyond CTL_FIELDS_MAX are our own
 * mistake (assert). */
void ctl_item_init(struct ctl_item *it, const char *what);
void ctl_add_text(struct ctl_item *it, const char *name, struct bytes text);
void ctl_add_number(struct ctl_item *it, const char *name, uint64_t v);
void ctl_add_flag(struct ctl_item *it, const char *name, bool v);

/* How an answer ended. */
enum ctl_end {
	CTL_DONE,
	CTL_NEXT,
	CTL_ERROR,
};
/*
 * What went wrong, for a person: one line, and what to do about it ("" if that
 * is plain).  |exit| is what `quire` should exit with: 1 failed, 2 used wrongly,
 * 3 no daemon.
 */
struct ctl_error {
	int exit;
	char message[512];
	char hint[256];
};

/* --- the client's side --- */

typedef int (*ctl_item_fn)(void *arg, const struct ctl_item *it);

/*
 * Ask the daemon at |path| (NULL: $QUIRE_CONTROL, else CTL_PATH) one thing, and
 * call |fn| (may be NULL) with each item.  0 if it is done; else *err says why,
 * and the result is QERR_ABSENT (nobody listens: exit 3), QERR_IO, what |fn|
 * returned (it stops the call), or QERR_PROTOCOL for all else.  Blocks.
 */
int ctl_call(const char *path, const struct ctl_request *rq, ctl_item_fn fn,
    void *arg, struct ctl_error *err);

/* The same for a conversation: ask as often as NEXT came. */
struct ctl;
int ctl_open(struct ctl **ret, const char *path, struct ctl_error *err);
int ctl_ask(struct ctl *c, const struct ctl_request *rq, ctl_item_fn fn,
    void *arg, struct ctl_error *err);
void ctl_close(struct ctl *c);

/*
 * Send one file as rq->kind, DOCUMENT or TRY: open |path|, find and open its pictures beside
 * it (never outside its folder), ask, close.  rq->text is what it is called; |rules| (may be
 * NULL) a file of rules for TRY.  QERR_ABSENT: a file cannot be used, *err says why, and
 * nothing was asked.
 */
int ctl_document(struct ctl *c, const struct ctl_request *rq, const char *path,
    const char *rules, ctl_item_fn fn, void *arg, struct ctl_error *err);
/* The same for TRY of rq->address. */
int ctl_address(struct ctl *c, const struct ctl_request *rq, const char *rules,
    ctl_item_fn fn, void *arg, struct ctl_error *err);

/* --- messages, for both sides --- */

int ctl_request_encode(struct buf *b, const struct ctl_request *rq);
/* Strict; rq->fd is not touched, n_fd says how many the request must have. */
int ctl_request_decode(struct ctl_request *ret, struct bytes msg);

struct ctl_answer {
	bool is_item;
	struct ctl_item item;
	enum ctl_end end;       /* if it is no item */
	struct ctl_error error; /* of CTL_ERROR */
};
int ctl_answer_encode(struct buf *b, const struct ctl_answer *a);
int ctl_answer_decode(struct ctl_answer *ret, struct bytes msg);

/*
 * One end of a connection: bytes and files that came in and have not been taken,
 * and bytes that wait to go out.  Works on blocking and non-blocking sockets.
 */
struct ctl_pipe {
	int sock;
	struct buf in, out;
	size_t taken;        /* bytes of |in| handed out */
	int fd[CTL_FDS_MAX]; /* came in and not taken */
	size_t n_fd;
};
void ctl_pipe_init(struct ctl_pipe *p, int sock); /* takes |sock| */
void ctl_pipe_done(struct ctl_pipe *p);
/* Read once.  0; QERR_AGAIN; QERR_ABSENT at the end; QERR_FULL (too many files) or QERR_IO. */
int ctl_pipe_read(struct ctl_pipe *p);
/* The next whole message: 0, QERR_AGAIN or QERR_TOOBIG.  Valid until the next read. */
int ctl_pipe_next(struct ctl_pipe *p, struct bytes *ret_msg);
/* Take |n| of the files that came in, in order; QERR_MISSING if there are fewer. */
int ctl_pipe_take(struct ctl_pipe *p, int *fd, size_t n);
/* Queue a message. */
int ctl_pipe_put(struct ctl_pipe *p, struct bytes msg);
/* Write what waits, |fd| along with it.  0 when all is out, QERR_AGAIN or QERR_IO. */
int ctl_pipe_write(struct ctl_pipe *p, const int *fd, size_t n_fd);

#endif
