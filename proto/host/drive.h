#ifndef QUIRE_DRIVE_H
#define QUIRE_DRIVE_H

#include <event2/event.h>

#include "proto/host/store.h"
#include "proto/host/store_row.h"
#include "proto/node/node.h"

/*
 * The machine around one node: turns sockets, timers and the store into events
 * for node_step() and carries out its updates.  quired and `quire sync` both
 * stand on it.  It owns the links, not the node, the store or the base.
 *
 * Links are plain TCP (raw), through SOCKS5 for .onion hosts, or what transports.h
 * carries.  Names are looked up without waiting, and bulk data is read with our own
 * buffers.  An accepted link is never reset: whatever it sends, it is read on until the
 * peer closes (veil: drain).
 */
struct drive;
struct transports;

/* Why an invite cannot be tried here, or was in vain, if somebody can mend it. */
enum drive_trouble {
	DRIVE_NO_PROXY,    /* .onion: there is no SOCKS proxy */
	DRIVE_NO_LIBRARY,  /* web: there is no libcurl */
	DRIVE_CERTIFICATE, /* web: the server is not who it says */
	DRIVE_REFUSED,     /* web: a server, but nothing of ours at this path */
	DRIVE_NO_PROGRAM,  /* pt: none is known for it, or installed */
	DRIVE_PROGRAM,     /* pt: it does not do as it should: |why| */
};

struct drive_config {
	struct event_base *base;
	struct node *node;
	struct store *store;
	const char *socks; /* "127.0.0.1:9050" for .onion; NULL or "": none */
	bool socks_all;    /* .. and for all other hosts, too */
	bool strange;      /* it is strangers that named whom the node dials */
	struct transports *transports;       /* NULL: plain TCP alone */
	uint64_t upload_rate, download_rate; /* bytes a second; 0: no limit */
	uint64_t reserve; /* bytes of the disk that stay free */
	size_t fd_max;    /* links in all */
	/* A little commit is waited for, as long as no large one was: where nobody
	 * else waits, that costs less than a thread. */
	bool waits;
	/* Called for each update.tell, after everything else of the update. */
	void (*tell)(void *arg, const struct node_tell *t);
	/* May be NULL.  |why| is plain text that may name addresses. */
	void (*trouble)(void *arg, enum drive_trouble what,
	    const struct invite *to, const char *why);
	void *arg;
};

int drive_new(struct drive **ret, const struct drive_config *cfg);
void drive_free(struct drive *d);

/*
 * Listen on "ADDRESS:PORT"; port 0 picks one, told in |*ret_port|.  With a |path|
 * (else NULL; it lasts as long as the drive) links are WebSockets that a web server passes
 * on, and whoever asks for anything else is left without an answer.  QERR_IO: errno
 * says why, and the caller, who knows which address that is, says it.
 */
int drive_listen(struct drive *d, const char *where, const char *path,
    uint16_t *ret_port);
/* How many of these there are, and links that are up and came in at the |i|th. */
size_t drive_listeners(const struct drive *d);
size_t drive_listened(const struct drive *d, size_t i);

/* Give the node an event; |now|, |wall| and |fresh| are filled in here. */
int drive_event(struct drive *d, struct node_event *ev);

/* Change how many bytes of the disk stay free. */
void drive_reserve(struct drive *d, uint64_t reserve);

/*
 * Put what the store holds of |feed| into the node (node_restore_*), before its first
 * step; or, of one that woke (FACT_WOKEN), all but its packs, which the node knows.  For
 * readers, who check nothing twice (held_load()), |ret_kept| is what was read, for
 * row_done() in any case; and when all is here store_keep_headers() adds the rest.  Else
 * it is NULL.
 */
int drive_restore(struct node *n, struct store *s, const struct id *feed,
    const struct node_policy *policy, struct row *ret_kept);
int drive_wake(struct node *n, struct store *s, const struct id *feed,
    const struct node_policy *policy, struct row *ret_kept);
int drive_keep(struct node *n, struct store *s, const struct id *feed,
    struct row *kept);
/* Put what the node remembers of others into it, after the feeds; what is damaged is
 * logged and forgotten.  0 or QERR_NOMEM. */
int drive_remember(struct node *n, struct store *s);

/* Bytes in and out on the wire, since the start. */
void drive_counters(const struct drive *d, uint64_t *ret_in, uint64_t *ret_out);

#endif
