#include "daemon/work/ingest_wire.h"

#include <stdlib.h>

#include "daemon/ingest/trace.h"
#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/markup.h"

#define FIELDS        17
#define SOURCE_FIELDS 11

void
ingest_put_source(struct buf *b, const struct ingest_source *src, bool list)
{
	cbor_put_array(b, SOURCE_FIELDS);
	cbor_put_bool(b, list);
	cbor_put_uint(b, (uint64_t)src->kind);
	cbor_put_uint(b, src->entry);
	cbor_put_bytes(b, src->file.p, src->file.n);
	cbor_put_bytes(b, src->lang.p, src->lang.n);
	cbor_put_bytes(b, src->at.p, src->at.n);
	cbor_put_bytes(b, src->page.p, src->page.n);
	cbor_put_bytes(b, src->page_at.p, src->page_at.n);
	cbor_put_bytes(b, src->rules.p, src->rules.n);
	cbor_put_bool(b, src->trace);
	cbor_put_bytes(b, src->data.p, src->data.n);
}

int
ingest_get_source(struct ingest_source *ret, bool *ret_list, struct bytes msg)
{
	struct reader r;
	uint64_t kind;

	*ret = (struct ingest_source){0};
	reader_init(&r, msg.p, msg.n);
	if (cbor_array(&r, SOURCE_FIELDS) != SOURCE_FIELDS)
		reader_fail(&r, QERR_MISSING);
	*ret_list = cbor_bool(&r);
	kind = cbor_uint_in(&r, 0, INGEST_FEED);
	ret->kind = (enum ingest_kind)kind;
	ret->entry = (size_t)cbor_uint_in(&r, 0, SIZE_MAX);
	ret->file = cbor_bytes(&r);
	ret->lang = cbor_bytes(&r);
	ret->at = cbor_bytes(&r);
	ret->page = cbor_bytes(&r);
	ret->page_at = cbor_bytes(&r);
	ret->rules = cbor_bytes(&r);
	ret->trace = cbor_bool(&r);
	ret->data = cbor_bytes(&r);
	return reader_end(&r);
}

static void
put_string(struct buf *b, const char *s)
{
	cbor_put_text(b, s != NULL ? s : "", s != NULL ? strlen(s) : 0);
}

static void
put_strings(struct buf *b, char *const *s, size_t n)
{
	cbor_put_array(b, n);
	for (size_t i = 0; i < n; i++)
		put_string(b, s[i]);
}

static void
put_date(struct buf *b, bool has, int64_t when)
{
	cbor_put_array(b, has ? 1 : 0);
	if (has)
		cbor_put_int(b, when);
}

void
ingest_put_doc(struct buf *b, const struct ingest_doc *d)
{
	cbor_put_array(b, FIELDS);
	cbor_put_uint(b, INGEST_SAY_DOC);
	put_string(b, d->name);
	put_string(b, d->lang);
	cbor_put_bool(b, d->foreign);
	put_string(b, d->title);
	put_strings(b, d->author, d->n_author);
	put_string(b, d->section);
	put_strings(b, d->tag, d->n_tag);
	put_date(b, d->has_published, d->published);
	put_date(b, d->has_updated, d->updated);
	put_string(b, d->address);
	put_string(b, d->summary);
	put_string(b, d->note);
	cbor_put_array(b, d->n_picture);
	for (size_t i = 0; i < d->n_picture; i++) {
		cbor_put_array(b, 2);
		cbor_put_uint(b, d->picture[i].number);
		put_string(b, d->picture[i].alt);
	}
	cbor_put_text(b, d->body.p, d->body.n);
	cbor_put_text(b, d->trace.p, d->trace.n);
	put_strings(b, d->warning, d->n_warning);
}

/* A string of at most |max| bytes; NULL if it is empty. */
static char *
get_string(struct reader *r, size_t max)
{
	struct bytes s = cbor_text_in(r, 0, max);
	char *copy;

	if (r->err == 0 && text_check(s, false) != 0)
		reader_fail(r, QERR_TEXT);
	if (r->err != 0 || s.n == 0)
		return NULL;
	copy = strndup((const char *)s.p, s.n);
	if (copy == NULL)
		reader_fail(r, QERR_NOMEM);
	return copy;
}

static void
get_strings(struct reader *r, char **ret, size_t *ret_n, size_t n_max,
    size_t max)
{
	size_t n = cbor_array(r, n_max);

	for (size_t i = 0; i < n; i++) {
		char *s = get_string(r, max);

		if (s == NULL) {
			reader_fail(r, QERR_MISSING);
			return;
		}
		/* Warnings of the publisher's own may be there already. */
		if (*ret_n < n_max)
			ret[(*ret_n)++] = s;
		else
			free(s);
	}
}

static void
get_date(struct reader *r, bool *has, int64_t *when)
{
	*has = cbor_array(r, 1) == 1;
	if (*has)
		*when = cbor_int(r);
}

static void
get_pictures(struct reader *r, struct ingest_doc *d, uint32_t n_pictures)
{
	size_t n = cbor_array(r, ARTICLE_PICTURES_MAX);

	for (size_t i = 0; i < n && r->err == 0; i++) {
		struct ingest_picture *p = &d->picture[d->n_picture];

		if (cbor_array(r, 2) != 2 || n_pictures == 0) {
			reader_fail(r, QERR_RANGE);
			return;
		}
		p->number = (uint32_t)cbor_uint_in(r, 0, n_pictures - 1);
		p->alt = get_string(r, 4096);
		d->n_picture++;
	}
}

static void
get_body(struct reader *r, struct ingest_doc *d)
{
	struct bytes body = cbor_text_in(r, 1, MARKUP_MAX);

	if (r->err != 0)
		return;
	reader_fail(r, markup_check(body, d->n_picture, NULL));
	buf_put(&d->body, body.p, body.n);
	reader_fail(r, buf_err(&d->body));
}

static void
get_trace(struct reader *r, struct ingest_doc *d)
{
	struct bytes trace = cbor_text_in(r, 0, TRACE_MAX);

	if (r->err == 0 && !trace_check(trace))
		reader_fail(r, QERR_TEXT);
	if (r->err == 0)
		buf_put(&d->trace, trace.p, trace.n);
	reader_fail(r, buf_err(&d->trace));
}

int
ingest_get_doc(struct ingest_doc *ret, struct bytes msg, uint32_t n_pictures)
{
	struct reader r;

	reader_init(&r, msg.p, msg.n);
	if (cbor_array(&r, FIELDS) != FIELDS || cbor_uint(&r) != INGEST_SAY_DOC)
		reader_fail(&r, QERR_MISSING);
	ret->name = get_string(&r, 512);
	ret->lang = get_string(&r, 35);
	ret->foreign = cbor_bool(&r);
	ret->title = get_string(&r, 1024);
	get_strings(&r, ret->author, &ret->n_author, ARTICLE_AUTHORS_MAX, 256);
	ret->section = get_string(&r, 256);
	get_strings(&r, ret->tag, &ret->n_tag, ARTICLE_TAGS_MAX, 128);
	get_date(&r, &ret->has_published, &ret->published);
	get_date(&r, &ret->has_updated, &ret->updated);
	ret->address = get_string(&r, 2048);
	ret->summary = get_string(&r, 4096);
	ret->note = get_string(&r, 2048);
	get_pictures(&r, ret, n_pictures);
	get_body(&r, ret);
	get_trace(&r, ret);
	get_strings(&r, ret->warning, &ret->n_warning, INGEST_WARNINGS_MAX,
	    512);
	if (r.err == 0 && (ret->lang == NULL || ret->title == NULL ||
			      lang_check(bytes_str(ret->lang)) != 0))
		reader_fail(&r, QERR_MISSING);
	return reader_end(&r);
}

static void
put_file(struct buf *b, const struct picture_file *f)
{
	cbor_put_array(b, 4);
	cbor_put_uint(b, (uint64_t)f->type);
	cbor_put_uint(b, f->width);
	cbor_put_uint(b, f->height);
	cbor_put_bytes(b, f->data.p, f->data.n);
}

void
ingest_put_pictures(struct buf *b, const struct picture_set *s)
{
	cbor_put_array(b, 3);
	cbor_put_uint(b, INGEST_SAY_PICTURES);
	put_file(b, &s->large);
	cbor_put_array(b, s->small.data.n > 0 ? 1 : 0);
	if (s->small.data.n > 0)
		put_file(b, &s->small);
}

static void
get_file(struct reader *r, struct picture_file *f, size_t max)
{
	struct bytes data;
	uint64_t type;

	if (cbor_array(r, 4) != 4)
		reader_fail(r, QERR_MISSING);
	type = cbor_uint_in(r, PICTURE_JPEG, PICTURE_AVIF);
	f->type = (enum picture_type)type;
	f->width = (uint32_t)cbor_uint_in(r, 1, PICTURE_SIDE_MAX);
	f->height = (uint32_t)cbor_uint_in(r, 1, PICTURE_SIDE_MAX);
	data = cbor_bytes_in(r, 1, max);
	if (r->err == 0)
		buf_put(&f->data, data.p, data.n);
	reader_fail(r, buf_err(&f->data));
}

int
ingest_get_pictures(struct picture_set *ret, struct bytes msg)
{
	struct reader r;

	reader_init(&r, msg.p, msg.n);
	if (cbor_array(&r, 3) != 3 || cbor_uint(&r) != INGEST_SAY_PICTURES)
		reader_fail(&r, QERR_MISSING);
	get_file(&r, &ret->large, PICTURE_KEPT_MAX);
	if (cbor_array(&r, 1) == 1)
		get_file(&r, &ret->small, PICTURE_SMALL_MAX);
	return reader_end(&r) != 0 ? reader_end(&r) : picture_set_check(ret);
}

void
ingest_put_list(struct buf *b, const struct ingest_list *l)
{
	cbor_put_array(b, 3);
	cbor_put_uint(b, INGEST_SAY_LIST);
	cbor_put_uint(b, (uint64_t)l->kind);
	cbor_put_array(b, l->n);
	for (size_t i = 0; i < l->n; i++) {
		const struct ingest_entry *e = &l->entry[i];

		cbor_put_array(b, 6);
		cbor_put_uint(b, e->number);
		cbor_put_bytes(b, e->name.b, sizeof(e->name.b));
		cbor_put_bytes(b, e->text.b, sizeof(e->text.b));
		cbor_put_bool(b, e->whole);
		cbor_put_int(b, e->changed);
		put_string(b, e->link);
	}
}

static void
get_entry(struct reader *r, struct ingest_list *l)
{
	struct ingest_entry e = {0};
	struct bytes link;

	if (cbor_array(r, 6) != 6)
		reader_fail(r, QERR_MISSING);
	e.number = (size_t)cbor_uint_in(r, 0, INGEST_ENTRIES_MAX - 1);
	cbor_bytes_exact(r, e.name.b, sizeof(e.name.b));
	cbor_bytes_exact(r, e.text.b, sizeof(e.text.b));
	e.whole = cbor_bool(r);
	e.changed = cbor_int(r);
	link = cbor_text_in(r, 0, INGEST_LINK_MAX);
	if (r->err == 0 && text_check(link, false) != 0)
		reader_fail(r, QERR_TEXT);
	if (r->err == 0)
		reader_fail(r, ingest_list_add(l, &e, link));
}

int
ingest_get_list(struct ingest_list *ret, struct bytes msg)
{
	struct reader r;
	uint64_t kind;
	size_t n;

	*ret = (struct ingest_list){0};
	reader_init(&r, msg.p, msg.n);
	if (cbor_array(&r, 3) != 3 || cbor_uint(&r) != INGEST_SAY_LIST)
		reader_fail(&r, QERR_MISSING);
	kind = cbor_uint_in(&r, 0, INGEST_LIST_INDEX);
	ret->kind = (enum ingest_list_kind)kind;
	n = cbor_array(&r, INGEST_ENTRIES_MAX);
	for (size_t i = 0; i < n && r.err == 0; i++)
		get_entry(&r, ret);
	return reader_end(&r);
}
