#include <stdlib.h>

#include "daemon/picture/clean.h"
#include "daemon/picture/decode.h"
#include "proto/base/qerr.h"
#include "tests/lib/check.h"
#include "tests/lib/picture.h"

/* What stands wherever a picture can say something that is not the picture. */
#define SECRET "SECRET GPS N59.9343 serial 0017"

static void
put16(struct buf *b, unsigned v)
{
	buf_put_u8(b, (uint8_t)(v >> 8));
	buf_put_u8(b, (uint8_t)v);
}

static void
put32(struct buf *b, size_t v)
{
	put16(b, (unsigned)(v >> 16));
	put16(b, (unsigned)(v & 0xffff));
}

/* --- what holds for every picture --- */

static bool
tells(struct bytes b)
{
	return memmem(b.p, b.n, "SECRET", 6) != NULL ||
	       memmem(b.p, b.n, "GPS", 3) != NULL;
}

/* Clean a copy that ends where it ends, and see that the outcome is sound. */
static int
clean(struct buf *ret, struct bytes in)
{
	uint8_t *copy = malloc(in.n > 0 ? in.n : 1);
	struct buf again;
	int r;

	check(copy != NULL);
	if (in.n > 0)
		memcpy(copy, in.p, in.n);
	buf_init(&again, 0);
	buf_clear(ret);
	r = picture_clean(ret, bytes_of(copy, in.n));
	check(r == 0 ? ret->n > 0 && ret->n <= in.n + 64 : ret->n == 0);
	if (r == 0) {
		check(picture_clean(&again, buf_bytes(ret)) == 0);
		check(bytes_eq(buf_bytes(&again), buf_bytes(ret)));
	}
	buf_done(&again);
	free(copy);
	return r;
}

/* Cut anywhere, and each byte wrong: an error or a clean picture. */
static void
torture(struct buf *in)
{
	static const uint8_t flips[] = {0x01, 0x10, 0x80, 0xff};
	struct buf out;

	buf_init(&out, 0);
	for (size_t n = 0; n < in->n; n++)
		clean(&out, bytes_of(in->p, n));
	for (size_t i = 0; i < in->n; i++)
		for (size_t k = 0; k < sizeof(flips); k++) {
			in->p[i] ^= flips[k];
			clean(&out, buf_bytes(in));
			in->p[i] ^= flips[k];
		}
	buf_done(&out);
}

/*
 * |in| tells something, and clean it does not; of that no part is a picture, but
 * what is only empty boxes behind it.
 */
static void
comes_clean(struct buf *in, struct buf *ret, size_t empty)
{
	struct buf out;

	buf_init(&out, 0);
	check(buf_err(in) == 0 && tells(buf_bytes(in)));
	check(clean(ret, buf_bytes(in)) == 0);
	check(!tells(buf_bytes(ret)));
	for (size_t n = 0; n + empty < ret->n; n++)
		check(clean(&out, bytes_of(ret->p, n)) != 0);
	torture(in);
	buf_done(&out);
}

static void
same_pixels(enum picture_type type, struct bytes a, struct bytes b)
{
	struct canvas x, y;

	check(decode(&x, type, a, 1000) == 0);
	check(decode(&y, type, b, 1000) == 0);
	check(x.width == y.width && x.height == y.height);
	check(memcmp(x.rgba, y.rgba, (size_t)x.width * x.height * 4) == 0);
	canvas_done(&x);
	canvas_done(&y);
}

/* --- Exif, of either end --- */

static void
put_ends(struct buf *b, bool big, size_t n, uint32_t v)
{
	for (size_t i = 0; i < n; i++)
		buf_put_u8(b, (uint8_t)(v >> 8 * (big ? n - 1 - i : i)));
}

static void
put_entry(struct buf *b, bool big, uint32_t tag, uint32_t type, uint32_t n,
    uint32_t v)
{
	put_ends(b, big, 2, tag);
	put_ends(b, big, 2, type);
	put_ends(b, big, 4, n);
	put_ends(b, big, type == 3 ? 2 : 4, v);
	if (type == 3)
		put_ends(b, big, 2, 0);
}

/* A maker, an orientation, and a place; directories may stand anywhere. */
static void
put_tiff(struct buf *b, bool big, uint32_t orientation)
{
	buf_put_str(b, big ? "MM" : "II");
	put_ends(b, big, 2, 42);
	put_ends(b, big, 4, 8 + 32);
	buf_put(b, SECRET "\0", 32);
	put_ends(b, big, 2, 3);
	put_entry(b, big, 0x010f, 2, 32, 8);
	put_entry(b, big, 0x0112, 3, 1, orientation);
	put_entry(b, big, 0x8825, 4, 1, 8);
	put_ends(b, big, 4, 0);
}

/* --- JPEG --- */

static void
put_app(struct buf *b, uint8_t marker, const char *name, size_t n,
    struct bytes body)
{
	buf_put_u8(b, 0xff);
	buf_put_u8(b, marker);
	put16(b, (unsigned)(2 + n + body.n));
	buf_put(b, name, n);
	buf_put(b, body.p, body.n);
}

static void
put_talk(struct buf *b, bool big, uint32_t orientation)
{
	static const char jfxx[] = "JFXX\0\x13\1\1" SECRET;
	struct bytes secret = bytes_str(SECRET);
	struct buf tiff;

	buf_init(&tiff, 0);
	put_tiff(&tiff, big, orientation);
	put_app(b, 0xe1, "Exif\0", 6, buf_bytes(&tiff));
	put_app(b, 0xe0, jfxx, sizeof(jfxx), secret);
	put_app(b, 0xe1, "http://ns.adobe.com/xap/1.0/", 29, secret);
	put_app(b, 0xe2, "ICC_PROFILE\0\1\1", 14, secret);
	put_app(b, 0xe2, "MPF", 4, secret);
	put_app(b, 0xed, "Photoshop 3.0", 14, secret);
	put_app(b, 0xef, "", 0, secret);
	put_app(b, 0xfe, "", 0, secret);
	put_app(b, 0xf3, "", 0, secret);
	buf_done(&tiff);
}

/* The density in JFIF's segment, and a thumbnail behind it. */
static void
spoil_jfif(struct buf *b)
{
	check(memcmp(b->p + 2, "\xff\xe0\0\x10JFIF", 8) == 0);
	b->p[5] = 16 + 3;
	b->p[13] = 1;
	b->p[14] = 0x48;
	b->p[18] = b->p[19] = 1;
	insert(b, 20, bytes_str("GPS"));
}

static void
jpeg(bool big, uint32_t orientation, bool progressive)
{
	struct buf plain, in, out, talk;
	struct canvas c;

	buf_init(&plain, 0);
	buf_init(&in, 0);
	buf_init(&out, 0);
	buf_init(&talk, 0);
	draw_corners(&c, 24, 16);
	make_jpeg_as(&plain, &c, 80, JCS_EXT_RGBA, progressive);
	buf_put(&in, plain.p, plain.n);
	spoil_jfif(&in);
	put_talk(&talk, big, orientation);
	insert(&in, 23, buf_bytes(&talk));
	/* A film, and a second picture: cameras hang both behind. */
	buf_put(&in, plain.p, plain.n);
	buf_put_str(&in, SECRET);

	comes_clean(&in, &out, 0);
	check(picture_orientation(buf_bytes(&out)) == (int)orientation);
	check(!picture_moves(buf_bytes(&out)));
	check(out.n <= plain.n + (orientation == 1 ? 0 : 36));
	same_pixels(PICTURE_JPEG, buf_bytes(&plain), buf_bytes(&out));
	canvas_done(&c);
	buf_done(&plain);
	buf_done(&in);
	buf_done(&out);
	buf_done(&talk);
}

/* Adobe's segment says how four inks are meant: its last byte stays. */
static void
jpeg_of_inks(void)
{
	struct buf in, out;
	struct canvas c;
	uint8_t *adobe;

	buf_init(&in, 0);
	buf_init(&out, 0);
	draw_corners(&c, 24, 16);
	make_jpeg_as(&in, &c, 80, JCS_CMYK, false);
	adobe = memmem(in.p, in.n, "Adobe", 5);
	check(adobe != NULL);
	memcpy(adobe + 7, "GPS", 3);
	check(clean(&out, buf_bytes(&in)) == 0 && !tells(buf_bytes(&out)));
	check(memmem(out.p, out.n,
		  "\xff\xee\0\x0e"
		  "Adobe",
		  9) != NULL);
	same_pixels(PICTURE_JPEG, buf_bytes(&in), buf_bytes(&out));
	canvas_done(&c);
	buf_done(&in);
	buf_done(&out);
}

static void
bad_jpegs(void)
{
	static const uint8_t dri[] = {0xff, 0xdd, 0, 5, 0, 0, 'S'};
	static const uint8_t dac[] = {0xff, 0xcc, 0, 4, 0, 0};
	struct buf in, out, scan;
	struct canvas c;
	uint8_t *sos;

	buf_init(&in, 0);
	buf_init(&out, 0);
	buf_init(&scan, 0);
	draw_corners(&c, 16, 16);
	make_jpeg(&in, &c, 80);
	/* Something hides behind a table's end; and what is no Huffman code. */
	insert(&in, 20, bytes_of(dri, sizeof(dri)));
	check(clean(&out, buf_bytes(&in)) == QERR_RANGE);
	memcpy(in.p + 20, dac, sizeof(dac));
	check(clean(&out, buf_bytes(&in)) == QERR_RANGE);
	buf_clear(&in);

	/* As many scans as there may be, and one more. */
	make_jpeg(&in, &c, 80);
	sos = memmem(in.p, in.n, "\xff\xda", 2);
	check(sos != NULL);
	buf_put(&scan, sos, (size_t)(in.p + in.n - 2 - sos));
	for (int i = 1; i < 100; i++)
		insert(&in, in.n - 2, buf_bytes(&scan));
	check(clean(&out, buf_bytes(&in)) == 0 && out.n == in.n);
	insert(&in, in.n - 2, buf_bytes(&scan));
	check(clean(&out, buf_bytes(&in)) == QERR_RANGE);
	canvas_done(&c);
	buf_done(&in);
	buf_done(&out);
	buf_done(&scan);
}

/* --- PNG --- */

/* A bit at a time, as the standard's text has it. */
static uint32_t
crc(struct bytes b)
{
	uint32_t c = ~0U;

	for (size_t i = 0; i < b.n; i++) {
		c ^= b.p[i];
		for (int k = 0; k < 8; k++)
			c = (c & 1) != 0 ? c >> 1 ^ 0xedb88320 : c >> 1;
	}
	return ~c;
}

static void
put_chunk(struct buf *b, const char *type, struct bytes data)
{
	size_t at;

	put32(b, data.n);
	at = b->n;
	buf_put(b, type, 4);
	buf_put(b, data.p, data.n);
	put32(b, crc(bytes_of(b->p + at, data.n + 4)));
}

#define PNG_HEAD (8 + 25) /* signature and IHDR */

static void
png_talk(struct buf *b, uint32_t orientation)
{
	struct bytes secret = bytes_str(SECRET);
	struct buf tiff;

	buf_init(&tiff, 0);
	put_tiff(&tiff, false, orientation);
	put_chunk(b, "tEXt", secret);
	put_chunk(b, "zTXt", secret);
	put_chunk(b, "iTXt", secret);
	put_chunk(b, "iCCP", secret);
	put_chunk(b, "tIME", bytes_str("SECRET7"));
	put_chunk(b, "eXIf", buf_bytes(&tiff));
	put_chunk(b, "pHYs", bytes_str("GPSGPSGPS"));
	put_chunk(b, "caBX", secret);
	/* Frames of what does not move show nothing. */
	put_chunk(b, "fdAT", secret);
	buf_done(&tiff);
}

static void
png(uint32_t orientation)
{
	static const uint8_t gamma[] = {0, 0, 0xb1, 0x8f};
	struct buf plain, in, out, talk;
	struct canvas c;

	buf_init(&plain, 0);
	buf_init(&in, 0);
	buf_init(&out, 0);
	buf_init(&talk, 0);
	draw_corners(&c, 24, 16);
	make_png(&plain, &c);
	put_chunk(&talk, "gAMA", bytes_of(gamma, 4));
	insert(&plain, PNG_HEAD, buf_bytes(&talk));
	png_talk(&talk, orientation);
	buf_put(&in, plain.p, plain.n);
	insert(&in, PNG_HEAD, buf_bytes(&talk));
	/* Once more where the pixels are over, and behind the end. */
	insert(&in, in.n - 12, buf_bytes(&talk));
	buf_put_str(&in, SECRET);

	comes_clean(&in, &out, 0);
	check(picture_orientation(buf_bytes(&out)) == (int)orientation);
	check(!picture_moves(buf_bytes(&out)));
	check(out.n == plain.n + (orientation == 1 ? 0 : 12 + 26));
	same_pixels(PICTURE_PNG, buf_bytes(&plain), buf_bytes(&out));
	canvas_done(&c);
	buf_done(&plain);
	buf_done(&in);
	buf_done(&out);
	buf_done(&talk);
}

static void
moving_png(void)
{
	static const uint8_t frames[8] = {0, 0, 0, 2};
	static const uint8_t frame[26] = {0, 0, 0, 1};
	struct buf in, out, more;
	struct canvas c;

	buf_init(&in, 0);
	buf_init(&out, 0);
	buf_init(&more, 0);
	draw_corners(&c, 24, 16);
	make_png(&in, &c);
	put_chunk(&more, "acTL", bytes_of(frames, 8));
	insert(&in, PNG_HEAD, buf_bytes(&more));
	buf_clear(&more);
	put_chunk(&more, "fcTL", bytes_of(frame, 26));
	put_chunk(&more, "fdAT", bytes_str("0001pixels"));
	insert(&in, in.n - 12, buf_bytes(&more));
	check(clean(&out, buf_bytes(&in)) == 0);
	check(bytes_eq(buf_bytes(&in), buf_bytes(&out)));
	check(picture_moves(buf_bytes(&out)));
	canvas_done(&c);
	buf_done(&in);
	buf_done(&out);
	buf_done(&more);
}

static void
bad_pngs(void)
{
	struct buf in, out, more;
	struct canvas c;

	buf_init(&in, 0);
	buf_init(&out, 0);
	buf_init(&more, 0);
	draw_corners(&c, 24, 16);
	make_png(&in, &c);
	in.p[in.n - 1] ^= 1;
	check(clean(&out, buf_bytes(&in)) == QERR_RANGE);
	in.p[in.n - 1] ^= 1;
	put_chunk(&more, "NEED", bytes_str("x"));
	insert(&in, PNG_HEAD, buf_bytes(&more));
	check(clean(&out, buf_bytes(&in)) == QERR_UNKNOWN);
	canvas_done(&c);
	buf_done(&in);
	buf_done(&out);
	buf_done(&more);
}

/* --- GIF --- */

static void
put_literal(struct buf *b, const char *s, size_t n)
{
	buf_put(b, s, n);
}
#define put(b, s) put_literal(b, s, sizeof(s) - 1)

#define GIF_SCREEN  "GIF89a\2\0\1\0\x80\0\0\0\0\0\xff\xff\xff"
#define GIF_LOOP    "\x21\xff\x0bNETSCAPE2.0\3\1\7\0\0"
#define GIF_CONTROL "\x21\xf9\4\4\x0a\0\0\0"
#define GIF_FRAME   "\x2c\0\0\0\0\2\0\1\0\x80\1\1\1\2\2\2\2\2\x44\x51\0"

static void
gif(void)
{
	struct buf in, out, clear;

	buf_init(&in, 0);
	buf_init(&out, 0);
	buf_init(&clear, 0);
	put(&clear, GIF_SCREEN GIF_LOOP GIF_CONTROL GIF_FRAME GIF_FRAME "\x3b");
	put(&in, GIF_SCREEN "\x21\xfe\x1f" SECRET "\0");
	put(&in, "\x21\xff\x0bXMP DataXMP\x1f" SECRET "\0" GIF_LOOP);
	put(&in, "\x21\xff\x0bNETSCAPE2.0\3\1\1\1\0\x21\xff\0");
	put(&in, "\x21\xff\x0bNETSCAPE2.0\6SECRET\0" GIF_CONTROL);
	put(&in, "\x21\1\x0c"
		 "GPSGPSGPSGPS\6SECRET\0" GIF_FRAME);
	put(&in, "\x21\x99\6SECRET\0" GIF_FRAME "\x3b" SECRET);
	comes_clean(&in, &out, 0);
	check(bytes_eq(buf_bytes(&out), buf_bytes(&clear)));
	check(picture_moves(buf_bytes(&out)));
	buf_done(&in);
	buf_done(&out);
	buf_done(&clear);
}

/* --- WebP --- */

static void
put_riff(struct buf *b, const char *type, struct bytes data)
{
	buf_put(b, type, 4);
	buf_put_le32(b, (uint32_t)data.n);
	buf_put(b, data.p, data.n);
	if (data.n % 2 != 0)
		buf_put_u8(b, 0);
}

/* Around the chunks of |body|; and something behind the end. */
static void
put_webp(struct buf *b, const struct buf *body)
{
	buf_put_str(b, "RIFF");
	buf_put_le32(b, (uint32_t)body->n + 4);
	buf_put_str(b, "WEBP");
	buf_put(b, body->p, body->n);
}

static void
put_webp_head(struct buf *b, uint8_t flags, const struct canvas *c)
{
	uint8_t head[10] = {flags, 0xff, 0xff, 0xff};

	head[4] = (uint8_t)(c->width - 1);
	head[7] = (uint8_t)(c->height - 1);
	put_riff(b, "VP8X", bytes_of(head, 10));
}

static void
still_webp(float quality)
{
	struct bytes secret = bytes_str(SECRET);
	struct buf plain, in, out, body;
	struct canvas c;

	buf_init(&plain, 0);
	buf_init(&in, 0);
	buf_init(&out, 0);
	buf_init(&body, 0);
	draw_corners(&c, 24, 16);
	c.rgba[3] = 0x40;
	make_webp(&plain, &c, quality);
	put_webp_head(&body, 0x3c, &c);
	put_riff(&body, "ICCP", secret);
	/* What the encoder wrote, but its own head if there is one. */
	buf_put(&body, plain.p + (quality > 0 ? 30 : 12),
	    plain.n - (quality > 0 ? 30 : 12));
	put_riff(&body, "EXIF", secret);
	put_riff(&body, "XMP ", secret);
	put_riff(&body, "seCR", secret);
	put_webp(&in, &body);
	buf_put_str(&in, SECRET);

	comes_clean(&in, &out, 0);
	check(out.p[20] == 0x10 && !picture_moves(buf_bytes(&out)));
	same_pixels(PICTURE_WEBP, buf_bytes(&plain), buf_bytes(&out));
	canvas_done(&c);
	buf_done(&plain);
	buf_done(&in);
	buf_done(&out);
	buf_done(&body);
}

/* What an encoder makes comes out as it is. */
static void
plain_webp(float quality)
{
	struct buf in, out;
	struct canvas c;

	buf_init(&in, 0);
	buf_init(&out, 0);
	draw_corners(&c, 24, 16);
	make_webp(&in, &c, quality);
	check(clean(&out, buf_bytes(&in)) == 0);
	check(bytes_eq(buf_bytes(&in), buf_bytes(&out)));
	buf_put_str(&in, SECRET);
	comes_clean(&in, &out, 0);
	canvas_done(&c);
	buf_done(&in);
	buf_done(&out);
}

static void
moving_webp(void)
{
	struct bytes secret = bytes_str(SECRET);
	struct buf plain, in, out, body, frame;
	struct canvas c;

	buf_init(&plain, 0);
	buf_init(&in, 0);
	buf_init(&out, 0);
	buf_init(&body, 0);
	buf_init(&frame, 0);
	draw_corners(&c, 24, 16);
	make_webp(&plain, &c, 0);
	put(&frame, "\0\0\0\0\0\0\x17\0\0\x0f\0\0\x64\0\0\0");
	put_riff(&frame, "seCR", secret);
	buf_put(&frame, plain.p + 12, plain.n - 12);
	put_riff(&frame, "EXIF", secret);
	put_webp_head(&body, 0x1e, &c);
	put_riff(&body, "ANIM", bytes_str("whitexx"));
	put_riff(&body, "ANIM", bytes_str("white0"));
	put_riff(&body, "ANIM", secret);
	put_riff(&body, "ANMF", buf_bytes(&frame));
	put_riff(&body, "XMP ", secret);
	put_riff(&body, "ANMF", buf_bytes(&frame));
	put_webp(&in, &body);

	comes_clean(&in, &out, 0);
	check(out.p[20] == 0x12 && picture_moves(buf_bytes(&out)));
	/* The head, ANIM, and two frames of a head and pixels. */
	check(out.n == 30 + 14 + 2 * (8 + 16 + plain.n - 12));
	canvas_done(&c);
	buf_done(&plain);
	buf_done(&in);
	buf_done(&out);
	buf_done(&body);
	buf_done(&frame);
}

/* --- AVIF --- */

static size_t
open_box(struct buf *b, const char *type)
{
	put32(b, 0);
	buf_put(b, type, 4);
	return b->n - 8;
}

static void
close_box(struct buf *b, size_t at)
{
	check(buf_err(b) == 0);
	store_be32(b->p + at, (uint32_t)(b->n - at));
}

static void
put_box(struct buf *b, const char *type, struct bytes body)
{
	size_t at = open_box(b, type);

	buf_put(b, body.p, body.n);
	close_box(b, at);
}

static void
put_infe(struct buf *b, unsigned id, const char *type, const char *rest)
{
	size_t at = open_box(b, "infe");

	put32(b, 2U << 24);
	put16(b, id);
	put16(b, 0);
	buf_put(b, type, 4);
	buf_put(b, rest, strlen(rest) + 1);
	close_box(b, at);
}

/* An item of one extent; its offset is to be filled in at what is returned. */
static size_t
put_location(struct buf *b, unsigned id, unsigned method, size_t at, size_t n)
{
	put16(b, id);
	put16(b, method);
	put16(b, 0);
	put16(b, 1);
	put32(b, at);
	put32(b, n);
	return b->n - 8;
}

/* Where the tests put their hands. */
struct avif {
	struct buf b;
	size_t method, reference, offset, exif; /* of items 1 and 2 */
	size_t pixels, behind;
};

#define PIXELS "these are the pixels"
#define IDAT   "a grid"

static void
put_properties(struct buf *b)
{
	size_t iprp = open_box(b, "iprp"), ipco = open_box(b, "ipco");

	put_box(b, "ispe", bytes_of("\0\0\0\0\0\0\0\x10\0\0\0\x08", 12));
	put_box(b, "colr", bytes_of("nclx\0\1\0\2\0\1\x80", 11));
	put_box(b, "colr", bytes_str("prof" SECRET));
	put_box(b, "av1C", bytes_of("\x81\0\xc\0", 4));
	put_box(b, "irot", bytes_of("\1", 1));
	put_box(b, "udes", bytes_str(SECRET));
	close_box(b, ipco);
	put_box(b, "ipma",
	    bytes_of("\0\0\0\0\0\0\0\1\0\1\5\1\2\3\x84\x85", 16));
	put_box(b, "uuid", bytes_str(SECRET));
	close_box(b, iprp);
}

static void
put_items(struct avif *a)
{
	struct buf *b = &a->b;
	size_t at = open_box(b, "iinf");

	put32(b, 0);
	put16(b, 5);
	put_infe(b, 1, "av01", SECRET);
	put_infe(b, 2, "Exif", SECRET);
	put_infe(b, 3, "mime", "XMP\0application/rdf+xml");
	put_infe(b, 4, "grid", "");
	put_infe(b, 5, "uri ", SECRET);
	close_box(b, at);
	at = open_box(b, "iloc");
	put32(b, 1U << 24);
	put16(b, 0x4400);
	put16(b, 5);
	a->offset = put_location(b, 1, 0, 0, strlen(PIXELS));
	a->method = a->offset - 6;
	a->reference = a->offset - 4;
	a->exif = put_location(b, 2, 0, 0, strlen(SECRET));
	(void)put_location(b, 3, 1, strlen(IDAT), strlen(SECRET));
	(void)put_location(b, 4, 1, 0, strlen(IDAT));
	(void)put_location(b, 5, 1, strlen(IDAT), 1);
	close_box(b, at);
}

static void
put_meta(struct avif *a)
{
	struct buf *b = &a->b;
	size_t at = open_box(b, "meta");

	put32(b, 0);
	put_box(b, "hdlr",
	    bytes_of("\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0" SECRET,
		48));
	put_box(b, "pitm", bytes_of("\0\0\0\0\0\1", 6));
	put_items(a);
	put_properties(b);
	put_box(b, "iref",
	    bytes_of("\0\0\0\0\0\0\0\x0e"
		     "cdsc\0\2\0\1\0\1",
		18));
	put_box(b, "idat", bytes_str(IDAT SECRET));
	put_box(b, "xml ", bytes_str(SECRET));
	close_box(b, at);
}

static void
make_avif(struct avif *a)
{
	size_t at;

	*a = (struct avif){.pixels = 0};
	put_box(&a->b, "ftyp", bytes_of("avif\0\0\0\0avifmif1", 16));
	put_meta(a);
	put_box(&a->b, "free", bytes_str(SECRET));
	at = open_box(&a->b, "mdat");
	buf_put_str(&a->b, "SECRET" PIXELS SECRET SECRET);
	close_box(&a->b, at);
	a->behind = a->b.n;
	put_box(&a->b, "udta", bytes_str(SECRET));
	put_box(&a->b, "uuid", bytes_str("0123456789abcdef" SECRET));
	check(buf_err(&a->b) == 0);
	a->behind = a->b.n - a->behind;
	a->pixels = at + 8 + 6;
	store_be32(a->b.p + a->offset, (uint32_t)a->pixels);
	store_be32(a->b.p + a->exif, (uint32_t)(a->pixels + strlen(PIXELS)));
}

static void
avif(void)
{
	struct avif a;
	struct buf out;

	buf_init(&out, 0);
	make_avif(&a);
	comes_clean(&a.b, &out, a.behind);
	check(out.n == a.b.n);
	check(memcmp(out.p + a.pixels, PIXELS, strlen(PIXELS)) == 0);
	check(memmem(out.p, out.n, IDAT, strlen(IDAT)) != NULL);
	check(memmem(out.p, out.n, "nclx\0\1\0\2\0\1\x80", 11) != NULL);
	check(memmem(out.p, out.n, "irot\1", 5) != NULL);
	/* No reader is to take zeroes for Exif, XMP or a profile. */
	check(memmem(out.p, out.n, "Exif", 4) == NULL);
	check(memmem(out.p, out.n, "mime", 4) == NULL);
	check(memmem(out.p, out.n, "prof", 4) == NULL);
	check(!picture_moves(buf_bytes(&out)));
	buf_done(&a.b);
	buf_done(&out);
}

/* What cannot be understood is refused. */
static void
bad_avifs(void)
{
	struct avif a;
	struct buf out;

	buf_init(&out, 0);
	make_avif(&a);
	a.b.p[a.method + 1] = 2;
	check(clean(&out, buf_bytes(&a.b)) == QERR_UNKNOWN);
	a.b.p[a.method + 1] = 0;
	a.b.p[a.reference + 1] = 1;
	check(clean(&out, buf_bytes(&a.b)) == QERR_UNKNOWN);
	a.b.p[a.reference + 1] = 0;
	/* Over the end of mdat; into ftyp; all of the file as Exif. */
	store_be32(a.b.p + a.offset, (uint32_t)a.pixels + 80);
	check(clean(&out, buf_bytes(&a.b)) == QERR_RANGE);
	store_be32(a.b.p + a.offset, 4);
	check(clean(&out, buf_bytes(&a.b)) == QERR_RANGE);
	store_be32(a.b.p + a.offset, (uint32_t)a.pixels);
	store_be32(a.b.p + a.exif + 4, 0);
	check(clean(&out, buf_bytes(&a.b)) == QERR_RANGE);
	store_be32(a.b.p + a.exif + 4, 8);
	check(clean(&out, buf_bytes(&a.b)) == 0);
	/* Exif over the pixels: they go, and it does too. */
	store_be32(a.b.p + a.exif, (uint32_t)a.pixels);
	memcpy(a.b.p + a.pixels, "GPS", 3);
	check(clean(&out, buf_bytes(&a.b)) == 0 && !tells(buf_bytes(&out)));
	put_box(&a.b, "moov", bytes_str(SECRET));
	check(clean(&out, buf_bytes(&a.b)) == QERR_UNKNOWN);
	buf_done(&a.b);
	buf_done(&out);
}

/* More items, and more boxes of data, than there may be. */
static void
many_in_avif(void)
{
	struct avif a;
	struct buf out, more;
	uint8_t *iinf;

	buf_init(&out, 0);
	buf_init(&more, 0);
	make_avif(&a);
	for (int i = 1; i < 16; i++)
		put_box(&a.b, "mdat", bytes_str(SECRET));
	check(clean(&out, buf_bytes(&a.b)) == 0 && !tells(buf_bytes(&out)));
	put_box(&a.b, "mdat", bytes_str(SECRET));
	check(clean(&out, buf_bytes(&a.b)) == QERR_RANGE);
	buf_done(&a.b);

	for (unsigned n = 1024; n <= 1025; n++) {
		size_t k;

		make_avif(&a);
		buf_clear(&more);
		for (unsigned id = 6; id <= n; id++)
			put_infe(&more, id, "free", "");
		iinf = memmem(a.b.p, a.b.n, "iinf", 4);
		check(iinf != NULL);
		k = (size_t)(iinf - a.b.p) - 4;
		store_be32(a.b.p + k,
		    (uint32_t)(load_be32(a.b.p + k) + more.n));
		k = 24; /* meta, behind ftyp */
		store_be32(a.b.p + k,
		    (uint32_t)(load_be32(a.b.p + k) + more.n));
		store_be32(a.b.p + a.offset, (uint32_t)(a.pixels + more.n));
		store_be32(a.b.p + a.exif,
		    (uint32_t)(a.pixels + more.n + strlen(PIXELS)));
		k = (size_t)(iinf - a.b.p) + 4 + 6;
		insert(&a.b, k, buf_bytes(&more));
		check(clean(&out, buf_bytes(&a.b)) ==
		      (n == 1024 ? 0 : QERR_RANGE));
		buf_done(&a.b);
	}
	buf_done(&out);
	buf_done(&more);
}

static void
no_picture(void)
{
	struct buf out;

	buf_init(&out, 0);
	check(clean(&out, bytes_str("")) == QERR_TYPE);
	check(clean(&out, bytes_str("<svg xmlns='x'>")) == QERR_TYPE);
	check(clean(&out, bytes_str("%PDF-1.4")) == QERR_TYPE);
	check(picture_orientation(bytes_str("x")) == 1);
	check(!picture_moves(bytes_str("x")));
	buf_done(&out);
}

int
main(void)
{
	for (uint32_t o = 1; o <= 8; o++)
		jpeg(o % 2 == 0, o, o == 3);
	jpeg_of_inks();
	bad_jpegs();
	png(1);
	png(6);
	moving_png();
	bad_pngs();
	gif();
	plain_webp(0);
	plain_webp(80);
	still_webp(0);
	still_webp(80);
	moving_webp();
	avif();
	bad_avifs();
	many_in_avif();
	no_picture();
	return 0;
}
