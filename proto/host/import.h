#ifndef QUIRE_IMPORT_H
#define QUIRE_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"
#include "proto/host/store.h"

/*
 * Taking in a tree that somebody else wrote: a folder, a stick, a bundle (tar), a
 * web host.  Every one of them may lie; nothing enters the store that its feed's
 * charters and headers do not sign.  The same order as on a link: charters,
 * proofs, headers, packs from the smallest tier up.
 */
struct import_source; /* where the bytes come from */

/* How web hosts are reached. */
struct import_way {
	const char *proxy; /* HOST:PORT of a SOCKS5 proxy; NULL: none */
	uint64_t rate;     /* bytes a second at most; 0: no limit */
	/* It may be in a private network: the user named it.  To where it is sent on by
	 * a stranger never is: routers and databases trust whoever can reach them. */
	bool near;
	/* Others wait: who gives less than IMPORT_QUICK is left for IMPORT_PATIENCE, and
	 * else who gives less than IMPORT_SLOW for IMPORT_PATIENCE_MAX (pace.h); he
	 * is asked nothing more then. */
	bool others;
};
#define IMPORT_QUICK        4096 /* bytes a second */
#define IMPORT_PATIENCE     30   /* seconds */
#define IMPORT_SLOW         512
#define IMPORT_PATIENCE_MAX 300

/* A folder; a tar file (indexed on opening); an http(s) address (libcurl). */
int import_folder(struct import_source **ret, const char *path);
int import_tar(struct import_source **ret, const char *path);
/* A charter's file, or its text form; QERR_* if it is none. */
int import_lone(struct import_source **ret, const char *path);
int import_http(struct import_source **ret, const char *url,
    const struct import_way *way);
/* By its form: file://…, http…, a path of a folder or a file.  |way| may be NULL. */
int import_open(struct import_source **ret, const char *where,
    const struct import_way *way);
void import_close(struct import_source *src);
/* It is a web host that took too much time: see struct import_way. */
bool import_is_slow(const struct import_source *src);
/* Calls |fn| with each feed that a folder or tar names; QERR_ABSENT for a web
 * host, which cannot be asked. */
int import_feeds(struct import_source *src,
    int (*fn)(void *, const struct id *), void *arg);
/* One object of it as it is, unchecked, at most |max| bytes. */
int import_get(struct import_source *src, const struct tree_name *t, size_t max,
    struct buf *b);
/* The same without its first |from| bytes, where that saves something; else, or if it has
 * no more, QERR_ABSENT. */
int import_get_from(struct import_source *src, const struct tree_name *t,
    size_t from, size_t max, struct buf *b);

struct import_config {
	unsigned tiers;  /* mask */
	uint64_t newest; /* issues back from the head; 0: all */
	bool
	    volumes; /* take volumes instead of many packs where it saves bytes */
	/* Progress: bytes got of bytes wanted; may be NULL. */
	void (*progress)(void *arg, uint64_t got, uint64_t wanted);
	void *arg;
};
struct import_result {
	uint64_t charters, headers, packs, bytes;
	uint64_t missing;   /* packs that the source should have and has not */
	int fault;          /* first QERR_* of something refused; 0: none */
	char fault_at[160]; /* its name in the tree */
	bool forked, rollback;
	uint64_t forked_charter; /* the version of two charters; 0: none */
};
/*
 * Bring |feed| in |s| up to what |src| has.  0 even if parts were refused (see
 * |ret|); QERR_ABSENT if the source does not know the feed, or only by a charter
 * that does not hold (ret->fault); QERR_AGAIN if a web host was too slow to give all.
 */
int import_feed(struct store *s, const struct id *feed,
    struct import_source *src, const struct import_config *cfg,
    struct import_result *ret);

/* Write the part of the tree of |feed| (or of all: NULL) as a bundle. */
int export_bundle(struct store *s, const struct id *feed, unsigned tiers,
    int fd);

#endif
