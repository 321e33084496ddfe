#include <sodium.h>
#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/wire/veil_inner.h"

static struct veil *
make(void)
{
	struct veil *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	buf_init(&v->raw, 0);
	buf_init(&v->text, 0);
	buf_init(&v->queue, VEIL_QUEUE_MAX);
	v->read = FRAME_HEAD;
	return v;
}

void
veil_end_handshake(struct veil *v)
{
	noise_free(v->handshake);
	v->handshake = NULL;
	if (v->keys != NULL)
		sodium_memzero(v->keys, sizeof(*v->keys));
	free(v->keys);
	v->keys = NULL;
}

void
veil_drain(struct veil *v)
{
	v->state = VEIL_DRAIN;
	veil_end_handshake(v);
	sodium_memzero(&v->in, sizeof(v->in));
	sodium_memzero(&v->out, sizeof(v->out));
	buf_wipe(&v->raw);
	buf_wipe(&v->text);
	buf_wipe(&v->queue);
	if (v->tail != NULL)
		sodium_memzero(v->tail, v->tail_len);
	free(v->tail);
	v->tail = NULL;
	v->tail_len = v->tail_at = 0;
}

void
veil_free(struct veil *v)
{
	if (v == NULL)
		return;
	veil_drain(v);
	sodium_memzero(v, sizeof(*v));
	free(v);
}

static int
dial(struct veil *v, const struct invite *to, const struct line_said *said,
    struct rng *g, struct buf *out)
{
	struct line_luck luck;
	int err = QERR_NOMEM;

	if ((v->keys = malloc(sizeof(*v->keys))) == NULL)
		return err;
	line_keys(v->keys, to->secret);
	line_luck(&luck, true, g);
	v->handshake = line_begin(true, v->keys, to->node, &luck);
	if (v->handshake != NULL) {
		buf_put(out, to->pre, to->n_pre);
		err = line_dial(out, v->handshake, v->keys, &luck, said);
	}
	sodium_memzero(&luck, sizeof(luck));
	return err;
}

struct veil *
veil_dial(const struct invite *to, uint64_t wall, uint64_t seen, struct rng *g,
    struct buf *out)
{
	struct line_said said = {wall, seen};
	struct veil *v = make();
	int err;

	if (v == NULL)
		return NULL;
	v->dials = true;
	err = dial(v, to, &said, g, out);
	if (err == QERR_AEAD) {
		/* A node key of low order: the invite cannot be used. */
		veil_drain(v);
	} else if (err != 0) {
		veil_free(v);
		return NULL;
	}
	return v;
}

struct veil *
veil_accept(struct veil_door *door)
{
	struct veil *v = make();

	if (v != NULL)
		v->door = door;
	return v;
}

enum veil_state
veil_state(const struct veil *v)
{
	return v->state;
}

const uint8_t *
veil_hash(const struct veil *v)
{
	return v->hash;
}

const uint8_t *
veil_invite_name(const struct veil *v)
{
	return v->name;
}

uint64_t
veil_seen(const struct veil *v)
{
	return v->seen;
}

int
veil_input(struct veil *v, const uint8_t *p, size_t n, uint64_t wall,
    struct rng *g, struct buf *out)
{
	int err = 0;

	if (n == 0)
		return 0;
	if (v->state == VEIL_LINE)
		err = veil_take_line(v, p, n, wall, g, out);
	else if (v->state == VEIL_OPEN)
		err = veil_take_frames(v, p, n);
	if (err != 0)
		veil_drain(v);
	return qerr_is_fatal(err) ? err : 0;
}
