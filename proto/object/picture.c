#include "proto/object/picture.h"

#include "proto/base/qerr.h"
#include "proto/base/reader.h"
#include "proto/object/hash.h"

/* Deep enough for meta/iprp/ipco/ispe, and no box is entered twice. */
#define AVIF_BOXES_MAX 256

struct size {
	uint32_t width, height;
};

void
picture_hash(struct id *ret, struct bytes picture)
{
	hash(ret, HASH_PICTURE, picture);
}

static uint32_t
read_le16(struct reader *r)
{
	uint32_t lo = reader_u8(r);

	return lo | (uint32_t)reader_u8(r) << 8;
}

static uint32_t
read_le24(struct reader *r)
{
	uint32_t lo = read_le16(r);

	return lo | (uint32_t)reader_u8(r) << 16;
}

/* ITU-T T.81 B.1: segments up to the first start of frame. */
static void
look_jpeg(struct reader *r, struct size *ret)
{
	while (r->err == 0) {
		uint8_t marker;

		if (reader_u8(r) != 0xff)
			reader_fail(r, QERR_RANGE);
		while ((marker = reader_u8(r)) == 0xff)
			;
		uint16_t len = reader_be16(r);

		if (len < 2)
			reader_fail(r, QERR_RANGE);
		/* SOF0..SOF15 but DHT, JPG and DAC. */
		if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
		    marker != 0xc8 && marker != 0xcc) {
			(void)reader_u8(r);
			ret->height = reader_be16(r);
			ret->width = reader_be16(r);
			return;
		}
		(void)reader_bytes(r, len - 2u);
	}
}

static void
look_png(struct reader *r, struct size *ret)
{
	const uint8_t *p = reader_bytes(r, 8);

	if (p != NULL && memcmp(p, "\0\0\0\rIHDR", 8) != 0)
		reader_fail(r, QERR_RANGE);
	ret->width = reader_be32(r);
	ret->height = reader_be32(r);
}

static void
look_gif(struct reader *r, struct size *ret)
{
	ret->width = read_le16(r);
	ret->height = read_le16(r);
}

/* RFC 6386 §9.1, the lossless bit stream's header, and the extended format. */
static void
look_webp(struct reader *r, struct size *ret)
{
	const uint8_t *kind = reader_bytes(r, 4), *p;
	uint32_t bits;

	(void)reader_bytes(r, 4);
	if (kind == NULL)
		return;
	if (memcmp(kind, "VP8 ", 4) == 0) {
		(void)reader_bytes(r, 3);
		p = reader_bytes(r, 3);
		if (p != NULL && memcmp(p, "\x9d\x01\x2a", 3) != 0)
			reader_fail(r, QERR_RANGE);
		ret->width = read_le16(r) & 0x3fff;
		ret->height = read_le16(r) & 0x3fff;
	} else if (memcmp(kind, "VP8L", 4) == 0) {
		if (reader_u8(r) != 0x2f)
			reader_fail(r, QERR_RANGE);
		bits = reader_u32(r);
		ret->width = (bits & 0x3fff) + 1;
		ret->height = (bits >> 14 & 0x3fff) + 1;
	} else if (memcmp(kind, "VP8X", 4) == 0) {
		(void)reader_bytes(r, 4);
		ret->width = read_le24(r) + 1;
		ret->height = read_le24(r) + 1;
	} else {
		reader_fail(r, QERR_TYPE);
	}
}

/*
 * ISO/IEC 23008-12: the largest `ispe` in meta/iprp/ipco.  A box is entered by
 * going on right behind its head, so this walks without a stack, and a box that
 * is not one of those is passed over.
 */
static void
look_avif(struct reader *r, struct size *ret)
{
	for (int i = 0; i < AVIF_BOXES_MAX && r->err == 0 && r->p < r->end;
	     i++) {
		uint32_t len = reader_be32(r);
		const uint8_t *kind = reader_bytes(r, 4);

		if (kind == NULL)
			return;
		if (memcmp(kind, "meta", 4) == 0) {
			(void)reader_u32(r);
		} else if (memcmp(kind, "ispe", 4) == 0) {
			struct size s;

			(void)reader_u32(r);
			s.width = reader_be32(r);
			s.height = reader_be32(r);
			if (r->err == 0 && s.width > ret->width)
				*ret = s;
		} else if (memcmp(kind, "iprp", 4) != 0 &&
			   memcmp(kind, "ipco", 4) != 0) {
			/* 0 is "up to the end", 1 a 64-bit length: no head. */
			if (len < 8)
				break;
			(void)reader_bytes(r, len - 8);
		}
	}
	/* What stands behind the sizes may be cut or unknown. */
	if (ret->width > 0)
		r->err = 0;
}

static bool
begins(struct bytes p, size_t at, const char *with, size_t n)
{
	return p.n >= at + n && memcmp(p.p + at, with, n) == 0;
}

int
picture_look(struct bytes p, enum picture_type *ret_type, uint32_t *ret_width,
    uint32_t *ret_height)
{
	struct size size = {0, 0};
	struct reader r;

	reader_init(&r, p.p != NULL ? p.p : (const uint8_t *)"", p.n);
	if (begins(p, 0, "\xff\xd8\xff", 3)) {
		*ret_type = PICTURE_JPEG;
		(void)reader_bytes(&r, 2);
		look_jpeg(&r, &size);
	} else if (begins(p, 0, "\x89PNG\r\n\x1a\n", 8)) {
		*ret_type = PICTURE_PNG;
		(void)reader_bytes(&r, 8);
		look_png(&r, &size);
	} else if (begins(p, 0, "GIF87a", 6) || begins(p, 0, "GIF89a", 6)) {
		*ret_type = PICTURE_GIF;
		(void)reader_bytes(&r, 6);
		look_gif(&r, &size);
	} else if (begins(p, 0, "RIFF", 4) && begins(p, 8, "WEBP", 4)) {
		*ret_type = PICTURE_WEBP;
		(void)reader_bytes(&r, 12);
		look_webp(&r, &size);
	} else if (begins(p, 4, "ftypavif", 8) || begins(p, 4, "ftypavis", 8)) {
		*ret_type = PICTURE_AVIF;
		look_avif(&r, &size);
	} else {
		return QERR_TYPE;
	}
	if (r.err == 0 &&
	    (size.width < 1 || size.width > PICTURE_SIDE_MAX ||
		size.height < 1 || size.height > PICTURE_SIDE_MAX))
		return QERR_RANGE;

	*ret_width = size.width;
	*ret_height = size.height;
	return r.err;
}

const char *
picture_suffix(enum picture_type t)
{
	static const char *const suffix[] = {
	    [0] = "bin",
	    [PICTURE_JPEG] = "jpg",
	    [PICTURE_PNG] = "png",
	    [PICTURE_WEBP] = "webp",
	    [PICTURE_GIF] = "gif",
	    [PICTURE_AVIF] = "avif",
	};

	return suffix[t >= PICTURE_JPEG && t <= PICTURE_AVIF ? t : 0];
}
