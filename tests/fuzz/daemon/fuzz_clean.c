#include "daemon/picture/clean.h"
#include "daemon/picture/decode.h"
#include "daemon/picture/render.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
has_at_most(struct bytes picture, uint64_t pixels)
{
	enum picture_type type;
	uint32_t width, height;

	check(picture_look(picture, &type, &width, &height) == 0);
	return (uint64_t)width * height <= pixels;
}

static void
see(struct bytes clean)
{
	enum picture_type type;
	uint32_t width, height;
	struct canvas c;

	check(picture_look(clean, &type, &width, &height) == 0);
	if (decode(&c, type, clean, 100) != 0)
		return;
	check(c.width >= 1 && c.width <= 100);
	check(c.height >= 1 && c.height <= 100);
	check(canvas_turn(&c, picture_orientation(clean)) == 0);
	canvas_done(&c);
}

static void
publish(struct bytes picture)
{
	struct picture_set set;
	struct buf why;

	picture_set_init(&set);
	buf_init(&why, 0);
	if (picture_render(&set, picture, &why) == 0)
		check(picture_set_check(&set) == 0);
	else
		check(why.n > 0);
	picture_set_done(&set);
	buf_done(&why);
}

/* What is clean stays as it is; and of anything comes a sound set, or a sentence. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once, twice;

	buf_init(&once, 0);
	buf_init(&twice, 0);
	if (picture_clean(&once, bytes_of(data, size)) == 0) {
		check(once.n <= size + 64);
		check(picture_clean(&twice, buf_bytes(&once)) == 0);
		check(bytes_eq(buf_bytes(&once), buf_bytes(&twice)));
		if (has_at_most(buf_bytes(&once), 1 << 20))
			see(buf_bytes(&once));
		if (has_at_most(buf_bytes(&once), 1 << 12))
			publish(bytes_of(data, size));
	}
	buf_done(&once);
	buf_done(&twice);
	return 0;
}
