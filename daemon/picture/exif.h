#ifndef QUIRE_PICTURE_EXIF_H
#define QUIRE_PICTURE_EXIF_H

#include "proto/base/buf.h"

/*
 * Exif's one honest fact: how the camera was held.  |tiff| is what begins with
 * TIFF 6.0's header, "II" or "MM", in JPEG behind "Exif\0\0".
 */
#define EXIF_LEN 26

/* The orientation that |tiff| tells, 2..8; 1 if it is broken or tells none. */
int exif_orientation(struct bytes tiff);

/* Append EXIF_LEN bytes that tell |orientation| and nothing else. */
void exif_put(struct buf *b, int orientation);

#endif
