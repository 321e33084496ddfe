#include <gif_lib.h>
#include <stdlib.h>

#include "daemon/picture/decode.h"
#include "daemon/picture/shrink.h"
#include "proto/base/qerr.h"
#include "proto/base/reader.h"

/* The first picture of a GIF, in its place on the screen. */
struct gif {
	GifFileType *f;
	struct canvas screen;
	GifByteType *row;
	int clear; /* the colour that is none; -1: there is none such */
};

static int
give(GifFileType *f, GifByteType *to, int n)
{
	struct reader *from = f->UserData;
	const uint8_t *p = reader_bytes(from, (size_t)n);

	if (p == NULL)
		return 0;
	memcpy(to, p, (size_t)n);
	return n;
}

/* What is told before a picture: which colour is none. */
static int
read_extension(struct gif *g)
{
	GraphicsControlBlock control;
	GifByteType *block;
	int code;

	if (DGifGetExtension(g->f, &code, &block) != GIF_OK)
		return QERR_RANGE;
	if (code == GRAPHICS_EXT_FUNC_CODE && block != NULL &&
	    DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
		g->clear = control.TransparentColor;
	while (block != NULL)
		if (DGifGetExtensionNext(g->f, &block) != GIF_OK)
			return QERR_RANGE;
	return 0;
}

static void
put_row(struct gif *g, const ColorMapObject *map, uint32_t y)
{
	const GifImageDesc *at = &g->f->Image;
	uint8_t *to = canvas_row(&g->screen, y) + (size_t)at->Left * 4;

	for (int x = 0; x < at->Width; x++, to += 4) {
		int colour = g->row[x];

		if (colour == g->clear || colour >= map->ColorCount)
			continue;
		to[0] = map->Colors[colour].Red;
		to[1] = map->Colors[colour].Green;
		to[2] = map->Colors[colour].Blue;
		to[3] = 255;
	}
}

static int
read_rows(struct gif *g, const ColorMapObject *map)
{
	/* An interlaced one has every eighth row first, and so on (GIF89a, appendix E). */
	static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
	const GifImageDesc *at = &g->f->Image;

	for (int pass = at->Interlace ? 0 : 3; pass < 4; pass++)
		for (int y = at->Interlace ? first[pass] : 0; y < at->Height;
		     y += at->Interlace ? step[pass] : 1) {
			if (DGifGetLine(g->f, g->row, at->Width) != GIF_OK)
				return QERR_RANGE;
			put_row(g, map, (uint32_t)(at->Top + y));
		}
	return 0;
}

static int
read_picture(struct gif *g)
{
	const GifImageDesc *at = &g->f->Image;
	const ColorMapObject *map;

	if (DGifGetImageDesc(g->f) != GIF_OK)
		return QERR_RANGE;
	map = at->ColorMap != NULL ? at->ColorMap : g->f->SColorMap;
	if (map == NULL || at->Width < 1 || at->Height < 1 || at->Left < 0 ||
	    at->Top < 0 || at->Left + at->Width > g->f->SWidth ||
	    at->Top + at->Height > g->f->SHeight)
		return QERR_RANGE;
	g->row = malloc((size_t)at->Width);
	return g->row != NULL ? read_rows(g, map) : QERR_NOMEM;
}

static int
read_first(struct gif *g)
{
	GifRecordType type;
	int r = 0;

	if (g->f->SWidth < 1 || g->f->SHeight < 1)
		return QERR_RANGE;
	if ((uint64_t)g->f->SWidth * (uint64_t)g->f->SHeight >
	    DECODE_MEMORY / 4)
		return QERR_NOMEM;
	r = canvas_init(&g->screen, (uint32_t)g->f->SWidth,
	    (uint32_t)g->f->SHeight);
	while (r == 0) {
		if (DGifGetRecordType(g->f, &type) != GIF_OK)
			return QERR_RANGE;
		if (type == IMAGE_DESC_RECORD_TYPE)
			return read_picture(g);
		r = type == EXTENSION_RECORD_TYPE ? read_extension(g)
						  : QERR_RANGE;
	}
	return r;
}

int
decode_gif(struct canvas *ret, struct bytes clean, uint32_t side)
{
	struct gif g = {.clear = NO_TRANSPARENT_COLOR};
	struct reader from;
	int r, why;

	*ret = (struct canvas){0};
	reader_init(&from, clean.p, clean.n);
	g.f = DGifOpen(&from, give, &why);
	if (g.f == NULL)
		return why == D_GIF_ERR_NOT_ENOUGH_MEM ? QERR_NOMEM
						       : QERR_RANGE;
	r = read_first(&g);
	if (r == 0)
		r = shrink_to(ret, &g.screen, side);
	canvas_done(&g.screen);
	free(g.row);
	DGifCloseFile(g.f, &why);
	return r;
}
