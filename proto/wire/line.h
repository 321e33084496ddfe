#ifndef QUIRE_LINE_H
#define QUIRE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/rng.h"
#include "proto/wire/noise.h"

/*
 * The two lines with which a connection begins, PROTOCOL.md §13, as a
 * calculation of what is in them: luck and time come in by argument.
 */
#define LINE_NONCE       24
#define LINE_TAG         16
#define LINE_DIAL_PAD    59 /* zeros in a dialler's line, .. */
#define LINE_DIAL_SPAN   140
#define LINE_ANSWER_PAD  88 /* and in a node's */
#define LINE_ANSWER_SPAN 600
#define LINE_MIN         214 /* characters before LF */
#define LINE_DIAL_MAX    400
#define LINE_ANSWER_MAX  1014
#define LINE_BODY_MAX    768 /* bytes that the longest one decodes to */

/* k1..k4 of a secret: what masks, proves and authenticates a connection. */
struct line_keys {
	uint8_t mask_in[32];  /* to the node */
	uint8_t mask_out[32]; /* from it */
	uint8_t psk[32];
	uint8_t tag[32];
};
void line_keys(struct line_keys *ret, const uint8_t secret[32]);

/* What a line is made of, besides keys: drawn by line_luck(), or by a test. */
struct line_luck {
	uint8_t nonce[LINE_NONCE];
	uint8_t ephemeral[32];
	size_t pad; /* zeros */
};
void line_luck(struct line_luck *ret, bool dials, struct rng *g);

/*
 * The handshake as either end begins it: |dials| with the node's public key, or
 * not with its private one.  NULL if memory is short.
 */
struct noise *line_begin(bool dials, const struct line_keys *k,
    const uint8_t node_key[32], const struct line_luck *l);

/* What a dialler's line says: its time, UNIX seconds, and veil_dial()'s |seen|. */
struct line_said {
	uint64_t wall, seen;
};

/* Append the dialler's line, LF included; 0, or what noise_write() or |out| says. */
int line_dial(struct buf *out, struct noise *h, const struct line_keys *k,
    const struct line_luck *l, const struct line_said *said);

/*
 * A dialler's line as the node takes it apart.  line_decode() checks the length
 * and the encoding of |n| characters without LF; line_tag_ok() finds the secret
 * it was made with, in constant time and without any curve; line_open() reads
 * the handshake message and what it says.  0, or a peer-fault QERR_*: it is no line.
 */
struct line_body {
	uint8_t b[LINE_BODY_MAX];
	size_t n;
};
int line_decode(struct line_body *ret, bool of_dialler, const uint8_t *p,
    size_t n);
bool line_tag_ok(const struct line_body *b, const struct line_keys *k);
int line_open(struct line_body *b, struct noise *h, const struct line_keys *k,
    struct line_said *ret);

/* Append the node's line; and how the dialler reads it. */
int line_answer(struct buf *out, struct noise *h, const struct line_keys *k,
    const struct line_luck *l);
int line_accept(struct line_body *b, struct noise *h,
    const struct line_keys *k);

#endif
