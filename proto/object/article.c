#include "proto/object/article.h"

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/hash.h"
#include "proto/object/markup.h"

#define NAME_MAX_LEN    512
#define TITLE_MAX_LEN   1024
#define AUTHOR_MAX_LEN  256
#define SECTION_MAX_LEN 256
#define TAG_MAX_LEN     128
#define ADDRESS_MAX_LEN 2048
#define SUMMARY_MAX_LEN 4096
#define NOTE_MAX_LEN    2048
#define ALT_MAX_LEN     4096

/* The keys of a head, PROTOCOL.md §7. */
enum key_of_head {
	K_NAME,
	K_REVISION,
	K_STATUS,
	K_LANG,
	K_TITLE,
	K_AUTHORS,
	K_SECTION,
	K_TAGS,
	K_PUBLISHED,
	K_UPDATED,
	K_ADDRESS,
	K_SUMMARY,
	K_PICTURES,
	K_LENGTH,
	K_NOTE,
};
#define K_COUNT 15
#define K_REQUIRED                                                         \
	(1u << K_NAME | 1u << K_REVISION | 1u << K_STATUS | 1u << K_LANG | \
	    1u << K_TITLE | 1u << K_LENGTH)

static void
put_text(struct buf *b, uint64_t key, struct bytes s)
{
	if (s.p == NULL)
		return;
	cbor_put_uint(b, key);
	cbor_put_text(b, s.p, s.n);
}

static void
put_texts(struct buf *b, uint64_t key, const struct bytes *s, size_t n)
{
	if (n == 0)
		return;
	cbor_put_uint(b, key);
	cbor_put_array(b, n);
	for (size_t i = 0; i < n; i++)
		cbor_put_text(b, s[i].p, s[i].n);
}

static void
put_uint(struct buf *b, uint64_t key, uint64_t v)
{
	cbor_put_uint(b, key);
	cbor_put_uint(b, v);
}

static void
put_time(struct buf *b, uint64_t key, bool has, int64_t v)
{
	if (!has)
		return;
	cbor_put_uint(b, key);
	cbor_put_int(b, v);
}

static void
put_pictures(struct buf *b, const struct picture *p, size_t n)
{
	if (n == 0)
		return;
	cbor_put_uint(b, K_PICTURES);
	cbor_put_array(b, n);
	for (size_t i = 0; i < n; i++, p++) {
		cbor_put_array(b, p->has_small ? 9 : 8);
		cbor_put_bytes(b, p->hash.b, sizeof(p->hash.b));
		cbor_put_uint(b, (uint64_t)p->tier);
		cbor_put_uint(b, (uint64_t)p->type);
		cbor_put_uint(b, p->width);
		cbor_put_uint(b, p->height);
		cbor_put_uint(b, p->size);
		cbor_put_text(b, p->alt.p, p->alt.n);
		cbor_put_text(b, p->caption.p, p->caption.n);
		if (p->has_small)
			cbor_put_uint(b, p->small);
	}
}

static size_t
count_fields(const struct article *a)
{
	return 6u + (a->n_author > 0) + (a->section.p != NULL) +
	       (a->n_tag > 0) + a->has_published + a->has_updated +
	       (a->address.p != NULL) + (a->summary.p != NULL) +
	       (a->n_picture > 0) + (a->note.p != NULL);
}

int
article_encode(struct buf *b, const struct article *a)
{
	struct article back;
	size_t from = b->n;
	int r;

	if (a->n_author > ARTICLE_AUTHORS_MAX || a->n_tag > ARTICLE_TAGS_MAX ||
	    a->n_picture > ARTICLE_PICTURES_MAX)
		return QERR_TOOBIG;
	cbor_put_map(b, count_fields(a));
	put_text(b, K_NAME, a->name);
	put_uint(b, K_REVISION, a->revision);
	put_uint(b, K_STATUS, (uint64_t)a->status);
	put_text(b, K_LANG, a->lang);
	put_text(b, K_TITLE, a->title);
	put_texts(b, K_AUTHORS, a->author, a->n_author);
	put_text(b, K_SECTION, a->section);
	put_texts(b, K_TAGS, a->tag, a->n_tag);
	put_time(b, K_PUBLISHED, a->has_published, a->published);
	put_time(b, K_UPDATED, a->has_updated, a->updated);
	put_text(b, K_ADDRESS, a->address);
	put_text(b, K_SUMMARY, a->summary);
	put_pictures(b, a->picture, a->n_picture);
	put_uint(b, K_LENGTH, a->length);
	put_text(b, K_NOTE, a->note);
	if (buf_err(b) != 0)
		return buf_err(b);

	/* The decoder is the only place that says what a head may be. */
	r = article_decode(&back, bytes_of(b->p + from, b->n - from));
	if (r != 0)
		b->n = from;
	return r;
}

/* Text as PROTOCOL.md §1 has it, of |lo|..|hi| bytes. */
static struct bytes
get_text(struct reader *r, size_t lo, size_t hi)
{
	struct bytes s = cbor_text_in(r, lo, hi);

	if (r->err == 0 && text_check(s, false) != 0)
		reader_fail(r, QERR_TEXT);
	return s;
}

static size_t
get_texts(struct reader *r, struct bytes *ret, size_t max, size_t hi)
{
	size_t n = cbor_array(r, max);

	if (n == 0)
		reader_fail(r, QERR_ENCODING);
	for (size_t i = 0; i < n; i++)
		ret[i] = get_text(r, 1, hi);
	return n;
}

static void
get_picture(struct reader *r, struct picture *p)
{
	size_t fields = cbor_array(r, 9);
	uint64_t v;

	if (fields < 8)
		reader_fail(r, QERR_MISSING);
	cbor_bytes_exact(r, p->hash.b, sizeof(p->hash.b));
	v = cbor_uint_in(r, TIER_SMALL, TIER_PICTURES);
	p->tier = (enum tier)v;
	v = cbor_uint_in(r, PICTURE_JPEG, PICTURE_AVIF);
	p->type = (enum picture_type)v;
	p->width = (uint32_t)cbor_uint_in(r, 1, PICTURE_SIDE_MAX);
	p->height = (uint32_t)cbor_uint_in(r, 1, PICTURE_SIDE_MAX);
	p->size = (uint32_t)cbor_uint_in(r, 1, PICTURE_MAX);
	p->alt = get_text(r, 0, ALT_MAX_LEN);
	p->caption = get_text(r, 0, ALT_MAX_LEN);
	p->has_small = fields == 9;
	if (p->has_small)
		p->small =
		    (uint32_t)cbor_uint_in(r, 0, ARTICLE_PICTURES_MAX - 1);
}

static size_t
get_pictures(struct reader *r, struct picture *ret)
{
	size_t n = cbor_array(r, ARTICLE_PICTURES_MAX);

	if (n == 0)
		reader_fail(r, QERR_ENCODING);
	for (size_t i = 0; i < n && r->err == 0; i++)
		get_picture(r, &ret[i]);
	return n;
}

static void
get_field(struct reader *r, struct article *a, uint64_t key)
{
	uint64_t v;

	switch (key) {
	case K_NAME:
		a->name = get_text(r, 1, NAME_MAX_LEN);
		break;
	case K_REVISION:
		a->revision = cbor_uint_in(r, 1, UINT64_MAX);
		break;
	case K_STATUS:
		v = cbor_uint_in(r, ARTICLE_NEW, ARTICLE_RETRACTED);
		a->status = (enum article_status)v;
		break;
	case K_LANG:
		a->lang = get_text(r, 2, 35);
		if (r->err == 0 && lang_check(a->lang) != 0)
			reader_fail(r, QERR_TEXT);
		break;
	case K_TITLE:
		a->title = get_text(r, 1, TITLE_MAX_LEN);
		break;
	case K_AUTHORS:
		a->n_author = get_texts(r, a->author, ARTICLE_AUTHORS_MAX,
		    AUTHOR_MAX_LEN);
		break;
	case K_SECTION:
		a->section = get_text(r, 1, SECTION_MAX_LEN);
		break;
	case K_TAGS:
		a->n_tag = get_texts(r, a->tag, ARTICLE_TAGS_MAX, TAG_MAX_LEN);
		break;
	case K_PUBLISHED:
		a->published = cbor_int(r);
		a->has_published = true;
		break;
	case K_UPDATED:
		a->updated = cbor_int(r);
		a->has_updated = true;
		break;
	case K_ADDRESS:
		a->address = get_text(r, 1, ADDRESS_MAX_LEN);
		break;
	case K_SUMMARY:
		a->summary = get_text(r, 1, SUMMARY_MAX_LEN);
		break;
	case K_PICTURES:
		a->n_picture = get_pictures(r, a->picture);
		break;
	case K_LENGTH:
		a->length = (uint32_t)cbor_uint_in(r, 0, MARKUP_MAX);
		break;
	case K_NOTE:
		a->note = get_text(r, 1, NOTE_MAX_LEN);
		break;
	default:
		reader_fail(r, QERR_UNKNOWN);
	}
}

/* A small picture stands for a large one, and is no large one itself. */
static int
check_small(const struct article *a)
{
	for (size_t i = 0; i < a->n_picture; i++) {
		const struct picture *p = &a->picture[i];

		if (p->has_small &&
		    (p->tier != TIER_PICTURES || p->small >= a->n_picture ||
			a->picture[p->small].tier != TIER_SMALL))
			return QERR_RANGE;
	}
	return 0;
}

/* What the fields must be to each other. */
static int
check_sense(const struct article *a)
{
	if ((a->revision == 1) != (a->status == ARTICLE_NEW))
		return QERR_RANGE;
	if (a->status == ARTICLE_RETRACTED &&
	    (a->length > 0 || a->n_picture > 0 || a->summary.p != NULL))
		return QERR_RANGE;

	if (a->address.p != NULL && bytes_eq(a->address, a->name))
		return QERR_DUPLICATE;

	return check_small(a);
}

int
article_decode(struct article *ret, struct bytes head)
{
	struct cbor_fields f;
	struct reader r;

	memset(ret, 0, sizeof(*ret));
	if (head.n > ARTICLE_HEAD_MAX)
		return QERR_TOOBIG;
	reader_init(&r, head.p != NULL ? head.p : (const uint8_t *)"", head.n);
	f = cbor_fields(&r, K_COUNT);
	while (cbor_next(&f, &r))
		get_field(&r, ret, f.key);
	cbor_need(&f, &r, K_REQUIRED);
	if (reader_end(&r) != 0)
		return reader_end(&r);

	return check_sense(ret);
}

void
article_id(struct article_id *ret, const struct id *feed, struct bytes name)
{
	struct id h;

	hash2(&h, HASH_ARTICLE, bytes_of(feed->b, sizeof(feed->b)), name);
	memcpy(ret->b, h.b, sizeof(ret->b));
}
