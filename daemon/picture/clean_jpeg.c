/*
 * ITU-T T.81 annex B:  SOI (marker length body)* EOI, where SOS is followed by
 * entropy-coded data up to the next marker.  Baseline, extended and progressive
 * Huffman coding, which is what browsers show.
 */
#include "daemon/picture/clean_inner.h"
#include "daemon/picture/exif.h"
#include "proto/base/qerr.h"

/* An encoder makes a dozen; each costs a decoder a pass over all pixels. */
#define SCANS_MAX 100

enum marker {
	SOF0 = 0xc0,
	SOF1 = 0xc1,
	SOF2 = 0xc2,
	DHT = 0xc4,
	RST0 = 0xd0,
	RST7 = 0xd7,
	SOI = 0xd8,
	EOI = 0xd9,
	SOS = 0xda,
	DQT = 0xdb,
	DRI = 0xdd,
	APP0 = 0xe0,
	APP1 = 0xe1,
	APP14 = 0xee,
	COM = 0xfe,
};

/* What the segments before the first scan say that matters for showing it. */
struct facts {
	bool jfif, adobe;
	uint8_t transform; /* Adobe's: 0 RGB or CMYK, 1 YCbCr, 2 YCCK */
	int orientation;
};

static uint8_t
next_marker(struct reader *r)
{
	uint8_t m;

	if (reader_u8(r) != 0xff)
		reader_fail(r, QERR_RANGE);
	do
		m = reader_u8(r);
	while (m == 0xff);
	return m;
}

static struct bytes
next_body(struct reader *r)
{
	uint16_t n = reader_be16(r);

	if (n < 2) {
		reader_fail(r, QERR_RANGE);
		return bytes_of(NULL, 0);
	}
	return bytes_of(reader_bytes(r, n - 2u), n - 2u);
}

static bool
begins(struct bytes body, const char *with, size_t n)
{
	return body.n >= n && memcmp(body.p, with, n) == 0;
}

static void
note(struct facts *f, uint8_t marker, struct bytes body)
{
	if (marker == APP0 && begins(body, "JFIF", 5)) {
		f->jfif = true;
	} else if (marker == APP14 && begins(body, "Adobe", 5) &&
		   body.n >= 12) {
		f->adobe = true;
		f->transform = body.p[11];
	} else if (marker == APP1 && begins(body, "Exif\0", 6) &&
		   f->orientation == 1) {
		f->orientation =
		    exif_orientation(bytes_of(body.p + 6, body.n - 6));
	}
}

static struct facts
survey(struct bytes picture)
{
	struct facts f = {.orientation = 1};
	struct reader r;

	reader_init(&r, picture.p, picture.n);
	(void)reader_bytes(&r, 2);
	while (r.err == 0) {
		uint8_t marker = next_marker(&r);
		struct bytes body = next_body(&r);

		if (r.err != 0 || marker == SOS)
			break;
		note(&f, marker, body);
	}
	return f;
}

static void
put_segment(struct buf *b, uint8_t marker, struct bytes body)
{
	buf_put_u8(b, 0xff);
	buf_put_u8(b, marker);
	put_be16(b, (uint16_t)(body.n + 2));
	buf_put(b, body.p, body.n);
}

/* No density and no versions: none of them changes what is seen. */
static void
put_facts(struct buf *b, const struct facts *f)
{
	static const uint8_t jfif[] = {
	    'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0};
	uint8_t adobe[] = {
	    'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, f->transform};

	if (f->jfif)
		put_segment(b, APP0, bytes_of(jfif, sizeof(jfif)));
	if (f->orientation != 1) {
		buf_put_u8(b, 0xff);
		buf_put_u8(b, APP1);
		put_be16(b, 2 + 6 + EXIF_LEN);
		buf_put(b, "Exif\0", 6);
		exif_put(b, f->orientation);
	}
	if (f->adobe)
		put_segment(b, APP14, bytes_of(adobe, sizeof(adobe)));
}

/* B.2.4.1: tables of 64 numbers of 8 or 16 bits. */
static bool
dqt_ok(struct reader *r)
{
	while (read_left(r) > 0) {
		uint8_t pt = reader_u8(r);

		if ((pt >> 4) > 1 || (pt & 15) > 3)
			return false;
		(void)reader_bytes(r, (pt >> 4) == 0 ? 64 : 128);
	}
	return r->err == 0;
}

/* B.2.4.2: 16 counts, and so many symbols. */
static bool
dht_ok(struct reader *r)
{
	while (read_left(r) > 0) {
		uint8_t ct = reader_u8(r);
		const uint8_t *count = reader_bytes(r, 16);
		size_t n = 0;

		for (size_t i = 0; count != NULL && i < 16; i++)
			n += count[i];
		if ((ct >> 4) > 1 || (ct & 15) > 3 || n > 256)
			return false;
		(void)reader_bytes(r, n);
	}
	return r->err == 0;
}

static bool
sof_ok(struct bytes body)
{
	return body.n >= 6 && body.p[0] == 8 &&
	       (body.p[5] == 1 || body.p[5] == 3 || body.p[5] == 4) &&
	       body.n == 6 + 3u * body.p[5];
}

static bool
sos_ok(struct bytes body)
{
	return body.n >= 1 && body.p[0] >= 1 && body.p[0] <= 4 &&
	       body.n == 4 + 2u * body.p[0];
}

/* A segment is nothing but what it is for: nothing hides behind it. */
static bool
is_whole(uint8_t marker, struct bytes body)
{
	struct reader r;

	reader_init(&r, body.p, body.n);
	switch (marker) {
	case DQT:
		return dqt_ok(&r);
	case DHT:
		return dht_ok(&r);
	case DRI:
		return body.n == 2;
	case SOS:
		return sos_ok(body);
	default:
		return sof_ok(body);
	}
}

/* Up to the next marker; 0xff00 is a byte 0xff, and RSTn belong to the data. */
static void
copy_entropy(struct buf *b, struct reader *r)
{
	const uint8_t *p = r->p;

	while ((p = memchr(p, 0xff, (size_t)(r->end - p))) != NULL) {
		if (r->end - p < 2)
			break;
		if (p[1] != 0 && !(p[1] >= RST0 && p[1] <= RST7)) {
			buf_put(b, r->p, (size_t)(p - r->p));
			r->p = p;
			return;
		}
		p += 2;
	}
	reader_fail(r, QERR_TRUNCATED);
}

static void
copy_segment(struct buf *b, struct reader *r, uint8_t marker)
{
	struct bytes body = next_body(r);

	if (r->err != 0)
		return;
	if (!is_whole(marker, body)) {
		reader_fail(r, QERR_RANGE);
		return;
	}
	put_segment(b, marker, body);
	if (marker == SOS)
		copy_entropy(b, r);
}

static bool
is_needed(uint8_t m)
{
	return m == DQT || m == DHT || m == DRI || m == SOS ||
	       (m >= SOF0 && m <= SOF2);
}

/* APPn, JPGn and COM say things; whatever else is there would have to be shown. */
static bool
is_talk(uint8_t m)
{
	return m >= APP0 && m <= COM;
}

static void
copy(struct buf *b, struct reader *r)
{
	unsigned frames = 0, scans = 0;
	uint8_t m;

	while (m = next_marker(r), r->err == 0 && m != EOI) {
		frames += m >= SOF0 && m <= SOF2;
		scans += m == SOS;
		if (frames > 1 || scans > SCANS_MAX || (scans > 0 && !frames))
			reader_fail(r, QERR_RANGE);
		else if (is_needed(m))
			copy_segment(b, r, m);
		else if (is_talk(m))
			(void)next_body(r);
		else
			reader_fail(r, QERR_RANGE);
	}
	if (scans == 0)
		reader_fail(r, QERR_TRUNCATED);
}

int
clean_jpeg(struct buf *b, struct bytes picture)
{
	struct facts f = survey(picture);
	struct reader r;

	reader_init(&r, picture.p, picture.n);
	buf_put(b, "\xff\xd8", 2);
	(void)reader_bytes(&r, 2);
	put_facts(b, &f);
	copy(b, &r);
	buf_put(b, "\xff\xd9", 2);
	return r.err;
}

int
jpeg_orientation(struct bytes picture)
{
	return survey(picture).orientation;
}
