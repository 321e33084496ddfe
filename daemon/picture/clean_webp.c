/*
 * RFC 9649 §2: RIFF length "WEBP" and chunks (type, length, data, a zero if that
 * is odd): one VP8 or VP8L, or VP8X and what its flags tell of.
 */
#include "daemon/picture/clean_inner.h"
#include "proto/base/qerr.h"

#define HEAD_LEN  12
#define VP8X_LEN  10
#define ANIM_LEN  6
#define FRAME_LEN 16

#define FLAG_MOVES 0x02
#define FLAG_ALPHA 0x10

struct chunk {
	const uint8_t *type; /* NULL after a failure */
	struct bytes data;
};

static struct chunk
next_chunk(struct reader *r)
{
	const uint8_t *type = reader_bytes(r, 4);
	uint32_t n = reader_u32(r);
	struct chunk c = {type, {NULL, 0}};

	c.data = bytes_of(reader_bytes(r, n), n);
	(void)reader_bytes(r, n & 1);
	if (r->err != 0)
		c.type = NULL;
	return c;
}

static bool
is_type(const struct chunk *c, const char *name)
{
	return memcmp(c->type, name, 4) == 0;
}

/* Begin a chunk whose length is not known yet; returns where it begins. */
static size_t
begin_chunk(struct buf *b, const uint8_t *type)
{
	buf_put(b, type, 4);
	buf_put_le32(b, 0);
	return b->n;
}

static void
end_chunk(struct buf *b, size_t at)
{
	if (buf_err(b) != 0)
		return;
	store_le32(b->p + at - 4, (uint32_t)(b->n - at));
	if ((b->n - at) % 2 != 0)
		buf_put_u8(b, 0);
}

static void
put_chunk(struct buf *b, const struct chunk *c)
{
	size_t at = begin_chunk(b, c->type);

	buf_put(b, c->data.p, c->data.n);
	end_chunk(b, at);
}

/* The pixels of a picture or a frame: [ALPH] VP8, or VP8L; nothing else stays. */
static void
copy_pixels(struct buf *b, struct reader *r)
{
	bool alpha = false;

	while (read_left(r) > 0) {
		struct chunk c = next_chunk(r);

		if (c.type == NULL)
			return;
		if (is_type(&c, "VP8 ") || is_type(&c, "VP8L")) {
			put_chunk(b, &c);
			return;
		}
		if (is_type(&c, "ALPH") && !alpha) {
			put_chunk(b, &c);
			alpha = true;
		}
	}
	reader_fail(r, QERR_TRUNCATED);
}

static void
copy_frame(struct buf *b, struct reader *r, const struct chunk *c)
{
	struct reader in;
	size_t at = begin_chunk(b, c->type);
	const uint8_t *head;

	reader_init(&in, c->data.p, c->data.n);
	head = reader_bytes(&in, FRAME_LEN);
	if (head != NULL) {
		buf_put(b, head, FRAME_LEN);
		copy_pixels(b, &in);
	}
	end_chunk(b, at);
	reader_fail(r, in.err);
}

static void
copy_frames(struct buf *b, struct reader *r)
{
	bool begun = false;
	size_t frames = 0;

	while (read_left(r) > 0) {
		struct chunk c = next_chunk(r);

		if (c.type == NULL)
			return;
		if (is_type(&c, "ANIM") && c.data.n == ANIM_LEN && !begun) {
			put_chunk(b, &c);
			begun = true;
		} else if (is_type(&c, "ANMF") && begun) {
			copy_frame(b, r, &c);
			frames++;
		}
	}
	if (frames == 0)
		reader_fail(r, QERR_TRUNCATED);
}

/* The flags tell of what is left; the bits that mean nothing yet are zero. */
static void
copy_extended(struct buf *b, struct reader *r, const struct chunk *c)
{
	uint8_t flags;
	size_t at;

	if (c->data.n != VP8X_LEN) {
		reader_fail(r, QERR_RANGE);
		return;
	}
	flags = c->data.p[0] & (FLAG_MOVES | FLAG_ALPHA);
	at = begin_chunk(b, c->type);
	buf_put_le32(b, flags);
	buf_put(b, c->data.p + 4, 6);
	end_chunk(b, at);
	if ((flags & FLAG_MOVES) != 0)
		copy_frames(b, r);
	else
		copy_pixels(b, r);
}

/* What RIFF's length holds, up to which a stranger may have cut it. */
static void
enter(struct reader *r, struct bytes picture)
{
	uint32_t n = load_le32(picture.p + 4);

	reader_init(r, picture.p + 8, picture.n - 8);
	if (n > picture.n - 8)
		reader_fail(r, QERR_TRUNCATED);
	else
		r->end = r->p + n;
	(void)reader_bytes(r, 4);
}

int
clean_webp(struct buf *b, struct bytes picture)
{
	struct reader r;
	struct chunk c;
	size_t at;

	enter(&r, picture);
	c = next_chunk(&r);
	if (c.type == NULL)
		return r.err;
	at = begin_chunk(b, (const uint8_t *)"RIFF");
	buf_put_str(b, "WEBP");
	if (is_type(&c, "VP8X"))
		copy_extended(b, &r, &c);
	else
		put_chunk(b, &c);
	end_chunk(b, at);
	return r.err;
}

bool
webp_moves(struct bytes picture)
{
	return picture.n > HEAD_LEN + 8 &&
	       memcmp(picture.p + HEAD_LEN, "VP8X", 4) == 0 &&
	       (picture.p[HEAD_LEN + 8] & FLAG_MOVES) != 0;
}
