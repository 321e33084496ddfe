#include "daemon/picture/exif.h"

#define ORIENTATION 0x0112
#define SHORT       3
#define ENTRY_LEN   12

static uint32_t
get16(const uint8_t *p, bool big)
{
	return big ? load_be16(p) : (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t
get32(const uint8_t *p, bool big)
{
	return big ? load_be32(p) : load_le32(p);
}

/* The entries of the first directory; NULL if there is no such thing. */
static const uint8_t *
directory(struct bytes tiff, bool *big, size_t *ret_n)
{
	uint32_t at;

	if (tiff.n < 8)
		return NULL;
	*big = tiff.p[0] == 'M';
	if (memcmp(tiff.p, *big ? "MM\0*" : "II*\0", 4) != 0)
		return NULL;
	at = get32(tiff.p + 4, *big);
	if (at > tiff.n || tiff.n - at < 2)
		return NULL;
	*ret_n = get16(tiff.p + at, *big);
	if (*ret_n > (tiff.n - at - 2) / ENTRY_LEN)
		*ret_n = (tiff.n - at - 2) / ENTRY_LEN;
	return tiff.p + at + 2;
}

int
exif_orientation(struct bytes tiff)
{
	size_t n = 0;
	bool big;
	const uint8_t *p = directory(tiff, &big, &n);

	for (; n > 0; n--, p += ENTRY_LEN) {
		uint32_t v = get16(p + 8, big);

		if (get16(p, big) == ORIENTATION &&
		    get16(p + 2, big) == SHORT && get32(p + 4, big) == 1)
			return v >= 1 && v <= 8 ? (int)v : 1;
	}
	return 1;
}

void
exif_put(struct buf *b, int orientation)
{
	static const uint8_t before[] = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
	    ORIENTATION >> 8, ORIENTATION & 255, 0, SHORT, 0, 0, 0, 1, 0};
	static const uint8_t after[6] = {0};

	buf_put(b, before, sizeof(before));
	buf_put_u8(b, (uint8_t)orientation);
	buf_put(b, after, sizeof(after));
}
