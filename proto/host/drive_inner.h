#ifndef QUIRE_DRIVE_INNER_H
#define QUIRE_DRIVE_INNER_H

#include <event2/dns.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "proto/host/drive.h"
#include "proto/host/rate.h"

/*
 * The inside of a drive:
 *
 *   drive.c        events into the node, updates carried out, the disk
 *   drive_link.c   a socket: bytes in and out
 *   drive_dial.c   names, connecting, SOCKS5; listening
 */
#define DRIVE_READ       65536 /* bytes a recv(2) */
#define DRIVE_READS      4     /* a turn, so that links share */
#define DRIVE_COMMIT_MS  20    /* puts wait so long for others */
#define DRIVE_PUTS_MAX   256   /* or until there are so many */
#define DRIVE_CLOSE_MS   5000  /* after our FIN, for the peer's */
#define DRIVE_FLUSH_MS   60000 /* before it, for what is queued to leave */
#define DRIVE_SPACE_MS   10000 /* a full disk is looked at so often */
#define DRIVE_LISTEN_MAX 32

enum drive_state {
	DRIVE_RESOLVE,
	DRIVE_CONNECT,
	DRIVE_SOCKS_HELLO,
	DRIVE_SOCKS_REPLY,
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
	bool finned;
	bool held; /* not read from, until there is an allowance */
	uint32_t group;
	char host[INVITE_HOST_MAX + 1]; /* for SOCKS5 */
	uint16_t port;
};

struct drive_queued {
	struct node_event ev;
	struct buf data; /* of NODE_LOADED */
	struct drive_queued *next;
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
	} listener[DRIVE_LISTEN_MAX];
	size_t n_listener;
	bool deaf; /* too many links to accept more */
	struct drive_queued *queue, **tail;
	bool pumping;
	uint64_t *put; /* tokens that wait for the commit */
	size_t n_put, cap_put;
	uint64_t lost; /* store_lost() at the first of them */
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

/* drive_link.c */
struct drive_link *drive_link_new(struct drive *d);
int drive_link_open(struct drive_link *l, int fd);
void drive_link_free(struct drive_link *l);
void drive_link_up(struct drive_link *l, bool dialled);
void drive_link_lost(struct drive_link *l);
void drive_link_send(struct drive_link *l, struct bytes data);
/* Returns if anything was written. */
bool drive_link_write(struct drive_link *l);
void drive_link_drop(struct drive_link *l, bool drain);
void drive_link_timer(struct drive_link *l, uint64_t ms);

/* drive_dial.c */
void drive_dial(struct drive *d, const struct node_dial *to);
void drive_dial_writable(struct drive_link *l);
void drive_dial_input(struct drive_link *l);
uint32_t drive_group(const struct sockaddr *sa);
void drive_listen_on(struct drive *d, bool on);

#endif
