#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <jerror.h>

#include "daemon/picture/decode.h"
#include "daemon/picture/shrink.h"
#include "proto/base/qerr.h"

struct jpeg {
	struct jpeg_decompress_struct d;
	struct jpeg_error_mgr err;
	jmp_buf out;
	struct shrink shrink;
	struct canvas *to;
	uint8_t *row; /* 4 bytes a pixel: what the library gives, and RGBA */
};

static _Noreturn void
leave(j_common_ptr d)
{
	struct jpeg *j = d->client_data;

	longjmp(j->out, 1);
}

static void
say_nothing(j_common_ptr d)
{
	(void)d;
}

static void
say_no_message(j_common_ptr d, int level)
{
	(void)d;
	(void)level;
}

/* Ink on paper: what is left of white.  Adobe counts the paper, not the ink. */
static void
from_cmyk(uint8_t *row, size_t n, bool paper)
{
	for (; n > 0; n--, row += 4) {
		unsigned flip = paper ? 0 : 255, k = row[3] ^ flip;

		for (int i = 0; i < 3; i++)
			row[i] = (uint8_t)((row[i] ^ flip) * k / 255);
		row[3] = 255;
	}
}

/* By halves while that is enough: those the library does fast. */
static unsigned
eighths(const struct jpeg_decompress_struct *d, uint32_t side)
{
	uint32_t longer =
	    d->image_width > d->image_height ? d->image_width : d->image_height;
	unsigned n = 8;

	while (n > 1 && (uint64_t)longer * (n / 2) / 8 >= side)
		n /= 2;
	return n;
}

static int
begin(struct jpeg *j, struct bytes clean, uint32_t side)
{
	struct jpeg_decompress_struct *d = &j->d;
	uint32_t width, height;
	int r;

	jpeg_mem_src(d, clean.p, clean.n);
	(void)jpeg_read_header(d, TRUE);
	width = d->image_width;
	height = d->image_height;
	canvas_fit(&width, &height, side);
	d->scale_num = eighths(d, side);
	d->scale_denom = 8;
	d->out_color_space = d->num_components == 4 ? JCS_CMYK : JCS_EXT_RGBA;
	(void)jpeg_start_decompress(d);
	if ((r = canvas_init(j->to, width, height)) != 0)
		return r;
	j->row = calloc(d->output_width, 4);
	if (j->row == NULL)
		return QERR_NOMEM;
	return shrink_begin(&j->shrink, j->to, d->output_width,
	    d->output_height);
}

static void
read_rows(struct jpeg *j)
{
	struct jpeg_decompress_struct *d = &j->d;

	while (d->output_scanline < d->output_height) {
		(void)jpeg_read_scanlines(d, &j->row, 1);
		if (d->out_color_space == JCS_CMYK)
			from_cmyk(j->row, d->output_width, d->saw_Adobe_marker);
		shrink_row(&j->shrink, j->row);
	}
}

static int
run(struct jpeg *j, struct bytes clean, uint32_t side)
{
	int r;

	if (setjmp(j->out) != 0)
		return j->err.msg_code == JERR_OUT_OF_MEMORY ||
			       j->err.msg_code == JERR_NO_BACKING_STORE
			   ? QERR_NOMEM
			   : QERR_RANGE;
	jpeg_create_decompress(&j->d);
	j->d.mem->max_memory_to_use = DECODE_MEMORY;
	r = begin(j, clean, side);
	if (r == 0)
		read_rows(j);
	return r;
}

int
decode_jpeg(struct canvas *ret, struct bytes clean, uint32_t side)
{
	struct jpeg j = {.to = ret};
	int r;

	*ret = (struct canvas){0};
	j.d.err = jpeg_std_error(&j.err);
	j.d.client_data = &j;
	j.err.error_exit = leave;
	j.err.emit_message = say_no_message;
	j.err.output_message = say_nothing;
	r = run(&j, clean, side);
	jpeg_destroy_decompress(&j.d);
	shrink_done(&j.shrink);
	free(j.row);
	if (r != 0)
		canvas_done(ret);
	return r;
}
