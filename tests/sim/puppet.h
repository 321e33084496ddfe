#ifndef QUIRE_SIM_PUPPET_H
#define QUIRE_SIM_PUPPET_H

#include "proto/base/cbor.h"
#include "proto/base/rng.h"
#include "proto/wire/message.h"
#include "proto/wire/veil.h"
#include "tests/sim/sim.h"

/*
 * A puppet is a host without a node: it has the veil and the messages, and says on
 * them whatever its play wants.  It shares no code with proto/node, so what it says
 * is wrong where the play is wrong, and not where a node would be.
 */
struct puppet;

struct puppet_link {
	struct puppet *p;
	uint64_t id;
	bool dialled, bare, open, over;
	unsigned part;     /* what the play cast it for */
	unsigned said;     /* for the play */
	struct invite to;  /* dialled */
	struct veil *veil; /* NULL: only bytes */
};

struct puppet_play {
	/* A link is up, with or without a veil. */
	void (*up)(struct puppet_link *l);
	/* The veil is open, and nothing said yet. */
	void (*open)(struct puppet_link *l);
	void (*message)(struct puppet_link *l, const struct msg *m);
};

struct puppet {
	struct host *h;
	const struct puppet_play *play;
	unsigned part;                /* of the links that others dial */
	const struct issue *line[32]; /* what it has, in order */
	size_t n_line;
	uint64_t
	    bad; /* for the play: bytes of pieces given that are not right */
	struct veil_door *door;
	struct rng rng;
	uint8_t pk[32], sk[64];
	struct puppet_link **link;
	size_t n_link;
	struct buf out, text, rows;
	struct msg say, heard;
};

struct puppet *puppet_new(struct host *h, const struct puppet_play *play,
    unsigned part);
void puppet_free(struct puppet *p);
void puppet_step(struct puppet *p, const struct node_event *e);

/* Let in who comes with |secret|. */
void puppet_invite(struct puppet *p, const uint8_t secret[32]);
/* Dial |to| with its |secret|, or without a veil if that is NULL. */
void puppet_dial(struct puppet *p, struct host *to, const uint8_t *secret,
    unsigned part);
/* Say a message; it leaves at the end of the step. */
void puppet_say(struct puppet_link *l, const struct msg *m);
void puppet_say_hello(struct puppet_link *l, enum msg_role role);
/* Send bytes, whatever they are. */
void puppet_bytes(struct puppet_link *l, struct bytes b);
/* What was said leaves now. */
void puppet_flush(struct puppet_link *l);
void puppet_hang_up(struct puppet_link *l);

/* source.c: one that has |line|, and lies about it. */
enum source_lie {
	SOURCE_HONEST,
	SOURCE_CORRUPTS,  /* a bit of each piece is wrong */
	SOURCE_TRUNCATES, /* the end of each piece is missing */
	SOURCE_STALLS,    /* no piece ever comes */
	SOURCE_OLD,       /* shows the newest head, gives old headers */
};
extern const struct puppet_play source_play;

#endif
