/*
 * CompuServe's GIF89a: a screen, then frames, each with a graphic control before it,
 * up to the trailer.  Extensions are chains of blocks of up to 255 bytes.
 */
#include "daemon/picture/clean_inner.h"
#include "proto/base/qerr.h"

#define SCREEN_LEN 13 /* with the signature */
#define FRAME_LEN  9

enum block {
	EXTENSION = 0x21,
	FRAME = 0x2c,
	TRAILER = 0x3b,
};

enum label {
	CONTROL = 0xf9,
	APPLICATION = 0xff,
};

struct gif {
	struct reader r;
	struct buf *b;
	const uint8_t *control; /* of the next frame: 4 bytes, or NULL */
	bool loops;
	size_t frames;
};

/* A colour table, if |flags| say that one follows. */
static void
copy_colours(struct gif *g, uint8_t flags)
{
	size_t n = (flags & 0x80) != 0 ? (size_t)3 << ((flags & 7) + 1) : 0;
	const uint8_t *p = reader_bytes(&g->r, n);

	if (p != NULL)
		buf_put(g->b, p, n);
}

/* A block: its length and that many bytes.  n is 0 at a chain's end. */
static struct bytes
next_block(struct reader *r)
{
	size_t n = reader_u8(r);
	const uint8_t *p = reader_bytes(r, n);

	return bytes_of(p, p == NULL ? 0 : n);
}

static void
skip_chain(struct reader *r)
{
	while (next_block(r).n > 0)
		;
}

static void
put_control(struct gif *g)
{
	if (g->control == NULL)
		return;
	buf_put(g->b, "\x21\xf9\x04", 3);
	buf_put(g->b, g->control, 4);
	buf_put_u8(g->b, 0);
	g->control = NULL;
}

static void
copy_frame(struct gif *g)
{
	const uint8_t *head = reader_bytes(&g->r, FRAME_LEN);
	struct bytes block;

	if (head == NULL)
		return;
	put_control(g);
	buf_put_u8(g->b, FRAME);
	buf_put(g->b, head, FRAME_LEN);
	copy_colours(g, head[8]);
	buf_put_u8(g->b, reader_u8(&g->r)); /* LZW's first code size */
	do {
		block = next_block(&g->r);
		buf_put_u8(g->b, (uint8_t)block.n);
		buf_put(g->b, block.p, block.n);
	} while (block.n > 0);
	g->frames++;
}

static bool
is_loop(struct bytes name, struct bytes block)
{
	return name.n == 11 && block.n == 3 && block.p[0] == 1 &&
	       (memcmp(name.p, "NETSCAPE2.0", 11) == 0 ||
		   memcmp(name.p, "ANIMEXTS1.0", 11) == 0);
}

/* Netscape's loop, known by two names; the first one is it. */
static void
application(struct gif *g)
{
	struct bytes name = next_block(&g->r), block = name;

	if (name.n > 0)
		block = next_block(&g->r);
	if (is_loop(name, block) && !g->loops) {
		buf_put(g->b, "\x21\xff\x0bNETSCAPE2.0\x03", 15);
		buf_put(g->b, block.p, 3);
		buf_put_u8(g->b, 0);
		g->loops = true;
	}
	if (block.n > 0)
		skip_chain(&g->r);
}

static void
control(struct gif *g)
{
	struct bytes block = next_block(&g->r);

	if (block.n != 4)
		reader_fail(&g->r, QERR_RANGE);
	else
		g->control = block.p;
	skip_chain(&g->r);
}

static void
extension(struct gif *g)
{
	switch (reader_u8(&g->r)) {
	case CONTROL:
		control(g);
		break;
	case APPLICATION:
		application(g);
		break;
	default:
		skip_chain(&g->r);
		break;
	}
}

static void
copy(struct gif *g, struct bytes picture)
{
	const uint8_t *screen;
	uint8_t block = 0;

	reader_init(&g->r, picture.p, picture.n);
	screen = reader_bytes(&g->r, SCREEN_LEN);
	if (screen == NULL)
		return;
	buf_put(g->b, screen, SCREEN_LEN);
	copy_colours(g, screen[10]);
	while (g->r.err == 0 && (block = reader_u8(&g->r)) != TRAILER) {
		if (block == FRAME)
			copy_frame(g);
		else if (block == EXTENSION)
			extension(g);
		else
			reader_fail(&g->r, QERR_RANGE);
	}
	buf_put_u8(g->b, TRAILER);
}

int
clean_gif(struct buf *b, struct bytes picture)
{
	struct gif g = {.b = b};

	copy(&g, picture);
	return g.r.err != 0 ? g.r.err : g.frames > 0 ? 0 : QERR_TRUNCATED;
}

bool
gif_moves(struct bytes picture)
{
	struct buf b;
	struct gif g = {.b = &b};

	buf_init(&b, 0);
	copy(&g, picture);
	buf_done(&b);
	return g.frames > 1;
}
