#include <sodium.h>

#include "proto/base/qerr.h"
#include "proto/wire/door.h"
#include "proto/wire/veil_inner.h"

static void
become_open(struct veil *v, struct noise *h)
{
	if (v->dials)
		noise_split(h, &v->out.c, &v->in.c, v->hash);
	else
		noise_split(h, &v->in.c, &v->out.c, v->hash);
	v->state = VEIL_OPEN;
}

/* Dialling: the node's line is |n| characters at |p|. */
static int
read_answer(struct veil *v, const uint8_t *p, size_t n)
{
	struct line_body b;
	int err;

	if ((err = line_decode(&b, false, p, n)) != 0 ||
	    (err = line_accept(&b, v->handshake, v->keys)) != 0)
		return err;
	become_open(v, v->handshake);
	veil_end_handshake(v);
	return 0;
}

/* Answering: their line may come in, and is answered. */
static int
answer(struct veil *v, struct line_body *b, struct door_entry *e, uint64_t wall,
    const struct line_luck *luck, struct buf *out)
{
	const struct line_keys *k = door_keys(e);
	struct noise *h = line_begin(false, k, door_private(v->door), luck);
	uint8_t seen[NOISE_HASH_LEN];
	struct line_said said;
	int err;

	if (h == NULL)
		return QERR_NOMEM;
	/* What is remembered: masked bytes cannot vary without the secret. */
	crypto_generichash(seen, sizeof(seen), b->b, b->n, NULL, 0);
	if ((err = line_open(b, h, k, &said)) == 0 &&
	    (err = door_admit(v->door, e, said.wall, wall, seen)) == 0 &&
	    (err = line_answer(out, h, k, luck)) == 0) {
		door_name(e, v->name);
		v->seen = said.seen;
		become_open(v, h);
	}
	noise_free(h);
	return err;
}

static int
read_dialler(struct veil *v, const uint8_t *p, size_t n, uint64_t wall,
    struct rng *g, struct buf *out)
{
	struct line_body b;
	struct door_entry *e;
	struct line_luck luck;
	int err;

	if ((err = line_decode(&b, true, p, n)) != 0)
		return err;
	if ((e = door_find(v->door, &b)) == NULL)
		return QERR_AEAD;
	line_luck(&luck, false, g);
	err = answer(v, &b, e, wall, &luck, out);
	sodium_memzero(&luck, sizeof(luck));
	sodium_memzero(&b, sizeof(b));
	return err;
}

static bool
is_base64url(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/*
 * A dialler may send up to INVITE_PRE_MAX bytes of anything before its line, so
 * the line is what of base64url stands before a LF and is long enough; lines
 * shorter than ours are part of that anything.
 */
static size_t
line_start(const struct veil *v, const uint8_t *p, size_t lf)
{
	size_t at = lf;

	if (v->dials)
		return 0;
	while (at > 0 && is_base64url(p[at - 1]))
		at--;
	return at;
}

static size_t
line_limit(const struct veil *v)
{
	return v->dials ? LINE_ANSWER_MAX + 1
			: INVITE_PRE_MAX + LINE_DIAL_MAX + 1;
}

/*
 * Look for the line in |v->raw|, whose bytes before |from| hold no LF but of
 * what may stand before it.  0: there may still be one; else drain.
 */
static int
find_line(struct veil *v, size_t from, uint64_t wall, struct rng *g,
    struct buf *out, size_t *ret_end)
{
	size_t limit = line_limit(v);

	for (size_t i = from; i < v->raw.n && i < limit; i++) {
		size_t at;

		if (v->raw.p[i] != '\n')
			continue;
		at = line_start(v, v->raw.p, i);
		if (!v->dials && i - at < LINE_MIN)
			continue;
		*ret_end = i + 1;
		if (at > INVITE_PRE_MAX)
			return QERR_RANGE;
		return v->dials ? read_answer(v, v->raw.p, i)
				: read_dialler(v, v->raw.p + at, i - at, wall,
				      g, out);
	}
	return v->raw.n >= limit ? QERR_TOOBIG : 0;
}

int
veil_take_line(struct veil *v, const uint8_t *p, size_t n, uint64_t wall,
    struct rng *g, struct buf *out)
{
	size_t before = v->raw.n, room = line_limit(v) - before;
	size_t used = n < room ? n : room, end = 0;
	int err;

	buf_put(&v->raw, p, used);
	if ((err = buf_err(&v->raw)) != 0)
		return err;
	err = find_line(v, before, wall, g, out, &end);
	if (err != 0 || v->state == VEIL_LINE)
		return err;

	used = end - before;
	buf_shrink(&v->raw, 0);
	return veil_take_frames(v, p + used, n - used);
}
