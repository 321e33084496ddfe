#ifndef QUIRE_DRIVE_INNER_H
#define QUIRE_DRIVE_INNER_H

#include <event2/dns.h>
#include <event2/event.h>
#include <sys/socket.h>

#include "proto/host/drive.h"
#include "proto/host/rate.h"
#include "proto/host/transports.h"
#include "proto/wire/websocket.h"

/*
 * The inside of a drive:
 *
 *   drive.c        events into the node, updates carried out
 *   drive_disk.c   what the node has stored, loaded and deleted
 *   drive_restore.c what the disk holds, into the node
 *   drive_link.c   a socket: bytes in and out
 *   drive_dial.c   names, connecting, SOCKS5
 *   drive_listen.c listening
 *   drive_web.c    links through a web server, dialled and accepted
 *   drive_plugin.c links through pluggable transports
 */
#define DRIVE_READ       16384 /* bytes a recv(2): some fifty headers at most */
#define DRIVE_READS      16    /* a turn, so that links share, .. */
#define DRIVE_TURN_MS    5     /* .. unless what comes is that much work */
#define DRIVE_SENT       65536 /* of what waits to go, before it is moved up */
#define DRIVE_COMMIT_MS  20    /* puts wait so long for others */
#define DRIVE_PUTS_MAX   256   /* or until there are so many */
#define DRIVE_LITTLE     4     /* puts in a commit that may be waited for */
#define DRIVE_CLOSE_MS   5000  /* after our FIN, for the peer's */
#define DRIVE_FLUSH_MS   60000 /* before it, for what is queued to leave */
#define DRIVE_SPACE_MS   10000 /* a full disk is looked at so often */
#define DRIVE_LISTEN_MAX 64
#define DRIVE_MEMORY     "contacts" /* OBJECT_MEMORY, a file of the owner's */
#define DRIVE_MEMORY_MAX (1024 * 1024)
#define DRIVE_UPGRADE_MS 20000 /* for a request that we answer */
#define DRIVE_OWED       65536 /* with more to send, pings wait */

enum drive_state {
	DRIVE_RESOLVE,
	DRIVE_PLUGIN, /* waits until the program is ready */
	DRIVE_CONNECT,
	DRIVE_SOCKS,
	DRIVE_WEB,     /* waits for the child's word */
	DRIVE_UPGRADE, /* accepted: a request is coming in */
	DRIVE_OPEN,
	DRIVE_DRAIN, /* read on, and forget what comes */
	DRIVE_CLOSE, /* flush, FIN, wait for theirs */
};

struct drive_link {
	struct drive *d;
	struct drive_link *next;
	uint64_t id, dial; /* id 0: not yet connected */
	enum drive_state state;
	int fd;
	struct event *readable, *writable, *timer;
	struct evdns_getaddrinfo_request *dns;
	struct buf out;
	size_t sent; /* of |out| */
	bool last;   /* nothing will be sent behind what is in |out| */
	bool finned;
	bool held; /* not read from, until there is an allowance */
	uint32_t group;
	struct invite to; /* while it is dialled */
	bool strange;     /* strangers named it */
	struct plugin *plugin;
	struct socks *socks; /* NULL: no proxy */
	size_t listener;     /* that accepted it */
	struct websocket
	    *ws;       /* accepted at a web server's; NULL: bytes as they are */
	struct buf in; /* of a request, then of messages */
};

struct drive_queued {
	struct node_event ev;
	struct buf data; /* of NODE_LOADED */
	struct drive_queued *next;
};

struct drive_puts {
	uint64_t *token;
	size_t n, cap;
	uint64_t lost; /* store_lost() at the first of them */
};

struct drive {
	struct drive_config cfg;
	struct evdns_base *dns;
	struct event *timer, *commit, *space, *upload, *download;
	when_ms timer_at;
	struct drive_link *links;
	size_t n_link;
	uint64_t ids;
	struct {
		int fd;
		struct event *ev;
		const char *path; /* NULL: plain */
	} listener[DRIVE_LISTEN_MAX];
	size_t n_listener;
	bool deaf; /* too many links to accept more */
	struct drive_queued *queue, **tail;
	bool pumping;
	struct drive_puts put;  /* that wait for the commit */
	struct drive_puts sync; /* that are in the one under way */
	struct event *synced;
	bool commit_armed, full;
	struct rate up, down;
	/* The links that wrote and read last: others are before them where there is
	 * a limit. */
	uint64_t up_turn, down_turn;
	uint64_t in, out;
	int fatal;
	uint8_t chunk[DRIVE_READ];
};

/* drive.c */
void drive_post(struct drive *d, const struct node_event *ev,
    struct bytes data);
int drive_pump(struct drive *d);
struct timeval drive_millis(uint64_t ms);

/* drive_disk.c: what is put is durable a little later, and then NODE_STORED. */
int drive_disk_open(struct drive *d); /* 0 or QERR_NOMEM; close in any case */
void drive_disk_close(struct drive *d);
void drive_disk_put(struct drive *d, const struct node_put *p);
void drive_disk_get(struct drive *d, const struct node_get *g);
/* All that was put is durable before. */
void drive_disk_forget(struct drive *d, const struct node_forget *f);

/* drive_link.c */
struct drive_link *drive_link_new(struct drive *d);
int drive_link_open(struct drive_link *l, int fd);
void drive_link_free(struct drive_link *l);
void drive_link_up(struct drive_link *l, bool dialled);
void drive_link_lost(struct drive_link *l);
void drive_link_send(struct drive_link *l, struct bytes data);
/* The same, as it goes over the wire. */
void drive_link_put(struct drive_link *l, struct bytes data);
/* Returns if anything was written. */
bool drive_link_write(struct drive_link *l);
void drive_link_drop(struct drive_link *l, bool drain);
void drive_link_timer(struct drive_link *l, uint64_t ms);

/* drive_dial.c */
void drive_dial(struct drive *d, const struct node_dial *to);
/* Connect to |sa|; through the proxy that is there to |via|, if that is not NULL. */
void drive_dial_at(struct drive_link *l, const struct sockaddr_storage *sa,
    socklen_t len, const struct socks_to *via);
/* Where |v| leads, for a proxy. */
void drive_dial_to(struct socks_to *ret, const struct invite *v);
void drive_dial_writable(struct drive_link *l);
void drive_dial_input(struct drive_link *l);
/* It comes to nothing, because of |what|: tell who might mend it. */
void drive_dial_trouble(struct drive_link *l, enum drive_trouble what,
    const char *why);
/* "ADDRESS:PORT" or "[v6]:PORT" as a socket address: 0 or QERR_ENCODING. */
int drive_address(struct sockaddr_storage *ss, socklen_t *len,
    const char *text);
uint32_t drive_group(const struct sockaddr *sa);
uint32_t drive_host_group(const char *host);

/* drive_listen.c */
void drive_listen_on(struct drive *d, bool on);

/* drive_web.c */
void drive_web_dial(struct drive_link *l, const char *proxy);
void drive_web_answer(struct drive_link *l); /* the child's word */
void drive_web_request(struct drive_link *l);
/* What |in| carries, until the next; false if nothing, and |l| may be closing. */
bool drive_web_take(struct drive_link *l, struct bytes *in);

/* drive_plugin.c */
void drive_plugin_dial(struct drive_link *l);
void drive_plugin_changed(void *arg, struct plugin *p);

#endif
