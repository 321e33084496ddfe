#ifndef QUIRE_PICTURE_CLEAN_INNER_H
#define QUIRE_PICTURE_CLEAN_INNER_H

#include "daemon/picture/clean.h"
#include "proto/base/reader.h"

/* One format each; as picture_clean(), but may leave half a picture in |b|. */
int clean_jpeg(struct buf *b, struct bytes picture);
int clean_png(struct buf *b, struct bytes picture);
int clean_gif(struct buf *b, struct bytes picture);
int clean_webp(struct buf *b, struct bytes picture);
int clean_avif(struct buf *b, struct bytes picture);

int jpeg_orientation(struct bytes picture);
int png_orientation(struct bytes picture);
bool gif_moves(struct bytes picture);
bool png_moves(struct bytes picture);
bool webp_moves(struct bytes picture);

/* All that is left of |r|. */
size_t read_left(const struct reader *r);

/* Big-endian, as JPEG, PNG and ISO boxes have it. */
void put_be16(struct buf *b, uint16_t v);
void put_be32(struct buf *b, uint32_t v);

#endif
