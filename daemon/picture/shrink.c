#include "daemon/picture/shrink.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"

int
shrink_begin(struct shrink *s, struct canvas *to, uint32_t width,
    uint32_t height)
{
	*s = (struct shrink){.to = to, .width = width, .height = height};
	s->row = calloc(to->width, 4 * sizeof(*s->row));
	s->sum = calloc(to->width, 4 * sizeof(*s->sum));
	return s->row != NULL && s->sum != NULL ? 0 : QERR_NOMEM;
}

void
shrink_done(struct shrink *s)
{
	free(s->row);
	free(s->sum);
	*s = (struct shrink){0};
}

static void
add_pixel(uint64_t *sum, const uint8_t *rgba, uint64_t weight)
{
	uint64_t opaque = weight * rgba[3];

	sum[0] += opaque * rgba[0];
	sum[1] += opaque * rgba[1];
	sum[2] += opaque * rgba[2];
	sum[3] += opaque;
}

/*
 * An old pixel is as long as the new ones are many, a new one as the old ones:
 *
 *	|------|------|------|------|------|	5 old ones, 3 long each
 *	|---------|---------|---------|...	3 new ones, 5 long each
 */
static void
sum_row(struct shrink *s, const uint8_t *rgba)
{
	uint32_t room = s->width, n = s->to->width;
	uint64_t *sum = s->row;

	memset(sum, 0, (size_t)n * 4 * sizeof(*sum));
	for (uint32_t x = 0; x < s->width; x++, rgba += 4) {
		uint32_t first = n < room ? n : room;

		add_pixel(sum, rgba, first);
		room -= first;
		if (room > 0)
			continue;
		sum += 4;
		room = s->width - (n - first);
		/* The last new one ends where the last old one does. */
		if (n > first)
			add_pixel(sum, rgba, n - first);
	}
}

static void
add_row(struct shrink *s, uint64_t weight)
{
	for (size_t i = 0; i < (size_t)s->to->width * 4; i++)
		s->sum[i] += weight * s->row[i];
}

static uint8_t
mean(uint64_t sum, uint64_t weight)
{
	return weight == 0 ? 0 : (uint8_t)((sum + weight / 2) / weight);
}

static void
end_row(struct shrink *s)
{
	uint64_t area = (uint64_t)s->width * s->height;
	uint8_t *p = canvas_row(s->to, s->done++);

	for (uint64_t *sum = s->sum; sum < s->sum + (size_t)s->to->width * 4;
	     sum += 4, p += 4) {
		for (int i = 0; i < 3; i++)
			p[i] = mean(sum[i], sum[3]);
		p[3] = mean(sum[3], area);
	}
	memset(s->sum, 0, (size_t)s->to->width * 4 * sizeof(*s->sum));
}

/* As in a row, so with rows. */
void
shrink_row(struct shrink *s, const uint8_t *rgba)
{
	uint64_t n = s->to->height;
	uint64_t from = s->y * n, end = from + n, edge;

	if (s->y == s->height)
		return;
	s->y++;
	sum_row(s, rgba);
	edge = (uint64_t)(s->done + 1) * s->height;
	add_row(s, (edge < end ? edge : end) - from);
	if (end < edge)
		return;
	end_row(s);
	if (end > edge)
		add_row(s, end - edge);
}

int
shrink_canvas(struct canvas *to, const struct canvas *from)
{
	struct shrink s;
	int r = shrink_begin(&s, to, from->width, from->height);

	for (uint32_t y = 0; r == 0 && y < from->height; y++)
		shrink_row(&s, canvas_row(from, y));
	shrink_done(&s);
	return r;
}

int
shrink_to(struct canvas *ret, const struct canvas *from, uint32_t side)
{
	uint32_t width = from->width, height = from->height;
	int r;

	canvas_fit(&width, &height, side);
	r = canvas_init(ret, width, height);
	if (r == 0 && (r = shrink_canvas(ret, from)) != 0)
		canvas_done(ret);
	return r;
}
