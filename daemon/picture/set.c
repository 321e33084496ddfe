#include "daemon/picture/set.h"

#include "daemon/picture/clean.h"
#include "proto/base/qerr.h"

void
picture_set_init(struct picture_set *s)
{
	*s = (struct picture_set){0};
	buf_init(&s->large.data, PICTURE_MAX);
	buf_init(&s->small.data, PICTURE_MAX);
}

void
picture_set_done(struct picture_set *s)
{
	buf_done(&s->large.data);
	buf_done(&s->small.data);
}

/* Cleaning it again changes nothing. */
static int
check_clean(struct bytes picture)
{
	struct buf b;
	int r;

	buf_init(&b, 0);
	r = picture_clean(&b, picture);
	if (r == 0 && !bytes_eq(buf_bytes(&b), picture))
		r = QERR_PROTOCOL;
	buf_done(&b);
	return r;
}

static int
check_file(const struct picture_file *f, size_t max)
{
	enum picture_type type;
	uint32_t width, height;
	int r = picture_look(buf_bytes(&f->data), &type, &width, &height);

	if (r == 0 && f->data.n > max)
		r = QERR_TOOBIG;
	if (r == 0 &&
	    (type != f->type || width != f->width || height != f->height))
		r = QERR_RANGE;
	return r != 0 ? r : check_clean(buf_bytes(&f->data));
}

int
picture_set_check(const struct picture_set *s)
{
	int r = check_file(&s->large, PICTURE_KEPT_MAX);

	return r != 0 || s->small.data.n == 0
		   ? r
		   : check_file(&s->small, PICTURE_SMALL_MAX);
}
