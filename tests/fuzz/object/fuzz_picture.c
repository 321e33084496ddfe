#include "proto/object/picture.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a picture says of itself is inside its bounds. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum picture_type t;
	uint32_t w, h;

	if (picture_look(bytes_of(data, size), &t, &w, &h) != 0)
		return 0;
	check(w >= 1 && w <= PICTURE_SIDE_MAX && h >= 1 &&
	      h <= PICTURE_SIDE_MAX);
	check(t >= PICTURE_JPEG && t <= PICTURE_AVIF);
	return 0;
}
