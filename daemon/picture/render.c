#include "daemon/picture/render.h"

#include "daemon/picture/clean.h"
#include "daemon/picture/decode.h"
#include "daemon/picture/squeeze.h"
#include "proto/base/qerr.h"

struct original {
	struct picture_file file; /* clean */
	int orientation;
	bool moves;
};

static int
say(struct buf *why, int err, const char *what)
{
	buf_put_str(why, what);
	return err;
}

static int
broken(struct buf *why, int err)
{
	switch (err) {
	case QERR_TYPE:
		return say(why, err, "It is no JPEG, PNG, WebP, GIF or AVIF.");
	case QERR_UNKNOWN:
		return say(why, err,
		    "What it says of its maker cannot be taken out of this "
		    "kind. Save it as JPEG or PNG.");
	case QERR_NOMEM:
		return say(why, err,
		    "It takes too much memory to be made smaller. Save it as "
		    "an ordinary JPEG, or smaller.");
	default:
		buf_printf(why, "It is damaged: it %s.", qerr_str(err));
		return err;
	}
}

static int
look(struct original *o, struct bytes picture, struct buf *why)
{
	struct picture_file *f = &o->file;
	int r = picture_look(picture, &f->type, &f->width, &f->height);

	if (r == 0 && (uint64_t)f->width * f->height > RENDER_PIXELS_MAX) {
		buf_printf(why,
		    "It has more than %d million pixels. Make it smaller.",
		    RENDER_PIXELS_MAX / 1000000);
		return QERR_TOOBIG;
	}
	if (r == 0)
		r = picture_clean(&f->data, picture);
	if (r != 0)
		return broken(why, r);
	o->orientation = picture_orientation(buf_bytes(&f->data));
	o->moves = picture_moves(buf_bytes(&f->data));
	return 0;
}

static int
keep(struct picture_file *ret, const struct picture_file *f)
{
	ret->type = f->type;
	ret->width = f->width;
	ret->height = f->height;
	buf_put(&ret->data, f->data.p, f->data.n);
	return buf_err(&ret->data);
}

/* Nobody here makes pixels of it: libavif is not installed. */
static int
keep_closed(struct picture_set *ret, const struct original *o, struct buf *why)
{
	if (o->file.data.n <= PICTURE_KEPT_MAX)
		return keep(&ret->large, &o->file);
	buf_printf(why,
	    "It is larger than %d kB, and AVIF is made smaller only where "
	    "libavif is installed. Install it, or save it as JPEG or PNG.",
	    PICTURE_KEPT_MAX / 1024);
	return QERR_TOOBIG;
}

static int
make(struct picture_file *ret, const struct canvas *c, uint32_t side,
    size_t budget)
{
	ret->type = PICTURE_WEBP;
	return squeeze(&ret->data, &ret->width, &ret->height, c, side, budget);
}

/* A picture that took less than a rendition may is not to grow by it. */
static size_t
large_budget(const struct original *o)
{
	if (o->file.data.n > PICTURE_LARGE_MAX)
		return PICTURE_LARGE_MAX;
	return o->file.data.n > PICTURE_SMALL_MAX ? o->file.data.n
						  : PICTURE_SMALL_MAX;
}

static bool
is_large_enough(const struct original *o)
{
	const struct picture_file *f = &o->file;

	/* What moves goes on moving, if it is not more than a picture may be. */
	return o->orientation == 1 &&
	       f->data.n <= (o->moves ? PICTURE_LARGE_MAX : RENDER_AS_IT_IS) &&
	       f->width <= RENDER_LARGE_SIDE && f->height <= RENDER_LARGE_SIDE;
}

static int
make_both(struct picture_set *ret, const struct original *o,
    const struct canvas *c)
{
	int r = is_large_enough(o)
		    ? keep(&ret->large, &o->file)
		    : make(&ret->large, c, RENDER_LARGE_SIDE, large_budget(o));

	if (r != 0 || ret->large.data.n <= PICTURE_ALONE_MAX)
		return r;
	return make(&ret->small, c, RENDER_SMALL_SIDE, PICTURE_SMALL_MAX);
}

static int
render_still(struct picture_set *ret, const struct original *o, struct buf *why)
{
	struct canvas c;
	int r = decode(&c, o->file.type, buf_bytes(&o->file.data),
	    RENDER_LARGE_SIDE);

	if (r == QERR_TYPE)
		return keep_closed(ret, o, why);
	if (r == 0) {
		r = canvas_turn(&c, o->orientation);
		if (r == 0)
			r = make_both(ret, o, &c);
		canvas_done(&c);
	}
	return r != 0 ? broken(why, r) : 0;
}

static int
render(struct picture_set *ret, const struct original *o, struct buf *why)
{
	struct bytes data = buf_bytes(&o->file.data);

	if (is_large_enough(o) && data.n <= PICTURE_ALONE_MAX)
		return keep(&ret->large, &o->file);
	return render_still(ret, o, why);
}

int
picture_render(struct picture_set *ret, struct bytes picture, struct buf *why)
{
	struct original o = {0};
	int r = look(&o, picture, why);

	if (r == 0)
		r = render(ret, &o, why);
	buf_done(&o.file.data);
	return r;
}
