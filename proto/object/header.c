#include "proto/object/header.h"

#include <stdio.h>

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/hash.h"
#include "proto/object/signed.h"

/* PROTOCOL.md §5: keys of the body map and of a pack's. */
enum {
	FIELD_KIND,
	FIELD_FEED,
	FIELD_CHARTER,
	FIELD_NUMBER,
	FIELD_TIME,
	FIELD_NEXT,
	FIELD_HISTORY,
	FIELD_PACKS,
	FIELD_APPROVALS,
	FIELDS
};
enum {
	PACK_TIER,
	PACK_ROOT,
	PACK_SIZE,
	PACK_RAW,
	PACK_CONTENTS,
	PACK_COUNT,
	PACK_FIRST,
	PACK_LAST,
	PACK_BASE,
	PACK_ONLY,
	PACK_FIELDS
};
#define KIND_HEADER 2
#define NUMBER_MAX  UINT32_MAX
#define TIME_MAX    ((uint64_t)1 << 40)
#define NEED        0x7fu /* all but the packs */
#define PACK_NEED   0x3fu /* tier .. count */

static void
read_pack_field(struct reader *r, struct pack_entry *p, uint64_t field,
    uint64_t number)
{
	uint64_t tier;

	switch (field) {
	case PACK_TIER:
		tier = cbor_uint_in(r, 0, TIERS - 1);
		p->tier = (enum tier)tier;
		break;
	case PACK_ROOT:
		cbor_bytes_exact(r, p->root.b, 32);
		break;
	case PACK_SIZE:
		p->size = (uint32_t)cbor_uint_in(r, 1, PACK_SIZE_MAX);
		break;
	case PACK_RAW:
		p->raw = (uint32_t)cbor_uint_in(r, 1, PACK_SIZE_MAX);
		break;
	case PACK_CONTENTS:
		cbor_bytes_exact(r, p->contents.b, 32);
		break;
	case PACK_COUNT:
		p->count = (uint32_t)cbor_uint_in(r, 1, PACK_COUNT_MAX);
		break;
	case PACK_FIRST: /* a default is left out, never written */
		p->first = cbor_uint_in(r, 1, number - 1);
		break;
	case PACK_LAST:
		p->last = cbor_uint_in(r, 1, number - 1);
		break;
	case PACK_BASE:
		p->has_base = true;
		cbor_bytes_exact(r, p->base.b, 32);
		break;
	case PACK_ONLY:
		p->only = cbor_bool(r);
		if (r->err == 0 && !p->only)
			reader_fail(r, QERR_ENCODING);
		break;
	default:
		reader_fail(r, QERR_UNKNOWN);
	}
}

static void
read_pack(struct reader *r, struct pack_entry *p, uint64_t number)
{
	size_t n = cbor_map(r, PACK_FIELDS);
	uint64_t at = CBOR_KEY_START;
	unsigned seen = 0;

	*p = (struct pack_entry){.first = number, .last = number};
	for (size_t i = 0; i < n && r->err == 0; i++) {
		uint64_t field = cbor_key(r, &at);

		read_pack_field(r, p, field, number);
		if (r->err == 0)
			seen |= 1u << field;
	}
	if (r->err == 0 && (seen & PACK_NEED) != PACK_NEED)
		reader_fail(r, QERR_MISSING);
	if (r->err == 0 && p->first > p->last)
		reader_fail(r, QERR_RANGE);
}

static int
pack_cmp(const struct pack_entry *a, const struct pack_entry *b)
{
	if (a->tier != b->tier)
		return a->tier < b->tier ? -1 : 1;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return (a->last > b->last) - (a->last < b->last);
}

/* A pack of a higher tier is cut by the heads of the same cover (§6). */
static bool
has_heads(const struct header *h, const struct pack_entry *p)
{
	for (size_t i = 0; i < h->n_pack; i++)
		if (h->pack[i].tier == TIER_HEADS &&
		    h->pack[i].first == p->first && h->pack[i].last == p->last)
			return true;
	return false;
}

static void
read_packs(struct reader *r, struct header *h)
{
	h->n_pack = cbor_array(r, HEADER_PACKS_MAX);
	if (h->n_pack == 0)
		reader_fail(r, QERR_MISSING);
	for (size_t i = 0; i < h->n_pack && r->err == 0; i++) {
		read_pack(r, &h->pack[i], h->number);
		if (i > 0 && pack_cmp(&h->pack[i - 1], &h->pack[i]) >= 0)
			reader_fail(r, QERR_ORDER);
		if (r->err == 0 && !has_heads(h, &h->pack[i]) &&
		    h->pack[i].tier != TIER_HEADS)
			reader_fail(r, QERR_MISSING);
	}
}

static void
read_approvals(struct reader *r, struct header *h)
{
	h->n_approval = cbor_array(r, HEADER_APPROVALS_MAX);
	if (h->n_approval == 0)
		reader_fail(r, QERR_MISSING);
	for (size_t i = 0; i < h->n_approval && r->err == 0; i++) {
		key_sig_decode(&h->approval[i], r);
		if (i > 0 && memcmp(h->approval[i - 1].id, h->approval[i].id,
				 KEY_ID_LEN) >= 0)
			reader_fail(r, QERR_ORDER);
	}
}

static void
read_field(struct reader *r, struct header *h, uint64_t field)
{
	switch (field) {
	case FIELD_KIND:
		if (cbor_uint(r) != KIND_HEADER)
			reader_fail(r, QERR_VERSION);
		break;
	case FIELD_FEED:
		cbor_bytes_exact(r, h->feed.b, 32);
		break;
	case FIELD_CHARTER:
		h->charter = cbor_uint_in(r, 1, UINT32_MAX);
		break;
	case FIELD_NUMBER:
		h->number = cbor_uint_in(r, 1, NUMBER_MAX);
		break;
	case FIELD_TIME:
		h->time = cbor_uint_in(r, 0, TIME_MAX);
		break;
	case FIELD_NEXT:
		h->next = cbor_uint_in(r, 0, UINT32_MAX);
		break;
	case FIELD_HISTORY:
		cbor_bytes_exact(r, h->history.b, 32);
		break;
	case FIELD_PACKS:
		read_packs(r, h);
		break;
	case FIELD_APPROVALS:
		read_approvals(r, h);
		break;
	default:
		reader_fail(r, QERR_UNKNOWN);
	}
}

static int
decode_body(struct header *ret, struct bytes body)
{
	uint64_t at = CBOR_KEY_START;
	unsigned seen = 0;
	struct reader r;
	size_t n;

	*ret = (struct header){0};
	if (body.n == 0)
		return QERR_TRUNCATED;
	reader_init(&r, body.p, body.n);
	n = cbor_map(&r, FIELDS);
	for (size_t i = 0; i < n && r.err == 0; i++) {
		uint64_t field = cbor_key(&r, &at);

		/* The packs' defaults hang on the number, which comes before. */
		if (field == FIELD_PACKS && (seen & NEED) != NEED)
			reader_fail(&r, QERR_MISSING);
		read_field(&r, ret, field);
		if (r.err == 0)
			seen |= 1u << field;
	}
	if (reader_end(&r) != 0)
		return reader_end(&r);
	return (seen & NEED) != NEED ? QERR_MISSING : 0;
}

int
header_decode_body(struct header *ret, struct bytes body)
{
	int err = decode_body(ret, body);

	if (err == 0)
		hash(&ret->hash, HASH_HEADER, body);
	return err;
}

static void
put_pack(struct buf *b, const struct pack_entry *p, uint64_t number)
{
	cbor_put_map(b, 6u + (p->first != number) + (p->last != number) +
			    p->has_base + p->only);
	cbor_put_uint(b, PACK_TIER);
	cbor_put_uint(b, p->tier);
	cbor_put_uint(b, PACK_ROOT);
	cbor_put_bytes(b, p->root.b, 32);
	cbor_put_uint(b, PACK_SIZE);
	cbor_put_uint(b, p->size);
	cbor_put_uint(b, PACK_RAW);
	cbor_put_uint(b, p->raw);
	cbor_put_uint(b, PACK_CONTENTS);
	cbor_put_bytes(b, p->contents.b, 32);
	cbor_put_uint(b, PACK_COUNT);
	cbor_put_uint(b, p->count);
	if (p->first != number) {
		cbor_put_uint(b, PACK_FIRST);
		cbor_put_uint(b, p->first);
	}
	if (p->last != number) {
		cbor_put_uint(b, PACK_LAST);
		cbor_put_uint(b, p->last);
	}
	if (p->has_base) {
		cbor_put_uint(b, PACK_BASE);
		cbor_put_bytes(b, p->base.b, 32);
	}
	if (p->only) {
		cbor_put_uint(b, PACK_ONLY);
		cbor_put_bool(b, true);
	}
}

int
header_encode(struct buf *b, const struct header *h)
{
	size_t start = b->n;
	struct header check;
	int err;

	cbor_put_map(b, 7u + (h->n_pack > 0) + (h->n_approval > 0));
	cbor_put_uint(b, FIELD_KIND);
	cbor_put_uint(b, KIND_HEADER);
	cbor_put_uint(b, FIELD_FEED);
	cbor_put_bytes(b, h->feed.b, 32);
	cbor_put_uint(b, FIELD_CHARTER);
	cbor_put_uint(b, h->charter);
	cbor_put_uint(b, FIELD_NUMBER);
	cbor_put_uint(b, h->number);
	cbor_put_uint(b, FIELD_TIME);
	cbor_put_uint(b, h->time);
	cbor_put_uint(b, FIELD_NEXT);
	cbor_put_uint(b, h->next);
	cbor_put_uint(b, FIELD_HISTORY);
	cbor_put_bytes(b, h->history.b, 32);
	if (h->n_pack > 0) {
		cbor_put_uint(b, FIELD_PACKS);
		cbor_put_array(b, h->n_pack);
		for (size_t i = 0; i < h->n_pack; i++)
			put_pack(b, &h->pack[i], h->number);
	}
	if (h->n_approval > 0) {
		cbor_put_uint(b, FIELD_APPROVALS);
		cbor_put_array(b, h->n_approval);
		for (size_t i = 0; i < h->n_approval; i++)
			key_sig_encode(b, &h->approval[i]);
	}
	if (buf_err(b) != 0)
		return buf_err(b);

	/* What we would not accept, we do not write. */
	err = header_decode_body(&check, bytes_of(b->p + start, b->n - start));
	if (err != 0)
		b->n = start;
	return err;
}

void
header_comment(char dst[HEADER_COMMENT_MAX], uint64_t number,
    const struct id *feed)
{
	char id[ID_TEXT_LEN + 1];

	id_text(id, feed);
	snprintf(dst, HEADER_COMMENT_MAX, "quire issue %llu %s",
	    (unsigned long long)number, id);
}

void
header_approval_comment(char dst[HEADER_COMMENT_MAX], uint64_t number,
    const struct id *feed)
{
	char id[ID_TEXT_LEN + 1];

	id_text(id, feed);
	snprintf(dst, HEADER_COMMENT_MAX, "quire approval %llu %s",
	    (unsigned long long)number, id);
}

int
header_approved(struct buf *b, const struct header *h)
{
	struct header draft = *h;

	draft.time = 0;
	draft.n_approval = 0;
	return header_encode(b, &draft);
}

int
header_approve(struct header *h, const struct key_sig *s)
{
	size_t i = 0;

	while (i < h->n_approval &&
	       memcmp(h->approval[i].id, s->id, KEY_ID_LEN) < 0)
		i++;
	if (i < h->n_approval &&
	    memcmp(h->approval[i].id, s->id, KEY_ID_LEN) == 0)
		return QERR_DUPLICATE;
	if (h->n_approval == HEADER_APPROVALS_MAX)
		return QERR_FULL;
	memmove(&h->approval[i + 1], &h->approval[i],
	    (h->n_approval - i) * sizeof(h->approval[0]));
	h->approval[i] = *s;
	h->n_approval++;
	return 0;
}

static int
check_approval(const struct header *h, struct bytes draft,
    const struct key_sig *s, const struct charter *c)
{
	char comment[HEADER_COMMENT_MAX];
	const struct key *k;
	int err = charter_signer(c, s->id, h->number, &k);

	header_approval_comment(comment, h->number, &h->feed);
	return err != 0 ? err : key_verify(k, s, draft, comment);
}

int
header_check_approval(const struct header *h, const struct key_sig *s,
    const struct charter *c)
{
	struct buf draft;
	int err;

	buf_init(&draft, HEADER_FILE_MAX);
	err = header_approved(&draft, h);
	if (err == 0)
		err = check_approval(h, buf_bytes(&draft), s, c);
	buf_done(&draft);
	return err;
}

size_t
header_signers(const struct header *h,
    uint8_t ret[HEADER_SIGNERS_MAX][KEY_ID_LEN])
{
	memcpy(ret[0], h->signer, KEY_ID_LEN);
	for (size_t i = 0; i < h->n_approval; i++)
		memcpy(ret[i + 1], h->approval[i].id, KEY_ID_LEN);
	return h->n_approval + 1;
}

int
header_sign(struct buf *b, struct header *h, const struct key_secret *k)
{
	char comment[HEADER_COMMENT_MAX];
	struct signed_file f = {.n_sig = 1};
	struct buf body;
	size_t start = b->n;
	int err;

	buf_init(&body, HEADER_FILE_MAX);
	if ((err = header_encode(&body, h)) != 0)
		goto out;
	f.body = buf_bytes(&body);
	header_comment(comment, h->number, &h->feed);
	key_sign(&f.sig[0], k, f.body, comment);
	signed_encode(b, &f);
	if ((err = buf_err(b)) != 0)
		goto out;
	if (b->n - start > HEADER_FILE_MAX) {
		b->n = start;
		err = QERR_TOOBIG;
		goto out;
	}
	hash(&h->hash, HASH_HEADER, f.body);
	memcpy(h->signer, k->pub.id, KEY_ID_LEN);
out:
	buf_done(&body);
	return err;
}

/* Who approves does not sign once more. */
static int
take_signer(struct header *h, const struct key_sig *s)
{
	memcpy(h->signer, s->id, KEY_ID_LEN);
	for (size_t i = 0; i < h->n_approval; i++)
		if (memcmp(h->approval[i].id, s->id, KEY_ID_LEN) == 0)
			return QERR_ORDER;
	return 0;
}

static int
decode_file(struct header *ret, struct signed_file *f, struct bytes file)
{
	int err;

	if (file.n > HEADER_FILE_MAX)
		return QERR_TOOBIG;
	if ((err = signed_decode(f, file, 1)) != 0 ||
	    (err = header_decode_body(ret, f->body)) != 0)
		return err;
	return take_signer(ret, &f->sig[0]);
}

int
header_read(struct header *ret, struct bytes file)
{
	struct signed_file f;
	int err;

	if (file.n > HEADER_FILE_MAX)
		return QERR_TOOBIG;
	if ((err = signed_decode(&f, file, 1)) != 0 ||
	    (err = decode_body(ret, f.body)) != 0)
		return err;
	return take_signer(ret, &f.sig[0]);
}

int
header_peek(struct header *ret, struct bytes file)
{
	struct signed_file f;

	return decode_file(ret, &f, file);
}

static int
check_approvals(const struct header *h, const struct charter *c)
{
	struct buf draft;
	int err;

	if (h->n_approval == 0)
		return 0;
	buf_init(&draft, HEADER_FILE_MAX);
	err = header_approved(&draft, h);
	for (size_t i = 0; i < h->n_approval && err == 0; i++)
		err = check_approval(h, buf_bytes(&draft), &h->approval[i], c);
	buf_done(&draft);
	return err;
}

int
header_open(struct header *ret, struct bytes file, const struct charter *c)
{
	uint8_t id[HEADER_SIGNERS_MAX][KEY_ID_LEN];
	char comment[HEADER_COMMENT_MAX];
	struct signed_file f;
	const struct key *k;
	size_t n;
	int err;

	if ((err = decode_file(ret, &f, file)) != 0 ||
	    (err = charter_signer(c, ret->signer, ret->number, &k)) != 0)
		return err;
	n = header_signers(ret, id);
	if ((err = charter_signers(c, id[0], n, ret->number)) != 0)
		return err;
	header_comment(comment, ret->number, &ret->feed);
	if ((err = key_verify(k, &f.sig[0], f.body, comment)) != 0 ||
	    (err = check_approvals(ret, c)) != 0)
		return err;
	return charter_check_history(c, ret->number, &ret->history);
}
