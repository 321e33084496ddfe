/*
 * W3C PNG, third edition, §5: a signature and chunks (length type data CRC), from
 * IHDR to IEND.
 */
#include "daemon/picture/clean_inner.h"
#include "daemon/picture/exif.h"
#include "proto/base/qerr.h"

#define SIGNATURE_LEN 8
#define CHUNK_MAX     0x7fffffff

enum kind {
	IHDR,
	PLTE,
	IDAT,
	IEND,
	TRNS,
	GAMA,
	CHRM,
	SRGB,
	BKGD,
	ACTL,
	FCTL,
	FDAT,
	KINDS,
};

/* What is kept, and how long it can be. */
static const struct {
	char name[5];
	uint32_t min, max;
} kinds[KINDS] = {
    [IHDR] = {"IHDR", 13, 13},
    [PLTE] = {"PLTE", 3, 768},
    [IDAT] = {"IDAT", 0, CHUNK_MAX},
    [IEND] = {"IEND", 0, 0},
    [TRNS] = {"tRNS", 1, 256},
    [GAMA] = {"gAMA", 4, 4},
    [CHRM] = {"cHRM", 32, 32},
    [SRGB] = {"sRGB", 1, 1},
    [BKGD] = {"bKGD", 1, 6},
    [ACTL] = {"acTL", 8, 8},
    [FCTL] = {"fcTL", 26, 26},
    [FDAT] = {"fdAT", 4, CHUNK_MAX},
};

struct chunk {
	const uint8_t *type; /* NULL after a failure */
	struct bytes data;
	uint32_t crc;
};

static struct chunk
next_chunk(struct reader *r)
{
	uint32_t n = reader_be32(r);
	struct chunk c = {.type = reader_bytes(r, 4)};

	c.data = bytes_of(reader_bytes(r, n), n);
	c.crc = reader_be32(r);
	if (r->err != 0)
		c.type = NULL;
	return c;
}

/* Annex D's, four bits at a time. */
static uint32_t
crc(struct bytes b)
{
	static const uint32_t nibble[16] = {0x00000000, 0x1db71064, 0x3b6e20c8,
	    0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
	    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0,
	    0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
	uint32_t c = 0xffffffff;

	for (size_t i = 0; i < b.n; i++) {
		c = nibble[(c ^ b.p[i]) & 15] ^ c >> 4;
		c = nibble[(c ^ b.p[i] >> 4) & 15] ^ c >> 4;
	}
	return ~c;
}

static bool
is_type(const struct chunk *c, const char *name)
{
	return c->type != NULL && memcmp(c->type, name, 4) == 0;
}

static enum kind
kind_of(const struct chunk *c)
{
	enum kind k = IHDR;

	while (k < KINDS && !is_type(c, kinds[k].name))
		k++;
	return k;
}

/* The first chunk |name|, up to the end; its type is NULL if there is none. */
static struct chunk
seek(struct bytes picture, const char *name)
{
	struct chunk c;
	struct reader r;

	reader_init(&r, picture.p, picture.n);
	(void)reader_bytes(&r, SIGNATURE_LEN);
	do
		c = next_chunk(&r);
	while (c.type != NULL && !is_type(&c, name) && !is_type(&c, "IEND"));
	if (!is_type(&c, name))
		c.type = NULL;
	return c;
}

int
png_orientation(struct bytes picture)
{
	struct chunk c = seek(picture, "eXIf");

	return c.type != NULL ? exif_orientation(c.data) : 1;
}

bool
png_moves(struct bytes picture)
{
	return seek(picture, "acTL").type != NULL;
}

static void
put_chunk(struct buf *b, const struct chunk *c)
{
	put_be32(b, (uint32_t)c->data.n);
	buf_put(b, c->type, 4);
	buf_put(b, c->data.p, c->data.n);
	put_be32(b, c->crc);
}

static void
put_orientation(struct buf *b, int orientation)
{
	size_t at;

	put_be32(b, EXIF_LEN);
	at = b->n;
	buf_put_str(b, "eXIf");
	exif_put(b, orientation);
	if (buf_err(b) == 0)
		put_be32(b, crc(bytes_of(b->p + at, b->n - at)));
}

/*
 * What is not known is passed over, unless the picture cannot be shown without it
 * (the first letter says so).  All but the pixels come once, and before them; and
 * frames only in a picture that says that it moves.
 */
static bool
is_wanted(struct reader *r, const struct chunk *c, enum kind k,
    const bool *seen)
{
	if (k == KINDS && (c->type[0] & 0x20) == 0)
		reader_fail(r, QERR_UNKNOWN);
	if (k == KINDS)
		return false;
	if (c->data.n < kinds[k].min || c->data.n > kinds[k].max)
		reader_fail(r, QERR_RANGE);
	if (k == FCTL || k == FDAT)
		return seen[ACTL];
	return k == IDAT || k == IEND || (!seen[k] && !seen[IDAT]);
}

static void
check_chunk(struct reader *r, const struct chunk *c, bool first)
{
	if (c->type == NULL)
		return;
	if (crc(bytes_of(c->type, c->data.n + 4)) != c->crc ||
	    first != is_type(c, "IHDR"))
		reader_fail(r, QERR_RANGE);
}

int
clean_png(struct buf *b, struct bytes picture)
{
	int orientation = png_orientation(picture);
	bool seen[KINDS + 1] = {false};
	struct reader r;

	reader_init(&r, picture.p, picture.n);
	buf_put(b, reader_bytes(&r, SIGNATURE_LEN), SIGNATURE_LEN);
	while (!seen[IEND] && r.err == 0) {
		struct chunk c = next_chunk(&r);
		enum kind k = kind_of(&c);

		check_chunk(&r, &c, !seen[IHDR]);
		if (r.err != 0 || !is_wanted(&r, &c, k, seen))
			continue;
		put_chunk(b, &c);
		if (k == IHDR && orientation != 1)
			put_orientation(b, orientation);
		seen[k] = true;
	}
	return r.err != 0 ? r.err : seen[IDAT] ? 0 : QERR_TRUNCATED;
}
