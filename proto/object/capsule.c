#include "proto/object/capsule.h"

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/object/frame.h"
#include "proto/object/hash.h"
#include "proto/object/markup.h"

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

int
capsule_decode(struct capsule *ret, struct bytes file)
{
	struct cbor_fields f;
	struct reader r;

	memset(ret, 0, sizeof(*ret));
	if (file.n > CAPSULE_MAX)
		return QERR_TOOBIG;
	reader_init(&r, file.p != NULL ? file.p : (const uint8_t *)"", file.n);
	f = cbor_fields(&r, K_COUNT);
	while (cbor_next(&f, &r))
		get_field(&r, ret, f.key);
	cbor_need(&f, &r, K_REQUIRED);
	if (reader_end(&r) != 0)
		return reader_end(&r);
	if (ret->has_text != (ret->body.p != NULL) ||
	    (!ret->has_text && ret->n_text_path > 0))
		return QERR_MISSING;

	return check_sum(file);
}
