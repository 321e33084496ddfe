#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"

void *
node_grow(struct node *n, void *array, size_t count, size_t *cap, size_t size)
{
	size_t more = *cap == 0 ? 2 : *cap * 2;
	void *p;

	if (count < *cap)
		return array;
	if ((p = realloc(array, more * size)) == NULL) {
		node_fail(n, QERR_NOMEM);
		return NULL;
	}
	*cap = more;
	return p;
}

/* Append one element to |n->name|, made of the initialiser that follows. */
#define ADD(n, name, ...)                                             \
	do {                                                          \
		void *grown_ = node_grow(n, (n)->name, (n)->n_##name, \
		    &(n)->cap_##name, sizeof(*(n)->name));            \
                                                                      \
		if (grown_ == NULL)                                   \
			break;                                        \
		(n)->name = grown_;                                   \
		(n)->name[(n)->n_##name++] = (__VA_ARGS__);           \
	} while (0)

/* A copy of |data| that lives as long as the update. */
static struct bytes
keep(struct node *n, struct bytes data)
{
	void *more =
	    node_grow(n, n->keep, n->n_keep, &n->cap_keep, sizeof(*n->keep));
	struct buf *b;

	if (more == NULL)
		return (struct bytes){NULL, 0};
	n->keep = more; /* whatever fails next: the old place is gone */
	if ((b = malloc(sizeof(*b))) == NULL) {
		node_fail(n, QERR_NOMEM);
		return (struct bytes){NULL, 0};
	}
	n->keep[n->n_keep++] = b;
	buf_init(b, 0);
	buf_put(b, data.p, data.n);
	if (buf_err(b) != 0)
		node_fail(n, buf_err(b));
	return buf_bytes(b);
}

/* Remember what the token stands for, until NODE_STORED. */
static uint64_t
await(struct node *n, enum node_object kind, const struct id *feed,
    const struct id *root, uint64_t number)
{
	uint64_t token = ++n->token;
	static const struct id none;

	ADD(n, pending,
	    (struct pending){token, kind, feed != NULL ? *feed : none,
		root != NULL ? *root : none, number});
	return token;
}

uint64_t
update_put(struct node *n, enum node_object kind, const struct id *id,
    uint64_t number, struct bytes data)
{
	uint64_t token = await(n, kind, id, NULL, number);

	ADD(n, put,
	    (struct node_put){.token = token,
		.kind = kind,
		.id = *id,
		.number = number,
		.data = keep(n, data)});
	return token;
}

void
update_put_piece(struct node *n, struct pack *p, size_t i, struct bytes data,
    bool completes)
{
	uint64_t token = await(n, OBJECT_PIECE, NULL, &p->root, i);

	ADD(n, put,
	    (struct node_put){.token = token,
		.kind = OBJECT_PIECE,
		.id = p->root,
		.number = i,
		.total = p->size,
		.completes = completes,
		.data = keep(n, data)});
}

uint64_t
update_get(struct node *n, enum node_object kind, const struct id *id,
    uint64_t number, uint64_t token)
{
	ADD(n, get, (struct node_get){token, kind, *id, number});
	return token;
}

void
update_forget(struct node *n, enum node_object kind, const struct id *id,
    uint64_t number)
{
	ADD(n, forget, (struct node_forget){kind, *id, number});
}

void
update_dial(struct node *n, uint64_t token, const struct invite *to,
    when_ms timeout, bool named)
{
	ADD(n, dial, (struct node_dial){token, *to, timeout, named});
}

void
update_drop(struct node *n, uint64_t link, bool drain, int why)
{
	ADD(n, drop, (struct node_drop){link, drain, why});
}

void
update_tell(struct node *n, enum node_fact fact, const struct id *id,
    uint64_t number, uint64_t value)
{
	static const struct id none;

	ADD(n, tell,
	    (struct node_tell){fact, id != NULL ? *id : none, number, value});
}

void
update_begin(struct node *n)
{
	struct link *l;

	for (size_t at = 0; (l = link_next_touched(n, &at)) != NULL;)
		buf_shrink(&l->out, OUT_KEPT);
	memset(n->touched, 0, sizeof(n->touched));
	for (size_t i = 0; i < n->n_dead; i++)
		link_free(n->dead[i]);
	for (size_t i = 0; i < n->n_keep; i++) {
		buf_done(n->keep[i]);
		free(n->keep[i]);
	}
	free(n->dial); /* large, and rare */
	n->dial = NULL;
	n->cap_dial = 0;
	buf_shrink(&n->scratch, OUT_KEPT);
	buf_shrink(&n->rows, OUT_KEPT);
	n->n_dead = n->n_keep = 0;
	n->n_put = n->n_get = n->n_forget = n->n_send = 0;
	n->n_dial = n->n_drop = n->n_tell = 0;
}

static void
collect(struct node *n, struct link *l)
{
	if (l->out.n == 0)
		return;
	if (buf_err(&l->out) != 0)
		node_fail(n, buf_err(&l->out));
	n->bytes_out += l->out.n;
	ADD(n, send, (struct node_send){l->id, buf_bytes(&l->out)});
}

void
update_end(struct node *n, struct node_update *ret)
{
	struct link *l;

	for (size_t i = 0; i < n->n_dead; i++)
		collect(n, n->dead[i]);
	for (size_t at = 0; (l = link_next_touched(n, &at)) != NULL;)
		collect(n, l);
	*ret = (struct node_update){n->put, n->n_put, n->forget, n->n_forget,
	    n->get, n->n_get, n->send, n->n_send, n->dial, n->n_dial, n->drop,
	    n->n_drop, n->tell, n->n_tell};
}

void
update_free(struct node *n)
{
	update_begin(n);
	free(n->put);
	free(n->get);
	free(n->forget);
	free(n->send);
	free(n->dial);
	free(n->drop);
	free(n->tell);
	free(n->keep);
	free(n->pending);
}
