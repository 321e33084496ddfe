#include "daemon/picture/clean.h"

#include "daemon/picture/clean_inner.h"
#include "proto/base/qerr.h"

size_t
read_left(const struct reader *r)
{
	return r->err != 0 ? 0 : (size_t)(r->end - r->p);
}

void
put_be16(struct buf *b, uint16_t v)
{
	uint8_t be[2];

	store_be16(be, v);
	buf_put(b, be, sizeof(be));
}

void
put_be32(struct buf *b, uint32_t v)
{
	uint8_t be[4];

	store_be32(be, v);
	buf_put(b, be, sizeof(be));
}

static int
clean(struct buf *b, struct bytes picture, enum picture_type type)
{
	switch (type) {
	case PICTURE_JPEG:
		return clean_jpeg(b, picture);
	case PICTURE_PNG:
		return clean_png(b, picture);
	case PICTURE_WEBP:
		return clean_webp(b, picture);
	case PICTURE_GIF:
		return clean_gif(b, picture);
	case PICTURE_AVIF:
		return clean_avif(b, picture);
	}
	return QERR_TYPE;
}

/* A stranger may have said the size where it does not belong: now it is gone. */
static int
check_size(struct bytes clean, uint32_t width, uint32_t height)
{
	enum picture_type type;
	uint32_t w, h;
	int r = picture_look(clean, &type, &w, &h);

	return r != 0 || w != width || h != height ? QERR_RANGE : 0;
}

int
picture_clean(struct buf *b, struct bytes picture)
{
	enum picture_type type;
	uint32_t width, height;
	size_t before = b->n;
	int r = picture_look(picture, &type, &width, &height);

	if (r == 0)
		r = clean(b, picture, type);
	if (r == 0)
		r = buf_err(b);
	if (r == 0)
		r = check_size(bytes_of(b->p + before, b->n - before), width,
		    height);
	if (r != 0)
		b->n = before;
	return r;
}

int
picture_orientation(struct bytes clean)
{
	enum picture_type type;
	uint32_t width, height;

	if (picture_look(clean, &type, &width, &height) != 0)
		return 1;
	if (type == PICTURE_JPEG)
		return jpeg_orientation(clean);
	return type == PICTURE_PNG ? png_orientation(clean) : 1;
}

bool
picture_moves(struct bytes clean)
{
	enum picture_type type;
	uint32_t width, height;

	if (picture_look(clean, &type, &width, &height) != 0)
		return false;
	if (type == PICTURE_PNG)
		return png_moves(clean);
	if (type == PICTURE_GIF)
		return gif_moves(clean);
	return type == PICTURE_WEBP && webp_moves(clean);
}
