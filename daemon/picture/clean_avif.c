/*
 * ISO/IEC 23008-12 (HEIF) and AV1 Image File Format 1.1:
 *
 *	ftyp  meta  mdat
 *	       |- hdlr  pitm  iref
 *	       |- iinf: infe...		what kind each item is
 *	       |- iloc			where its bytes lie: in mdat or idat
 *	       |- idat
 *	       '- iprp: ipco, ipma	what describes the items
 *
 * Everything keeps its place.  mdat and idat are emptied, and then the bytes of
 * those items put back that are pixels: so nobody needs to know what else was there.
 */
#include "daemon/picture/clean_inner.h"
#include "proto/base/qerr.h"

#define ITEMS_MAX 1024
#define MDATS_MAX 16

struct span {
	size_t at, end; /* of the file; end is 0 if there is none */
};

struct box {
	uint8_t type[4];
	size_t at;
	struct span body;
};

struct item {
	uint32_t id;
	bool pixels;
};

struct avif {
	struct bytes in;
	uint8_t *out; /* as long */
	int err;      /* the first, as in a reader */
	struct span meta, iinf, iloc, idat, iprp;
	struct span mdat[MDATS_MAX];
	size_t n_mdat;
	struct item item[ITEMS_MAX];
	size_t n_item;
	uint64_t held; /* bytes of items so far */
};

static void
fail(struct avif *a, int err)
{
	if (a->err == 0)
		a->err = err;
}

static struct reader
read_span(const struct avif *a, struct span s)
{
	struct reader r;

	reader_init(&r, a->in.p + s.at, s.end - s.at);
	return r;
}

static uint64_t
read_be64(struct reader *r)
{
	uint64_t high = reader_be32(r);

	return high << 32 | reader_be32(r);
}

/* Read the box at |in->at| and move behind it; false at the end and on failure. */
static bool
next_box(struct avif *a, struct span *in, struct box *ret)
{
	struct reader r = read_span(a, *in);
	size_t left = in->end - in->at;
	const uint8_t *type;
	uint64_t n;

	if (a->err != 0 || left == 0)
		return false;
	n = reader_be32(&r);
	type = reader_bytes(&r, 4);
	if (n == 1)
		n = read_be64(&r);
	else if (n == 0)
		n = left;
	if (r.err != 0 || n > left || n < left - read_left(&r)) {
		fail(a, r.err != 0 || n > left ? QERR_TRUNCATED : QERR_RANGE);
		return false;
	}
	memcpy(ret->type, type, 4);
	ret->at = in->at;
	ret->body.at = in->end - read_left(&r);
	in->at += (size_t)n;
	ret->body.end = in->at;
	return true;
}

static bool
is_type(const struct box *box, const char *name)
{
	return memcmp(box->type, name, 4) == 0;
}

static bool
is_any(const uint8_t type[4], const char (*names)[5], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(type, names[i], 4) == 0)
			return true;
	return false;
}

static void
empty(struct avif *a, struct span s)
{
	memset(a->out + s.at, 0, s.end - s.at);
}

/* Make it a box that says nothing; unknown and empty, if it was free already. */
static void
erase(struct avif *a, const struct box *box)
{
	memcpy(a->out + box->at + 4, "free", 4);
	empty(a, box->body);
}

/* Remember where a box is, of which there is one. */
static void
only(struct avif *a, struct span *ret, const struct box *box)
{
	if (ret->end != 0)
		fail(a, QERR_RANGE);
	*ret = box->body;
}

/* --- properties --- */

/* A colour profile names a device; four numbers (nclx) do not. */
static bool
is_property(const struct avif *a, const struct box *box)
{
	static const char names[][5] = {"ispe", "pixi", "av1C", "irot", "imir",
	    "clap", "pasp", "auxC", "a1op", "a1lx", "lsel", "clli", "mdcv",
	    "cclv", "amve"};

	if (is_type(box, "colr"))
		return box->body.end - box->body.at >= 4 &&
		       memcmp(a->in.p + box->body.at, "nclx", 4) == 0;
	return is_any(box->type, names, sizeof(names) / sizeof(names[0]));
}

static void
clean_properties(struct avif *a)
{
	struct span in = a->iprp, of;
	struct box box, property;

	while (next_box(a, &in, &box)) {
		if (is_type(&box, "ipma"))
			continue;
		if (!is_type(&box, "ipco")) {
			erase(a, &box);
			continue;
		}
		of = box.body;
		while (next_box(a, &of, &property))
			if (!is_property(a, &property))
				erase(a, &property);
	}
}

/* --- items --- */

static struct item *
item(struct avif *a, uint32_t id)
{
	for (size_t i = 0; i < a->n_item; i++)
		if (a->item[i].id == id)
			return &a->item[i];
	return NULL;
}

/* tmap is how a picture's two brightnesses become one. */
static void
clean_item(struct avif *a, const struct box *box)
{
	static const char names[][5] = {"av01", "grid", "iovl", "iden", "tmap"};
	struct reader r = read_span(a, box->body);
	uint32_t version = reader_be32(&r) >> 24;
	uint32_t id = version == 2 ? reader_be16(&r) : reader_be32(&r);
	const uint8_t *type = (reader_be16(&r), reader_bytes(&r, 4));
	bool pixels;

	if (!is_type(box, "infe") || (version != 2 && version != 3) ||
	    type == NULL || item(a, id) != NULL || a->n_item == ITEMS_MAX) {
		fail(a, QERR_RANGE);
		return;
	}
	pixels = is_any(type, names, sizeof(names) / sizeof(names[0]));
	a->item[a->n_item++] = (struct item){id, pixels};
	/* A kind that no reader knows: none stumbles over its zeroes. */
	if (!pixels)
		memcpy(a->out + (type - a->in.p), "free", 4);
	/* Behind the kind stand names. */
	empty(a, (struct span){(size_t)(r.p - a->in.p), box->body.end});
}

static void
clean_items(struct avif *a)
{
	struct reader r = read_span(a, a->iinf);
	struct span in = a->iinf;
	struct box box;

	if (reader_be32(&r) >> 24 == 0)
		(void)reader_be16(&r);
	else
		(void)reader_be32(&r);
	fail(a, r.err);
	in.at = in.end - read_left(&r);
	while (next_box(a, &in, &box))
		clean_item(a, &box);
}

/* --- where they lie: ISO/IEC 14496-12 §8.11.3 --- */

struct sizes {
	unsigned offset, length, base, index;
};

/* A number of 0, 4 or 8 bytes. */
static uint64_t
read_sized(struct reader *r, unsigned n)
{
	return n == 0 ? 0 : n == 4 ? reader_be32(r) : read_be64(r);
}

static bool
is_size(unsigned n)
{
	return n == 0 || n == 4 || n == 8;
}

static struct sizes
read_sizes(struct reader *r, uint32_t version)
{
	unsigned v = reader_be16(r);
	struct sizes s = {v >> 12, v >> 8 & 15, v >> 4 & 15, v & 15};

	if (version == 0)
		s.index = 0;
	if (!is_size(s.offset) || !is_size(s.length) || !is_size(s.base) ||
	    !is_size(s.index))
		reader_fail(r, QERR_RANGE);
	return s;
}

static bool
is_inside(struct span s, size_t from, uint64_t at, uint64_t n)
{
	return s.end != 0 && at >= s.at - from && at <= s.end - from &&
	       n <= s.end - from - at;
}

/* The span of |n| bytes at |at| of mdat (method 0) or idat (1). */
static bool
locate(const struct avif *a, unsigned method, uint64_t at, uint64_t n,
    struct span *ret)
{
	size_t from = method == 1 ? a->idat.at : 0;
	bool found = method == 1 && is_inside(a->idat, from, at, n);

	for (size_t i = 0; method == 0 && i < a->n_mdat; i++)
		found = found || is_inside(a->mdat[i], 0, at, n);
	if (found)
		*ret = (struct span){from + at, from + at + n};
	return found;
}

/* One extent; |pixels| says which kind of items this walk is for. */
static void
extent(struct avif *a, struct reader *r, unsigned method, const struct sizes *z,
    uint64_t base, int what)
{
	uint64_t at, n;
	struct span s;

	(void)read_sized(r, z->index);
	at = read_sized(r, z->offset);
	n = read_sized(r, z->length);
	/* None overlaps another: so all together they are no work. */
	if (at > UINT64_MAX - base || n > a->in.n || n == 0 ||
	    (a->held += n) > a->in.n || !locate(a, method, base + at, n, &s))
		reader_fail(r, QERR_RANGE);
	else if (what > 0)
		memcpy(a->out + s.at, a->in.p + s.at, n);
	else if (what < 0)
		empty(a, s);
}

static void
location(struct avif *a, struct reader *r, uint32_t version,
    const struct sizes *z, bool pixels)
{
	uint32_t id = version < 2 ? reader_be16(r) : reader_be32(r);
	unsigned method = version > 0 ? reader_be16(r) & 15u : 0;
	const struct item *x = item(a, id);
	bool is = x != NULL && x->pixels;
	uint64_t base;
	uint32_t n;

	/* Another file's bytes, or another item's. */
	if (reader_be16(r) != 0 || method > 1)
		reader_fail(r, QERR_UNKNOWN);
	base = read_sized(r, z->base);
	n = reader_be16(r);
	for (uint32_t i = 0; i < n && r->err == 0; i++)
		extent(a, r, method, z, base,
		    is != pixels ? 0
		    : pixels     ? 1
				 : -1);
}

/* Put back what is pixels; or empty once more what lies over it and is not. */
static void
walk_locations(struct avif *a, bool pixels)
{
	struct reader r = read_span(a, a->iloc);
	uint32_t version = reader_be32(&r) >> 24, n;
	struct sizes z = read_sizes(&r, version);

	if (version > 2)
		reader_fail(&r, QERR_UNKNOWN);
	n = version < 2 ? reader_be16(&r) : reader_be32(&r);
	a->held = 0;
	for (uint32_t i = 0; i < n && r.err == 0; i++)
		location(a, &r, version, &z, pixels);
	fail(a, reader_end(&r));
}

/* --- the boxes around it --- */

/* Who wrote it stands in the handler's name. */
static void
clean_handler(struct avif *a, const struct box *box)
{
	struct span name = {box->body.at + 24, box->body.end};

	if (name.end < name.at ||
	    memcmp(a->in.p + box->body.at + 8, "pict", 4) != 0)
		fail(a, QERR_RANGE);
	else
		empty(a, name);
}

static void
clean_meta(struct avif *a)
{
	struct span in = a->meta;
	struct box box;

	if (in.end - in.at < 4) {
		fail(a, QERR_TRUNCATED);
		return;
	}
	in.at += 4; /* version and flags */
	while (next_box(a, &in, &box)) {
		if (is_type(&box, "hdlr"))
			clean_handler(a, &box);
		else if (is_type(&box, "iinf"))
			only(a, &a->iinf, &box);
		else if (is_type(&box, "iloc"))
			only(a, &a->iloc, &box);
		else if (is_type(&box, "iprp"))
			only(a, &a->iprp, &box);
		else if (is_type(&box, "idat"))
			only(a, &a->idat, &box);
		else if (!is_type(&box, "pitm") && !is_type(&box, "iref"))
			erase(a, &box);
	}
	empty(a, a->idat);
}

static void
add_mdat(struct avif *a, const struct box *box)
{
	if (a->n_mdat == MDATS_MAX) {
		fail(a, QERR_RANGE);
		return;
	}
	a->mdat[a->n_mdat++] = box->body;
	empty(a, box->body);
}

static void
clean_file(struct avif *a)
{
	struct span in = {0, a->in.n};
	struct box box;

	while (next_box(a, &in, &box)) {
		if (is_type(&box, "moov"))
			fail(a, QERR_UNKNOWN);
		else if (is_type(&box, "meta"))
			only(a, &a->meta, &box);
		else if (is_type(&box, "mdat"))
			add_mdat(a, &box);
		else if (box.at > 0)
			erase(a, &box);
	}
}

int
clean_avif(struct buf *b, struct bytes picture)
{
	struct avif a = {.in = picture};

	a.out = buf_grow(b, picture.n);
	if (a.out == NULL)
		return buf_err(b);
	memcpy(a.out, picture.p, picture.n);
	clean_file(&a);
	if (a.err == 0)
		clean_meta(&a);
	if (a.err == 0 && (a.iinf.end == 0 || a.iloc.end == 0))
		return QERR_TRUNCATED;
	clean_properties(&a);
	clean_items(&a);
	walk_locations(&a, true);
	walk_locations(&a, false);
	return a.err;
}
