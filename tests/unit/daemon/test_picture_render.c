#include "daemon/picture/render.h"

#include <stdlib.h>

#include "daemon/picture/clean.h"
#include "daemon/picture/decode.h"
#include "daemon/picture/shrink.h"
#include "daemon/picture/squeeze.h"
#include "daemon/work/ingest_wire.h"
#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "tests/lib/check.h"
#include "tests/lib/picture_more.h"

static struct picture_set set;
static struct buf in, why;

/* --- what is expected of whatever comes out --- */

static void
fits(const struct picture_file *f, size_t bytes, uint32_t side)
{
	check(f->data.n > 0 && f->data.n <= bytes);
	check(f->width <= side && f->height <= side);
}

/* Render |in| twice: the same, in order, and through the wire too. */
static int
render(void)
{
	struct picture_set again, back;
	struct buf wire;
	int r;

	picture_set_done(&set);
	picture_set_init(&set);
	picture_set_init(&again);
	picture_set_init(&back);
	buf_init(&wire, 0);
	buf_clear(&why);
	r = picture_render(&set, buf_bytes(&in), &why);
	check((r == 0) == (why.n == 0));
	if (r == 0) {
		check(picture_render(&again, buf_bytes(&in), &why) == 0);
		check(picture_set_check(&set) == 0);
		ingest_put_pictures(&wire, &set);
		check(ingest_get_pictures(&back, buf_bytes(&wire)) == 0);
		check(bytes_eq(buf_bytes(&back.large.data),
		    buf_bytes(&again.large.data)));
		check(bytes_eq(buf_bytes(&back.small.data),
		    buf_bytes(&again.small.data)));
	}
	if (r == 0 && set.small.data.n > 0) {
		fits(&set.small, PICTURE_SMALL_MAX, RENDER_SMALL_SIDE);
		check(set.small.data.n * 3 < set.large.data.n * 2);
	}
	buf_done(&wire);
	picture_set_done(&again);
	picture_set_done(&back);
	return r;
}

static bool
is_kept(void)
{
	return bytes_eq(buf_bytes(&set.large.data), buf_bytes(&in));
}

static void
both_made(void)
{
	check(set.large.type == PICTURE_WEBP && set.small.type == PICTURE_WEBP);
	fits(&set.large, PICTURE_LARGE_MAX, RENDER_LARGE_SIDE);
	check(set.small.data.n > 0);
}

/* --- pixels --- */

static bool
is_about(const uint8_t *p, int red, int green, int blue, int opacity)
{
	return abs(p[0] - red) < 80 && abs(p[1] - green) < 80 &&
	       abs(p[2] - blue) < 80 && abs(p[3] - opacity) < 80;
}

static const uint8_t *
at(const struct canvas *c, uint32_t x, uint32_t y)
{
	return canvas_row(c, c->height * y / 8) +
	       (size_t)(c->width * x / 8) * 4;
}

/* The letter of the colour of draw_corners() there. */
static char
colour(const uint8_t *p)
{
	return is_about(p, 255, 0, 0, 255)       ? 'r'
	       : is_about(p, 0, 255, 0, 255)     ? 'g'
	       : is_about(p, 0, 0, 255, 255)     ? 'b'
	       : is_about(p, 255, 255, 255, 255) ? 'w'
						 : '?';
}

/* The corners of |f|, row by row, are the colours |like|. */
static void
shows(const struct picture_file *f, const char *like)
{
	char seen[5] = {0};
	struct canvas c;

	check(decode(&c, f->type, buf_bytes(&f->data), 1600) == 0);
	check(c.width == f->width && c.height == f->height);
	for (uint32_t i = 0; i < 4; i++)
		seen[i] = colour(at(&c, i % 2 == 0 ? 2 : 6, i < 2 ? 2 : 6));
	if (strcmp(seen, like) != 0)
		fprintf(stderr, "%s, not %s\n", seen, like);
	check(strcmp(seen, like) == 0);
	canvas_done(&c);
}

/* --- orientation --- */

static void
put_orientation(uint8_t o)
{
	uint8_t app[] = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M',
	    0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, o, 0, 0, 0,
	    0, 0, 0};

	insert(&in, 20, bytes_of(app, sizeof(app)));
}

/* What Exif 2.32 says that the 0th row and column are, as corners. */
static void
stands_upright(void)
{
	static const char *const like[] = {
	    "rgbw", "grwb", "wbgr", "bwrg", "rbgw", "brwg", "wgbr", "gwrb"};
	struct canvas c;

	draw_corners(&c, 96, 64);
	for (int o = 1; o <= 8; o++) {
		buf_clear(&in);
		make_jpeg(&in, &c, 90);
		put_orientation((uint8_t)o);
		check(render() == 0);
		check(set.large.type == (o == 1 ? PICTURE_JPEG : PICTURE_WEBP));
		check(set.large.width == (o < 5 ? 96 : 64));
		check(set.large.height == (o < 5 ? 64 : 96));
		check(picture_orientation(buf_bytes(&set.large.data)) == 1);
		shows(&set.large, like[o - 1]);
	}
	canvas_done(&c);
}

/* Large enough that both are made, and both are turned. */
static void
both_stand_upright(void)
{
	struct canvas c, lies;

	draw_noise(&c, 1000, 600);
	draw_corners(&lies, 1000, 600);
	for (size_t i = 0; i < (size_t)1000 * 600 * 4; i++)
		c.rgba[i] = (uint8_t)(lies.rgba[i] / 4 * 3 + c.rgba[i] % 64);
	buf_clear(&in);
	make_jpeg(&in, &c, 90);
	put_orientation(6);
	check(render() == 0);
	both_made();
	check(set.large.width < set.large.height);
	shows(&set.large, "brwg");
	shows(&set.small, "brwg");
	canvas_done(&c);
	canvas_done(&lies);
}

/* --- which are kept, which are made --- */

static void
little_stays_alone(void)
{
	struct canvas c;

	draw_noise(&c, 60, 60);
	for (int i = 0; i < 3; i++) {
		buf_clear(&in);
		if (i == 0)
			make_png(&in, &c);
		else if (i == 1)
			make_jpeg(&in, &c, 85);
		else
			make_webp(&in, &c, 90);
		check(in.n <= PICTURE_ALONE_MAX);
		check(render() == 0 && is_kept() && set.small.data.n == 0);
	}
	canvas_done(&c);

	/* So few bytes can be so many pixels that a reader's machine chokes. */
	draw_corners(&c, 2000, 1500);
	buf_clear(&in);
	make_webp(&in, &c, 10);
	check(in.n <= PICTURE_ALONE_MAX);
	check(render() == 0);
	fits(&set.large, PICTURE_LARGE_MAX, RENDER_LARGE_SIDE);
	canvas_done(&c);
}

static void
middling_stays_beside_a_small_one(void)
{
	struct canvas c;

	draw_noise(&c, 300, 200);
	buf_clear(&in);
	make_jpeg(&in, &c, 90);
	check(in.n > PICTURE_ALONE_MAX && in.n <= RENDER_AS_IT_IS);
	check(render() == 0 && is_kept() && set.small.data.n > 0);
	canvas_done(&c);

	/* Few bytes, but more pixels than a screen has. */
	draw_corners(&c, 2400, 1600);
	buf_clear(&in);
	make_jpeg(&in, &c, 75);
	check(in.n > PICTURE_ALONE_MAX && in.n <= RENDER_AS_IT_IS);
	check(render() == 0 && set.large.data.n <= in.n);
	fits(&set.large, PICTURE_LARGE_MAX, RENDER_LARGE_SIDE);
	check(set.large.width == 1600 && set.large.height == 1067);
	shows(&set.large, "rgbw");
	canvas_done(&c);
}

static void
large_is_made_smaller(void)
{
	struct canvas c;

	draw_noise(&c, 850, 600);
	for (int i = 0; i < 3; i++) {
		buf_clear(&in);
		if (i < 2)
			make_jpeg_as(&in, &c, 60, JCS_EXT_RGBA, i == 1);
		else
			make_webp(&in, &c, 60);
		check(in.n > RENDER_AS_IT_IS);
		check(render() == 0);
		both_made();
	}
	canvas_done(&c);
}

/* --- kinds of pixels --- */

static void
all_kinds_of_png(void)
{
	static const int types[] = {
	    PNG_COLOR_TYPE_RGBA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_GRAY};
	struct canvas c, d;

	draw_corners(&c, 40, 30);
	for (int i = 0; i < 12; i++) {
		bool grey = types[i % 3] == PNG_COLOR_TYPE_GRAY;

		buf_clear(&in);
		make_png_as(&in, &c, types[i % 3], i % 2 == 0 ? 8 : 16,
		    i < 6 ? PNG_INTERLACE_NONE : PNG_INTERLACE_ADAM7);
		check(decode(&d, PICTURE_PNG, buf_bytes(&in), 20) == 0);
		check(d.width == 20 && d.height == 15);
		/* Where grey is made of red alone. */
		check(colour(at(&d, 2, 2)) == (grey ? 'w' : 'r'));
		check(colour(at(&d, 6, 6)) == 'w');
		check(grey ? is_about(at(&d, 2, 6), 0, 0, 0, 255)
			   : colour(at(&d, 2, 6)) == 'b');
		canvas_done(&d);
	}
	canvas_done(&c);
}

static void
palette_png(void)
{
	png_image image = {.version = PNG_IMAGE_VERSION,
	    .width = 2,
	    .height = 1,
	    .format = PNG_FORMAT_RGBA_COLORMAP,
	    .colormap_entries = 2};
	static const uint8_t colours[8] = {0, 255, 0, 255, 0, 0, 255, 0};
	static const uint8_t pixels[2] = {0, 1};
	png_alloc_size_t n = 4096;
	struct canvas c;

	buf_clear(&in);
	check(buf_grow(&in, n) != NULL);
	check(png_image_write_to_memory(&image, in.p, &n, 0, pixels, 0,
		  colours) != 0);
	check(decode(&c, PICTURE_PNG, bytes_of(in.p, n), 100) == 0);
	check(colour(c.rgba) == 'g' && c.rgba[7] == 0);
	canvas_done(&c);
}

/* Paper: 255 is no ink, as Adobe's programs write it. */
static void
four_inks(void)
{
	struct canvas c, d;

	check(canvas_init(&c, 32, 16) == 0);
	for (size_t i = 0; i < (size_t)32 * 16; i++)
		memcpy(c.rgba + i * 4,
		    i % 32 < 16 ? "\xff\0\xff\xff" : "\xff\xff\xff\0", 4);
	buf_clear(&in);
	make_jpeg_as(&in, &c, 95, JCS_CMYK, false);
	check(decode(&d, PICTURE_JPEG, buf_bytes(&in), 100) == 0);
	check(is_about(at(&d, 2, 4), 255, 0, 255, 255));
	check(is_about(at(&d, 6, 4), 0, 0, 0, 255));
	canvas_done(&d);
	canvas_done(&c);
}

static void
what_is_clear_stays_clear(void)
{
	struct canvas c, d;

	draw_noise(&c, 700, 500);
	for (uint32_t y = 0; y < 500; y++)
		for (uint32_t x = 0; x < 350; x++)
			canvas_row(&c, y)[(size_t)x * 4 + 3] = 0;
	for (int i = 0; i < 2; i++) {
		buf_clear(&in);
		if (i == 0)
			make_png(&in, &c);
		else
			make_webp(&in, &c, 0);
		check(render() == 0);
		both_made();
		check(decode(&d, PICTURE_WEBP, buf_bytes(&set.small.data),
			  480) == 0);
		check(at(&d, 2, 4)[3] == 0 && at(&d, 6, 4)[3] == 255);
		canvas_done(&d);
	}
	canvas_done(&c);
}

/* --- means --- */

/* In any ratio, means of one colour are that colour, and no light is lost. */
static void
shrinks_evenly(void)
{
	struct canvas from, to;
	uint64_t before = 0, after = 0;

	draw_corners(&from, 97, 61);
	for (uint32_t w = 1; w <= 97; w += 3) {
		check(canvas_init(&to, w, (w + 1) / 2) == 0);
		check(shrink_canvas(&to, &from) == 0);
		for (size_t i = 0; i < (size_t)to.width * to.height; i++)
			check(to.rgba[i * 4 + 3] == 255);
		if (w > 4)
			check(memcmp(to.rgba, from.rgba, 4) == 0 &&
			      to.rgba[to.width * 4 - 3] == 255);
		canvas_done(&to);
	}
	check(canvas_init(&to, 97, 61) == 0);
	check(shrink_canvas(&to, &from) == 0);
	check(memcmp(to.rgba, from.rgba, (size_t)97 * 61 * 4) == 0);
	canvas_done(&to);
	canvas_done(&from);

	draw_noise(&from, 90, 60);
	check(canvas_init(&to, 30, 20) == 0);
	check(shrink_canvas(&to, &from) == 0);
	for (size_t i = 0; i < (size_t)90 * 60 * 4; i += 4)
		before += from.rgba[i];
	for (size_t i = 0; i < (size_t)30 * 20 * 4; i += 4)
		after += to.rgba[i];
	/* Each mean is rounded: off by half at most. */
	check(llabs((long long)(before - after * 9)) <= 30 * 20 * 9 / 2);
	canvas_done(&to);
	canvas_done(&from);
}

/* A clear pixel's colour does not show beside an opaque one. */
static void
clear_has_no_colour(void)
{
	uint8_t two[8] = {255, 0, 0, 255, 0, 255, 0, 0}, one[4];
	struct canvas from = {2, 1, two}, to = {1, 1, one};

	check(shrink_canvas(&to, &from) == 0);
	check(one[0] == 255 && one[1] == 0 && one[3] == 128);
}

static void
sizes_that_fit(void)
{
	uint32_t w = 4000, h = 3000;

	canvas_fit(&w, &h, 1600);
	check(w == 1600 && h == 1200);
	w = 65535, h = 1;
	canvas_fit(&w, &h, 480);
	check(w == 480 && h == 1);
	canvas_fit(&w, &h, 480);
	check(w == 480 && h == 1);
}

static void
squeezes_into_anything(void)
{
	uint32_t w, h;
	struct canvas c;
	struct buf b;

	buf_init(&b, 0);
	draw_noise(&c, 800, 600);
	for (size_t budget = 200; budget < 100000; budget *= 3) {
		buf_clear(&b);
		check(squeeze(&b, &w, &h, &c, 480, budget) == 0);
		check(b.n <= budget && w <= 480 && h <= 480 && w > h);
	}
	check(squeeze(&b, &w, &h, &c, 480, 10) == QERR_TOOBIG);
	canvas_done(&c);
	buf_done(&b);
}

/* --- what moves, and AVIF --- */

/* What moves and is small goes on moving; who has a bad line gets its first. */
static void
what_moves_and_is_small_is_kept(void)
{
	struct canvas c;

	draw_corners(&c, 900, 600);
	for (int interlace = 0; interlace < 2; interlace++) {
		buf_clear(&in);
		make_gif(&in, &c, 12, interlace == 1);
		check(in.n > PICTURE_ALONE_MAX && in.n <= PICTURE_LARGE_MAX);
		check(render() == 0 && is_kept());
		check(picture_moves(buf_bytes(&set.large.data)));
		shows(&set.large, "rgbw");
		shows(&set.small, "rgbw");
	}
	canvas_done(&c);
}

/* Of what is more than a picture may be the first is published. */
static void
what_moves_and_is_large_stands_still(void)
{
	struct canvas c, noise;

	draw_corners(&c, 900, 600);
	buf_clear(&in);
	make_gif(&in, &c, 60, false);
	check(in.n > PICTURE_LARGE_MAX && render() == 0);
	check(set.large.type == PICTURE_WEBP);
	check(!picture_moves(buf_bytes(&set.large.data)));
	shows(&set.large, "rgbw");
	draw_noise(&noise, 400, 300);
	buf_clear(&in);
	make_moving_webp(&in, &noise);
	check(in.n > PICTURE_LARGE_MAX && render() == 0);
	both_made();
	/* acTL: libpng shows its first. */
	buf_clear(&in);
	make_png(&in, &noise);
	insert(&in, 33,
	    bytes_of("\0\0\0\x08"
		     "acTL\0\0\0\1\0\0\0\0\xb4\x2d\xe9\xa0",
		20));
	check(in.n > PICTURE_LARGE_MAX && render() == 0);
	both_made();
	canvas_done(&c);
	canvas_done(&noise);
}

static void
still_gif(void)
{
	struct canvas c;

	draw_corners(&c, 2000, 300);
	/* What is clear in a corner stays so. */
	for (uint32_t y = 0; y < 10; y++)
		memset(canvas_row(&c, y), 0, 40);
	buf_clear(&in);
	make_gif(&in, &c, 1, true);
	check(render() == 0 && set.large.type == PICTURE_WEBP);
	check(set.large.width == 1600 && set.large.height == 240);
	shows(&set.large, "rgbw");
	canvas_done(&c);
	check(decode(&c, PICTURE_WEBP, buf_bytes(&set.large.data), 1600) == 0);
	check(c.rgba[3] == 0);
	canvas_done(&c);
	/* Cut anywhere, it is broken, and nothing worse. */
	for (size_t n = in.n; n > 0; n -= 1 + n / 50) {
		check(decode(&c, PICTURE_GIF, bytes_of(in.p, n - 1), 100) !=
			  0 ||
		      n == in.n);
		canvas_done(&c);
	}
}

static void
avif_is_made_smaller(void)
{
	static const char *const like[] = {"rgbw", "gwrb", "wbgr", "brwg"};
	struct canvas c;

	draw_corners(&c, 1700, 200);
	if (!decode_avif_load()) {
		buf_clear(&in);
		make_avif(&in, &c, 0);
		check(render() == 0 && is_kept() && set.small.data.n == 0);
		canvas_done(&c);
		return;
	}
	for (unsigned angle = 0; angle < 4; angle++) {
		buf_clear(&in);
		make_avif(&in, &c, angle);
		check(render() == 0 && set.large.type == PICTURE_WEBP);
		check((set.large.width > set.large.height) == (angle % 2 == 0));
		shows(&set.large, like[angle]);
	}
	canvas_done(&c);
	draw_noise(&c, 650, 450);
	buf_clear(&in);
	make_avif(&in, &c, 0);
	check(in.n > PICTURE_LARGE_MAX && render() == 0);
	both_made();
	canvas_done(&c);
}

/* --- what is refused --- */

/* The head says |side| by |side|; its checksum is computed for it. */
static void
make_bomb(uint32_t side, uint32_t crc)
{
	static const uint8_t end[] = {
	    0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
	uint8_t head[33] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

	store_be32(head + 16, side);
	store_be32(head + 20, side);
	head[24] = 8;
	head[25] = 6;
	store_be32(head + 29, crc);
	buf_clear(&in);
	buf_put(&in, head, sizeof(head));
	/* An IDAT of nothing. */
	buf_put(&in, "\0\0\0\0IDAT\x35\xaf\x06\x1e", 12);
	buf_put(&in, end, sizeof(end));
}

static void
refuses(void)
{
	struct canvas c;

	make_bomb(60000, 0x80d27542);
	check(render() == QERR_TOOBIG);
	check(memmem(why.p, why.n, "100 million", 11) != NULL);
	buf_clear(&in);
	buf_put_str(&in, "<svg/>");
	check(render() == QERR_TYPE);

	/* Its form is sound, its pixels are not. */
	draw_noise(&c, 120, 120);
	buf_clear(&in);
	make_webp(&in, &c, 0);
	check(in.n > PICTURE_ALONE_MAX);
	memset(in.p + 30, 0xff, in.n - 30);
	check(render() == QERR_RANGE && why.n > 0);
	buf_clear(&in);
	make_jpeg(&in, &c, 100);
	check(in.n > PICTURE_ALONE_MAX);
	in.n /= 2;
	check(render() == QERR_TRUNCATED);
	canvas_done(&c);
}

/* All passes of an interlaced picture at once take too much. */
static void
refuses_what_does_not_fit(void)
{
	struct canvas c;

	make_bomb(9000, 0x1ad2422c);
	in.p[28] = 1;
	check(decode(&c, PICTURE_PNG, buf_bytes(&in), 1600) == QERR_NOMEM);
	check(c.rgba == NULL);
}

/* --- the wire, of which the other end may be the stranger's --- */

static void
lies(void)
{
	struct picture_set got;
	struct buf wire;
	struct canvas c;

	buf_init(&wire, 0);
	draw_noise(&c, 300, 200);
	buf_clear(&in);
	make_jpeg(&in, &c, 90);
	check(render() == 0 && set.small.data.n > 0);
	ingest_put_pictures(&wire, &set);
	for (size_t n = 0; n < wire.n; n++) {
		picture_set_init(&got);
		check(ingest_get_pictures(&got, bytes_of(wire.p, n)) != 0);
		picture_set_done(&got);
	}
	check(picture_set_check(&set) == 0);
	set.large.width++;
	check(picture_set_check(&set) == QERR_RANGE);
	set.large.width--;
	set.large.type = PICTURE_WEBP;
	check(picture_set_check(&set) == QERR_RANGE);
	set.large.type = PICTURE_JPEG;
	/* Something is said, or hangs behind. */
	insert(&set.large.data, 20, bytes_str("\xff\xfe\1\1"));
	check(picture_set_check(&set) != 0);
	buf_clear(&set.large.data);
	buf_put(&set.large.data, in.p, in.n);
	check(picture_set_check(&set) == 0);
	buf_put_u8(&set.large.data, 0);
	check(picture_set_check(&set) == QERR_PROTOCOL);
	set.large.data.n--;
	/* A small one that is not. */
	buf_clear(&set.small.data);
	buf_put(&set.small.data, in.p, in.n);
	set.small.type = PICTURE_JPEG;
	set.small.width = 300;
	set.small.height = 200;
	check(picture_set_check(&set) == QERR_TOOBIG);
	canvas_done(&c);
	buf_done(&wire);
}

int
main(void)
{
	picture_set_init(&set);
	buf_init(&in, 0);
	buf_init(&why, 0);
	shrinks_evenly();
	clear_has_no_colour();
	sizes_that_fit();
	squeezes_into_anything();
	stands_upright();
	both_stand_upright();
	little_stays_alone();
	middling_stays_beside_a_small_one();
	large_is_made_smaller();
	all_kinds_of_png();
	palette_png();
	four_inks();
	what_is_clear_stays_clear();
	what_moves_and_is_small_is_kept();
	what_moves_and_is_large_stands_still();
	still_gif();
	avif_is_made_smaller();
	refuses();
	refuses_what_does_not_fit();
	lies();
	picture_set_done(&set);
	buf_done(&in);
	buf_done(&why);
	return 0;
}
