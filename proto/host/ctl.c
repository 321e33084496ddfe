#include "proto/host/ctl.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/base/reader.h"
#include "proto/base/text.h"

#define TEXT_MAX 8192 /* a follow link is the longest */

/* --- requests: a map, each field at its number, left out where it says nothing */

enum request_key {
	RQ_KIND,
	RQ_TEXT,
	RQ_FEED,
	RQ_REASON,
	RQ_ADDRESS,
	RQ_FLAGS,
	RQ_TIERS,
	RQ_QUOTA,
	RQ_NEWEST,
	RQ_PICTURES,
	RQ_FILES,
	RQ_TIME,
	RQ_TRANSPORT,
	RQ_KEYS
};

static void
put_text(struct buf *b, enum request_key key, struct bytes text)
{
	if (text.p == NULL)
		return;
	if (text.n > TEXT_MAX)
		buf_fail(b, QERR_TOOBIG);
	if (!utf8_valid(text))
		buf_fail(b, QERR_TEXT);
	cbor_put_uint(b, key);
	cbor_put_text(b, text.p, text.n);
}

static void
put_number(struct buf *b, enum request_key key, uint64_t v)
{
	if (v == 0)
		return;
	cbor_put_uint(b, key);
	cbor_put_uint(b, v);
}

static void
put_pictures(struct buf *b, const struct ctl_request *rq)
{
	if (rq->n_picture == 0)
		return;
	cbor_put_uint(b, RQ_PICTURES);
	cbor_put_array(b, rq->n_picture);
	for (size_t i = 0; i < rq->n_picture; i++) {
		if (!utf8_valid(rq->picture[i]))
			buf_fail(b, QERR_TEXT);
		cbor_put_text(b, rq->picture[i].p, rq->picture[i].n);
	}
}

int
ctl_request_encode(struct buf *b, const struct ctl_request *rq)
{
	const struct bytes text[] = {
	    rq->text, rq->feed, rq->reason, rq->address};
	const uint64_t number[] = {rq->flags, rq->tiers, rq->quota, rq->newest};
	size_t n = 1;

	for (size_t i = 0; i < 4; i++)
		n += (text[i].p != NULL ? 1U : 0U) + (number[i] != 0 ? 1U : 0U);
	cbor_put_map(b, n + (rq->n_picture != 0) + (rq->n_fd != 0) +
			    (rq->time != 0) + (rq->transport.p != NULL));
	cbor_put_uint(b, RQ_KIND);
	cbor_put_uint(b, rq->kind);
	for (size_t i = 0; i < 4; i++)
		put_text(b, (enum request_key)(RQ_TEXT + i), text[i]);
	for (size_t i = 0; i < 4; i++)
		put_number(b, (enum request_key)(RQ_FLAGS + i), number[i]);
	put_pictures(b, rq);
	put_number(b, RQ_FILES, rq->n_fd);
	put_number(b, RQ_TIME, rq->time);
	put_text(b, RQ_TRANSPORT, rq->transport);
	return buf_err(b);
}

static void
get_field(struct ctl_request *rq, struct reader *r, uint64_t key)
{
	uint64_t v;

	switch (key) {
	case RQ_KIND:
		v = cbor_uint_in(r, CTL_STATUS, CTL_PEER_REVOKE);
		rq->kind = (enum ctl_kind)v;
		break;
	case RQ_TEXT:
		rq->text = cbor_text_in(r, 0, TEXT_MAX);
		break;
	case RQ_FEED:
		rq->feed = cbor_text_in(r, 0, TEXT_MAX);
		break;
	case RQ_REASON:
		rq->reason = cbor_text_in(r, 0, TEXT_MAX);
		break;
	case RQ_ADDRESS:
		rq->address = cbor_text_in(r, 0, TEXT_MAX);
		break;
	case RQ_FLAGS:
		rq->flags = (unsigned)cbor_uint_in(r, 1,
		    CTL_DRY_RUN | CTL_SLOW | CTL_DRAFTING | CTL_RULES |
			CTL_PROMISE | CTL_LOST);
		break;
	case RQ_TIERS:
		rq->tiers = (unsigned)cbor_uint_in(r, 1, 15);
		break;
	case RQ_QUOTA:
		rq->quota = cbor_uint_in(r, 1, UINT64_MAX);
		break;
	case RQ_NEWEST:
		rq->newest = cbor_uint_in(r, 1, UINT64_MAX);
		break;
	case RQ_PICTURES:
		rq->n_picture = cbor_array(r, CTL_PICTURES_MAX);
		if (rq->n_picture == 0) /* none is told by leaving it out */
			reader_fail(r, QERR_RANGE);
		for (size_t i = 0; i < rq->n_picture; i++)
			rq->picture[i] = cbor_text_in(r, 1, CTL_NAME_MAX);
		break;
	case RQ_TRANSPORT:
		rq->transport = cbor_text_in(r, 1, CTL_NAME_MAX);
		break;
	case RQ_FILES:
		rq->n_fd = (size_t)cbor_uint_in(r, 1, CTL_FDS_MAX);
		break;
	case RQ_TIME:
		rq->time = cbor_uint_in(r, 1, UINT64_MAX);
		break;
	default:
		reader_fail(r, QERR_UNKNOWN);
	}
}

/* A document is one file and one for each picture; an edition and rules are one; a
 * retraction may bring one along. */
static int
check_files(const struct ctl_request *rq)
{
	bool document = rq->kind == CTL_DOCUMENT || rq->kind == CTL_TRY;
	bool edition = rq->kind == CTL_DRAFT || rq->kind == CTL_RELEASE;
	bool address = rq->kind == CTL_TRY && rq->address.p != NULL;
	size_t n = edition || (document && !address) ? 1 + rq->n_picture : 0;

	if ((!document || address) && rq->n_picture != 0)
		return QERR_PROTOCOL;
	if (((rq->flags & CTL_RULES) != 0 && rq->kind != CTL_TRY) ||
	    ((rq->flags & CTL_PROMISE) != 0 && rq->kind != CTL_DRAFT) ||
	    ((rq->flags & CTL_LOST) != 0 && rq->kind != CTL_RETRACT))
		return QERR_PROTOCOL;
	n += (rq->flags & CTL_RULES) != 0;
	if (rq->kind == CTL_RETRACT && rq->n_fd == 1)
		return 0;
	return rq->n_fd == n ? 0 : QERR_PROTOCOL;
}

int
ctl_request_decode(struct ctl_request *ret, struct bytes msg)
{
	struct cbor_fields f;
	struct reader r;
	int e;

	memset(ret, 0, sizeof(*ret));
	reader_init(&r, msg.p, msg.n);
	f = cbor_fields(&r, RQ_KEYS);
	while (cbor_next(&f, &r))
		get_field(ret, &r, f.key);
	e = reader_end(&r);
	if (e == 0 && ret->kind == 0)
		e = QERR_MISSING;
	return e != 0 ? e : check_files(ret);
}

/* --- items */

void
ctl_item_init(struct ctl_item *it, const char *what)
{
	it->what = bytes_str(what);
	it->n = 0;
}

static struct ctl_field *
add(struct ctl_item *it, const char *name, enum ctl_type type)
{
	struct ctl_field *f;

	assert(it->n < CTL_FIELDS_MAX);
	f = &it->field[it->n++];
	*f = (struct ctl_field){.name = bytes_str(name), .type = type};
	return f;
}

void
ctl_add_text(struct ctl_item *it, const char *name, struct bytes text)
{
	add(it, name, CTL_TEXT)->text = text;
}

void
ctl_add_number(struct ctl_item *it, const char *name, uint64_t v)
{
	add(it, name, CTL_NUMBER)->number = v;
}

void
ctl_add_flag(struct ctl_item *it, const char *name, bool v)
{
	add(it, name, CTL_FLAG)->number = v;
}

static const struct ctl_field *
find(const struct ctl_item *it, const char *name, enum ctl_type type)
{
	for (size_t i = 0; i < it->n; i++)
		if (it->field[i].type == type &&
		    bytes_eq(it->field[i].name, bytes_str(name)))
			return &it->field[i];
	return NULL;
}

struct bytes
ctl_text(const struct ctl_item *it, const char *name)
{
	const struct ctl_field *f = find(it, name, CTL_TEXT);

	return f != NULL ? f->text : bytes_of(NULL, 0);
}

uint64_t
ctl_number(const struct ctl_item *it, const char *name)
{
	const struct ctl_field *f = find(it, name, CTL_NUMBER);

	return f != NULL ? f->number : 0;
}

bool
ctl_flag(const struct ctl_item *it, const char *name)
{
	const struct ctl_field *f = find(it, name, CTL_FLAG);

	return f != NULL && f->number != 0;
}

bool
ctl_is(const struct ctl_item *it, const char *what)
{
	return bytes_eq(it->what, bytes_str(what));
}

/* --- answers: [0, what, name, value, ...], [1], [2] or [3, exit, message, hint] */

enum answer_kind {
	AN_ITEM,
	AN_DONE,
	AN_NEXT,
	AN_ERROR,
};

static void
put_item(struct buf *b, const struct ctl_item *it)
{
	cbor_put_array(b, 2 + 2 * it->n);
	cbor_put_uint(b, AN_ITEM);
	cbor_put_text(b, it->what.p, it->what.n);
	for (size_t i = 0; i < it->n; i++) {
		const struct ctl_field *f = &it->field[i];

		cbor_put_text(b, f->name.p, f->name.n);
		if (f->type == CTL_TEXT && !utf8_valid(f->text))
			buf_fail(b, QERR_TEXT);
		if (f->type == CTL_TEXT)
			cbor_put_text(b, f->text.p, f->text.n);
		else if (f->type == CTL_NUMBER)
			cbor_put_uint(b, f->number);
		else
			cbor_put_bool(b, f->number != 0);
	}
}

static void
put_error(struct buf *b, const struct ctl_error *e)
{
	cbor_put_array(b, 4);
	cbor_put_uint(b, AN_ERROR);
	cbor_put_uint(b, (uint64_t)e->exit);
	cbor_put_text(b, e->message, strlen(e->message));
	cbor_put_text(b, e->hint, strlen(e->hint));
}

int
ctl_answer_encode(struct buf *b, const struct ctl_answer *a)
{
	if (a->is_item) {
		put_item(b, &a->item);
	} else if (a->end == CTL_ERROR) {
		put_error(b, &a->error);
	} else {
		cbor_put_array(b, 1);
		cbor_put_uint(b, a->end == CTL_DONE ? AN_DONE : AN_NEXT);
	}
	return buf_err(b);
}

static void
get_item(struct ctl_item *it, struct reader *r, size_t n)
{
	it->what = cbor_text_in(r, 1, CTL_NAME_MAX);
	it->n = n / 2;
	for (size_t i = 0; i < it->n && r->err == 0; i++) {
		struct ctl_field *f = &it->field[i];

		f->name = cbor_text_in(r, 1, CTL_NAME_MAX);
		if (cbor_peek(r) == CBOR_TEXT) {
			f->type = CTL_TEXT;
			f->text = cbor_text(r);
		} else if (cbor_peek(r) == CBOR_BOOL) {
			f->type = CTL_FLAG;
			f->number = cbor_bool(r);
		} else {
			f->type = CTL_NUMBER;
			f->number = cbor_uint(r);
		}
	}
}

static void
get_string(struct reader *r, char *dst, size_t size)
{
	struct bytes s = cbor_text_in(r, 0, size - 1);

	if (s.n > 0)
		memcpy(dst, s.p, s.n);
	dst[s.n] = '\0';
}

static void
get_error(struct ctl_error *e, struct reader *r)
{
	e->exit = (int)cbor_uint_in(r, 1, 3);
	get_string(r, e->message, sizeof(e->message));
	get_string(r, e->hint, sizeof(e->hint));
}

int
ctl_answer_decode(struct ctl_answer *ret, struct bytes msg)
{
	uint64_t kind;
	struct reader r;
	size_t n;

	memset(ret, 0, sizeof(*ret));
	reader_init(&r, msg.p, msg.n);
	n = cbor_array(&r, 2 + 2 * CTL_FIELDS_MAX);
	kind = cbor_uint_in(&r, AN_ITEM, AN_ERROR);
	ret->is_item = kind == AN_ITEM;
	ret->end = kind == AN_ERROR  ? CTL_ERROR
		   : kind == AN_NEXT ? CTL_NEXT
				     : CTL_DONE;
	if (kind == AN_ITEM && n >= 2 && n % 2 == 0)
		get_item(&ret->item, &r, n - 2);
	else if (kind == AN_ERROR && n == 4)
		get_error(&ret->error, &r);
	else if (kind == AN_ITEM || kind == AN_ERROR || n != 1)
		reader_fail(&r, QERR_TYPE);
	return reader_end(&r);
}
