#ifndef QUIRE_CONFIG_H
#define QUIRE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"

/*
 * quired.conf: lines of "name value"; a line that begins with '#' is a comment.
 * "follow LINK", "publish FOLDER", "web ADDRESS" and "transport NAME" may be given
 * several times, and the indented lines below one belong to it:
 *
 *	quota 20G
 *	follow quire:...
 *		tiers heads text
 *		quota 5G
 *
 * What each setting is called, takes and means stands in one table
 * (daemon/settings.c), from which come -T, the nearest name for a typing error,
 * and the tests of the manual page and of the example.
 */
#define CONFIG_FILE_MAX      (1024 * 1024)
#define CONFIG_LIST_MAX      32
#define CONFIG_FOLLOW_MAX    1024
#define CONFIG_PUBLISH_MAX   32
#define CONFIG_WEB_MAX       8
#define CONFIG_TRANSPORT_MAX 14 /* TRANSPORTS_MAX */
#define CONFIG_ERRORS_MAX    20

struct config_list {
	char *text[CONFIG_LIST_MAX];
	size_t n;
};

struct config_follow {
	char *link;
	struct id feed;
	uint64_t tiers; /* mask */
	uint64_t quota, newest;
	unsigned line;
};

struct config_publish {
	char *folder;
	char *inbox; /* "": none */
	uint64_t level;
	uint64_t settle; /* seconds */
	struct config_list source;
	uint64_t every, delay; /* seconds */
	char *rules;           /* "": none */
	uint64_t corrections;  /* enum publisher_says */
	unsigned line;
};

struct config_web {
	char *address; /* https://HOST[:PORT]/PATH; a secret, as invites are */
	char *listen;  /* where the web server passes that path on to */
	unsigned line;
};

struct config_transport {
	char *name;
	char *program; /* "": a known one */
	char *listen;  /* "": it is dialled, but not served */
	char *public;  /* "": as the node's, at the port of |listen| */
	unsigned line;
};

struct config {
	char *state;
	struct config_list listen;
	char *public;
	struct config_list peer;
	bool introduce, mirrors;
	char *socks;
	uint64_t quota, reserve, upload, download;
	char *control, *group;
	uint64_t log;
	struct config_follow *follow;
	size_t n_follow;
	struct config_publish *publish;
	size_t n_publish;
	struct config_web *web;
	size_t n_web;
	struct config_transport *transport;
	size_t n_transport;
};

/*
 * Parse |text|, whose file is called |name| in messages.  Every mistake (at most
 * CONFIG_ERRORS_MAX) adds a line "name:LINE: what" to |errors|.  Returns how many
 * there were; *ret is to be freed either way.
 */
size_t config_parse(struct config *ret, struct bytes text, const char *name,
    struct buf *errors);
/* The same for a file; one that cannot be read is a mistake, too. */
size_t config_load(struct config *ret, const char *path, struct buf *errors);
void config_done(struct config *c); /* wipes: links and invites are secrets */

/* Every setting with its value and its sentence, for -T; secrets are cut. */
void config_print(struct buf *b, const struct config *c);
/* A file of the same form holding just the follows and peers of |c|, whole. */
void config_write(struct buf *b, const struct config *c);

/* Calls |fn| with the name of each setting that differs. */
void config_diff(const struct config *a, const struct config *b,
    void (*fn)(void *arg, const char *name, bool restart), void *arg);

const struct config_follow *config_find(const struct config *c,
    const struct id *feed);
/* Add, or replace what is there for the same feed or invite. */
int config_add_follow(struct config *c, const struct config_follow *f);
int config_add_peer(struct config *c, const char *invite);
void config_remove_follow(struct config *c, const struct id *feed);
void config_remove_peer(struct config *c, size_t i);

#endif
