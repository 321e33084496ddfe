#include "proto/object/capsule.h"

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/object/frame.h"
#include "proto/object/hash.h"
#include "proto/object/markup.h"
#include "proto/object/pack.h"

#define CAPSULE_KIND  3
#define CAPSULE_LEVEL 19
#define SUM_LEN       16

/* The keys of a capsule, PROTOCOL.md §10. */
enum key_of_capsule {
	K_KIND,
	K_CHARTERS,
	K_HEADER,
	K_HEADS,
	K_INDEX,
	K_HEAD,
	K_HEAD_PATH,
	K_TEXT,
	K_TEXT_PATH,
	K_BODY,
	K_PICTURES,
	K_HISTORY_PATH,
	K_SUM,
};
#define K_COUNT 13
#define K_REQUIRED                                                          \
	(1u << K_KIND | 1u << K_CHARTERS | 1u << K_HEADER | 1u << K_HEADS | \
	    1u << K_INDEX | 1u << K_HEAD | 1u << K_SUM)

static void
make_sum(uint8_t sum[SUM_LEN], struct bytes before)
{
	struct id h;

	hash(&h, HASH_CAPSULE, before);
	memcpy(sum, h.b, SUM_LEN);
}

/* Encoding. */

static void
put_uint(struct buf *b, uint64_t key, uint64_t v)
{
	cbor_put_uint(b, key);
	cbor_put_uint(b, v);
}

static void
put_bytes(struct buf *b, uint64_t key, struct bytes v)
{
	cbor_put_uint(b, key);
	cbor_put_bytes(b, v.p, v.n);
}

static void
put_path(struct buf *b, uint64_t key, const struct id *path, size_t n)
{
	if (n > 0)
		put_bytes(b, key, bytes_of(path, n * sizeof(*path)));
}

static void
put_charters(struct buf *b, const struct capsule *c)
{
	cbor_put_uint(b, K_CHARTERS);
	cbor_put_array(b, c->n_charter);
	for (size_t i = 0; i < c->n_charter; i++)
		cbor_put_bytes(b, c->charter[i].p, c->charter[i].n);
}

static void
put_body(struct buf *b, const struct capsule *c)
{
	struct buf z;
	int r;

	if (!c->has_text)
		return;
	buf_init(&z, 0);
	r = frame_deflate(&z, c->body, bytes_of(NULL, 0), CAPSULE_LEVEL, NULL);
	if (r != 0)
		buf_fail(b, r);
	else
		put_bytes(b, K_BODY, buf_bytes(&z));
	buf_done(&z);
}

static void
put_pictures(struct buf *b, const struct capsule *c)
{
	if (c->n_picture == 0)
		return;
	cbor_put_uint(b, K_PICTURES);
	cbor_put_array(b, c->n_picture);
	for (size_t i = 0; i < c->n_picture; i++) {
		cbor_put_array(b, 2);
		cbor_put_uint(b, c->picture[i].index);
		cbor_put_bytes(b, c->picture[i].data.p, c->picture[i].data.n);
	}
}

static size_t
count_fields(const struct capsule *c)
{
	return 7u + (c->n_head_path > 0) + c->has_text +
	       (c->has_text && c->n_text_path > 0) + c->has_text +
	       (c->n_picture > 0) + (c->n_history_path > 0);
}

int
capsule_encode(struct buf *b, const struct capsule *c)
{
	uint8_t sum[SUM_LEN];
	size_t from = b->n;

	if (c->n_charter == 0 || c->n_charter > CAPSULE_CHARTERS_MAX ||
	    c->n_head_path > MERKLE_PATH_MAX ||
	    c->n_text_path > MERKLE_PATH_MAX ||
	    c->n_history_path > HISTORY_PATH_MAX ||
	    c->n_picture > ARTICLE_PICTURES_MAX)
		return QERR_RANGE;
	cbor_put_map(b, count_fields(c));
	put_uint(b, K_KIND, CAPSULE_KIND);
	put_charters(b, c);
	put_bytes(b, K_HEADER, c->header);
	put_uint(b, K_HEADS, c->heads);
	put_uint(b, K_INDEX, c->index);
	put_bytes(b, K_HEAD, c->head);
	put_path(b, K_HEAD_PATH, c->head_path, c->n_head_path);
	if (c->has_text) {
		put_uint(b, K_TEXT, c->text);
		put_path(b, K_TEXT_PATH, c->text_path, c->n_text_path);
	}
	put_body(b, c);
	put_pictures(b, c);
	put_path(b, K_HISTORY_PATH, c->history_path, c->n_history_path);
	cbor_put_uint(b, K_SUM);
	/* The sum's own head is one byte, and is summed with the rest. */
	buf_put_u8(b, 0x40 | SUM_LEN);
	if (buf_err(b) != 0)
		return buf_err(b);
	make_sum(sum, bytes_of(b->p + from, b->n - from));
	buf_put(b, sum, sizeof(sum));

	return buf_err(b) == 0 && b->n - from > CAPSULE_MAX ? QERR_TOOBIG
							    : buf_err(b);
}

/* Decoding: |c|'s body is still the frame. */

static size_t
get_path(struct reader *r, struct id *ret, size_t max)
{
	struct bytes v = cbor_bytes_in(r, sizeof(*ret), max * sizeof(*ret));

	if (v.n % sizeof(*ret) != 0)
		reader_fail(r, QERR_RANGE);
	if (r->err != 0)
		return 0;
	memcpy(ret, v.p, v.n);
	return v.n / sizeof(*ret);
}

static void
get_charters(struct reader *r, struct capsule *c)
{
	c->n_charter = cbor_array(r, CAPSULE_CHARTERS_MAX);
	if (c->n_charter == 0)
		reader_fail(r, QERR_ENCODING);
	for (size_t i = 0; i < c->n_charter; i++)
		c->charter[i] = cbor_bytes_in(r, 1, CHARTER_FILE_MAX);
}

static void
get_pictures(struct reader *r, struct capsule *c)
{
	c->n_picture = cbor_array(r, ARTICLE_PICTURES_MAX);
	if (c->n_picture == 0)
		reader_fail(r, QERR_ENCODING);
	for (size_t i = 0; i < c->n_picture && r->err == 0; i++) {
		struct capsule_picture *p = &c->picture[i];

		if (cbor_array(r, 2) != 2)
			reader_fail(r, QERR_MISSING);
		p->index = cbor_uint_in(r, 0, ARTICLE_PICTURES_MAX - 1);
		p->data = cbor_bytes_in(r, 1, PICTURE_MAX);
		if (i > 0 && p->index <= p[-1].index)
			reader_fail(r, QERR_ORDER);
	}
}

static void
get_field(struct reader *r, struct capsule *c, uint64_t key)
{
	switch (key) {
	case K_KIND:
		if (cbor_uint(r) != CAPSULE_KIND)
			reader_fail(r, QERR_TYPE);
		break;
	case K_CHARTERS:
		get_charters(r, c);
		break;
	case K_HEADER:
		c->header = cbor_bytes_in(r, 1, HEADER_FILE_MAX);
		break;
	case K_HEADS:
		c->heads = cbor_uint_in(r, 0, HEADER_PACKS_MAX - 1);
		break;
	case K_INDEX:
		c->index = cbor_uint_in(r, 0, PACK_COUNT_MAX - 1);
		break;
	case K_HEAD:
		c->head = cbor_bytes_in(r, 1, ARTICLE_HEAD_MAX);
		break;
	case K_HEAD_PATH:
		c->n_head_path = get_path(r, c->head_path, MERKLE_PATH_MAX);
		break;
	case K_TEXT:
		c->text = cbor_uint_in(r, 0, HEADER_PACKS_MAX - 1);
		c->has_text = true;
		break;
	case K_TEXT_PATH:
		c->n_text_path = get_path(r, c->text_path, MERKLE_PATH_MAX);
		break;
	case K_BODY:
		c->body = cbor_bytes_in(r, 1, 2 * MARKUP_MAX);
		break;
	case K_PICTURES:
		get_pictures(r, c);
		break;
	case K_HISTORY_PATH:
		c->n_history_path =
		    get_path(r, c->history_path, HISTORY_PATH_MAX);
		break;
	case K_SUM:
		(void)cbor_bytes_in(r, SUM_LEN, SUM_LEN);
		break;
	default:
		reader_fail(r, QERR_UNKNOWN);
	}
}

static int
check_sum(struct bytes file)
{
	uint8_t sum[SUM_LEN];

	make_sum(sum, bytes_of(file.p, file.n - SUM_LEN));
	return memcmp(sum, file.p + file.n - SUM_LEN, SUM_LEN) == 0
		   ? 0
		   : QERR_BADHASH;
}

static int
decode(struct capsule *c, struct bytes file)
{
	uint64_t at = CBOR_KEY_START;
	unsigned seen = 0;
	struct reader r;
	size_t n;

	memset(c, 0, sizeof(*c));
	if (file.n > CAPSULE_MAX)
		return QERR_TOOBIG;
	reader_init(&r, file.p != NULL ? file.p : (const uint8_t *)"", file.n);
	n = cbor_map(&r, K_COUNT);
	for (size_t i = 0; i < n && r.err == 0; i++) {
		uint64_t key = cbor_key(&r, &at);

		if (r.err == 0)
			get_field(&r, c, key);
		if (r.err == 0)
			seen |= 1u << key;
	}
	if (r.err == 0 && (seen & K_REQUIRED) != K_REQUIRED)
		reader_fail(&r, QERR_MISSING);
	if (reader_end(&r) != 0)
		return reader_end(&r);
	if (c->has_text != (c->body.p != NULL) ||
	    (!c->has_text && c->n_text_path > 0))
		return QERR_MISSING;

	return check_sum(file);
}

/* Checking. */

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
	r = decode(&c, file);
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
	int r = decode(&c, file);

	for (size_t i = 0; i < c.n_charter && r == 0; i++)
		r = feed_add_charter(f, c.charter[i], &floor);
	return r;
}

void
capsule_verdict_done(struct capsule_verdict *v)
{
	buf_done(&v->body);
}
