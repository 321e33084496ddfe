#include "proto/base/qerr.h"
#include "proto/object/capsule.h"
#include "proto/object/frame.h"
#include "proto/object/hash.h"
#include "proto/object/markup.h"

/* Checking what a capsule says, step by step, against its feed id. */

/*
 * Go on from the capsule's charters with those known from elsewhere.  One of a
 * version that the capsule has must be the same one.
 */
static int
add_newer(struct capsule_verdict *v, const struct capsule *c, struct bytes file)
{
	struct charter peek, known, next;
	int r;

	r = charter_peek(&peek, file);
	if (r != 0)
		return r;
	if (peek.version <= c->n_charter) {
		r = charter_peek(&known, c->charter[peek.version - 1]);
		if (r != 0 || id_eq(&known.hash, &peek.hash))
			return r;
		return peek.version == 1 ? QERR_FEED : QERR_FORK;
	}
	if (peek.version != v->charter.version + 1)
		return QERR_CHAIN;
	r = charter_open(&next, file, &v->charter);
	if (r == 0)
		v->charter = next;
	return r;
}

/* |own| becomes the newest of the capsule's own charters. */
static int
open_charters(struct capsule_verdict *v, const struct capsule *c,
    const struct bytes *newer, size_t n_newer, struct charter *own)
{
	struct charter next;
	int r = 0;

	for (size_t i = 0; i < c->n_charter && r == 0; i++) {
		r = charter_open(&next, c->charter[i],
		    i > 0 ? &v->charter : NULL);
		if (r == 0)
			v->charter = next;
		if (i == 0)
			v->feed = v->charter.hash;
	}
	*own = v->charter;
	for (size_t i = 0; i < n_newer && r == 0; i++)
		r = add_newer(v, c, newer[i]);
	return r;
}

/*
 * What the capsule's charters pin it has to prove: else who finds a key that was retired
 * could sign old issues anew, for those who have nothing but a capsule.
 */
static int
check_history(struct capsule_verdict *v, const struct capsule *c,
    const struct charter *own)
{
	const struct header *h = &v->header;
	struct id leaf;
	int r;

	if (h->number > own->pin) {
		v->unproven = h->number <= v->charter.pin;
		return c->n_history_path == 0 ? 0 : QERR_RANGE;
	}
	r = header_leaf(&leaf, c->header);
	if (r == 0 &&
	    history_check_inclusion(&own->pin_root, own->pin, h->number - 1,
		&leaf, c->history_path, c->n_history_path) != 0)
		r = QERR_PINNED;
	return r;
}

/* 0 if |record| is number |index| of pack |e|. */
static int
check_record(const struct pack_entry *e, struct bytes record, size_t index,
    const struct id *path, size_t n_path)
{
	struct id leaf;

	if (index >= e->count)
		return QERR_RANGE;
	hash(&leaf, HASH_RECORD, record);
	return merkle_check(&e->contents, &leaf, index, e->count, path, n_path);
}

static int
open_head(struct capsule_verdict *v, const struct capsule *c)
{
	const struct pack_entry *e = &v->header.pack[c->heads];
	int r;

	if (c->heads >= v->header.n_pack || e->tier != TIER_HEADS)
		return QERR_RANGE;
	r = check_record(e, c->head, c->index, c->head_path, c->n_head_path);
	if (r != 0)
		return r;
	v->head = c->head;
	return article_decode(&v->article, c->head);
}

static int
open_body(struct capsule_verdict *v, const struct capsule *c)
{
	const struct pack_entry *e = &v->header.pack[c->text];
	const struct pack_entry *heads = &v->header.pack[c->heads];
	int r;

	if (c->has_text != (v->article.length > 0))
		return QERR_MISSING;
	if (!c->has_text)
		return 0;
	if (c->text >= v->header.n_pack || e->tier != TIER_TEXT ||
	    e->first != heads->first || e->last != heads->last)
		return QERR_RANGE;
	r = frame_inflate(&v->body, c->body, v->article.length,
	    bytes_of(NULL, 0));
	if (r != 0)
		return r;
	r = check_record(e, buf_bytes(&v->body), c->index, c->text_path,
	    c->n_text_path);
	if (r != 0)
		return r;
	return markup_check(buf_bytes(&v->body), v->article.n_picture, NULL);
}

static int
open_pictures(struct capsule_verdict *v, const struct capsule *c)
{
	for (size_t i = 0; i < c->n_picture; i++) {
		const struct capsule_picture *p = &c->picture[i];
		struct id h;

		if (p->index >= v->article.n_picture)
			return QERR_RANGE;
		picture_hash(&h, p->data);
		if (p->data.n != v->article.picture[p->index].size ||
		    !id_eq(&h, &v->article.picture[p->index].hash))
			return QERR_BADHASH;
		v->picture[v->n_picture++] = *p;
	}
	return 0;
}

int
capsule_open(struct capsule_verdict *ret, struct bytes file,
    const struct bytes *newer, size_t n_newer)
{
	struct charter own;
	struct capsule c;
	int r;

	buf_init(&ret->body, MARKUP_MAX);
	r = capsule_decode(&c, file);
	if (r == 0)
		r = open_charters(ret, &c, newer, n_newer, &own);
	if (r == 0)
		r = header_open(&ret->header, c.header, &ret->charter);
	ret->header_file = c.header;
	if (r == 0 && !id_eq(&ret->header.feed, &ret->feed))
		r = QERR_FEED;
	if (r == 0)
		r = check_history(ret, &c, &own);
	if (r == 0)
		r = open_head(ret, &c);
	if (r == 0)
		r = open_body(ret, &c);
	if (r == 0)
		r = open_pictures(ret, &c);
	return r;
}

int
capsule_charters(struct feed *f, struct bytes file)
{
	struct capsule c;
	uint64_t floor;
	int r = capsule_decode(&c, file);

	for (size_t i = 0; i < c.n_charter && r == 0; i++)
		r = feed_add_charter(f, c.charter[i], &floor);
	return r;
}

void
capsule_verdict_done(struct capsule_verdict *v)
{
	buf_done(&v->body);
}
