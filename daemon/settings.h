#ifndef QUIRE_SETTINGS_H
#define QUIRE_SETTINGS_H

#include "daemon/config.h"
#include "proto/wire/invite.h"

/* The table of settings, and values as text: what daemon/config.c is made of. */
enum setting_section {
	SECTION_TOP,
	SECTION_FOLLOW,
	SECTION_PUBLISH,
	SECTION_WEB,
	SECTION_TRANSPORT,
	SECTIONS
};

enum setting_type {
	SETTING_TEXT,    /* char *, as it is */
	SETTING_FOLDER,  /* char *, an absolute path */
	SETTING_ADDRESS, /* char *, HOST:PORT, or "" */
	SETTING_LISTEN,  /* struct config_list of ADDRESS:PORT */
	SETTING_BIND,    /* char *, ADDRESS:PORT, or "" */
	SETTING_HERE, /* char *, ADDRESS:PORT that only this machine reaches */
	SETTING_INVITE,  /* struct config_list of invites */
	SETTING_SIZE,    /* uint64_t; K, M, G, T; "none" is 0 */
	SETTING_RATE,    /* the same, a second; 0 or RATE_MIN at least */
	SETTING_SECONDS, /* uint64_t, an hour at most */
	SETTING_COUNT,   /* uint64_t; "all" is 0 */
	SETTING_SOURCE, /* struct config_list of http, https and file addresses */
	SETTING_TIME,   /* uint64_t, seconds, 1 minute to 30 days; s, m, h, d */
	SETTING_SWITCH, /* bool; yes or no */
	SETTING_TIERS,  /* uint64_t mask; heads, text, small, pictures */
	SETTING_LEVEL,  /* uint64_t; fast or slow */
	SETTING_SAYS,   /* uint64_t; note, count or words */
	SETTING_LOG,    /* uint64_t; error, warn, info, debug */
};

struct setting {
	const char *name;
	enum setting_type type;
	size_t at;            /* offset in its section's struct */
	const char *fallback; /* as written in a file; NULL: empty list */
	bool restart;         /* a change waits for the next start */
	const char *sentence;
};

const struct setting *setting_table(enum setting_section s, size_t *ret_n);
const struct setting *setting_find(enum setting_section s, struct bytes name);
/* The known name nearest to |name|, or NULL if none is near. */
const char *setting_nearest(enum setting_section s, struct bytes name);
/* "follow", "publish", ..: the line that begins such a section. */
const char *setting_section_name(enum setting_section s);

/*
 * Set the field of |base| from |value| (a copy is taken); NULL, or what is wrong
 * with it, fit to follow "quota ".
 */
const char *setting_set(void *base, const struct setting *s,
    struct bytes value);
void setting_defaults(void *base, enum setting_section s);
void setting_free(void *base, enum setting_section s);
/* Its value as written in a file, of a list all with blanks between. */
void setting_text(struct buf *b, const void *base, const struct setting *s);

/* "HOST:PORT" or "[v6]:PORT": true, and the port. */
bool address_check(struct bytes a, bool numeric, uint64_t *ret_port);
/* "https://HOST[:PORT]/PATH" with a path that nobody guesses: true, and these three. */
bool address_web(struct invite *ret, struct bytes a);
/* True if |a| may name a pluggable transport (PROTOCOL.md §12). */
bool transport_name(struct bytes a);
/* Wipe and free; NULL is fine. */
void secret_free(char *text);
/* An invite, a follow link or the address of a web front without its secrets. */
void secret_cut(struct buf *b, const char *text);

#endif
