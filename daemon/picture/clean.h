#ifndef QUIRE_PICTURE_CLEAN_H
#define QUIRE_PICTURE_CLEAN_H

#include "proto/base/buf.h"
#include "proto/object/picture.h"

/*
 * A picture without what it says of who made it, where, when and with what.  Such
 * words can jail a source, so this goes by what a picture needs to be shown, and
 * not by what is known to be dangerous:
 *
 *	JPEG	tables, frame, scans; JFIF and Adobe's colour transform, rewritten
 *	PNG	IHDR PLTE IDAT IEND, tRNS gAMA cHRM sRGB bKGD, acTL fcTL fdAT
 *	GIF	tables, frames and their timing, the loop
 *	WebP	VP8, VP8L, ALPH, and of a moving one ANIM, ANMF
 *	AVIF	the items that are pixels and what describes them
 *
 * All else goes: Exif, XMP, IPTC, comments, thumbnails, colour profiles (they name
 * devices), dates, and whatever stands behind the picture's end (a second picture,
 * a film).  Of Exif the orientation alone is kept, in JPEG and PNG.  Pixels stay
 * bit for bit what they were.
 *
 * AVIF finds its data by offsets from the file's beginning: there nothing moves, but
 * is overwritten by zeroes, and a box that is not needed becomes a `free` one.
 */

/*
 * Append the clean |picture|, of as many pixels and of at most 64 bytes more.  What
 * is clean already comes out as it is.  0; QERR_TYPE if it is none of the five, QERR_UNKNOWN
 * if it is a kind of these that cannot be made sure of (a moving AVIF, one whose
 * items lie elsewhere), QERR_TRUNCATED or QERR_RANGE if it is broken, QERR_NOMEM:
 * then nothing is appended.
 */
int picture_clean(struct buf *b, struct bytes picture);

/*
 * Of a clean picture: how it is to be turned before it is shown, 1..8 as Exif 2.32
 * §4.6.4 counts, 1 being upright; and if it moves.
 */
int picture_orientation(struct bytes clean);
bool picture_moves(struct bytes clean);

#endif
