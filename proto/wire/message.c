#include <stdlib.h>
#include <string.h>

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/wire/message_inner.h"

/* Rows. */

void
msg_row_put(struct buf *rows, const struct msg_heads_row *r)
{
	buf_put(rows, r->tag.b, MSG_TAG_LEN);
	buf_put_le32(rows, (uint32_t)r->number);
	buf_put(rows, r->mark, sizeof(r->mark));
	buf_put_u8(rows, (uint8_t)(r->charter - 1));
}

static int
row_cmp(const void *x, const void *y)
{
	return memcmp(x, y, MSG_TAG_LEN);
}

void
msg_rows_sort(struct buf *rows)
{
	if (rows->n > 0)
		qsort(rows->p, msg_rows(buf_bytes(rows)), MSG_ROW_LEN, row_cmp);
}

void
msg_row(struct msg_heads_row *ret, struct bytes rows, size_t i)
{
	const uint8_t *at = rows.p + i * MSG_ROW_LEN;

	memcpy(ret->tag.b, at, MSG_TAG_LEN);
	ret->number = load_le32(at + MSG_TAG_LEN);
	memcpy(ret->mark, at + 12, sizeof(ret->mark));
	ret->charter = at[16] + 1U;
}

/* Writing. */

static void
begin(struct buf *b, const struct msg *m, size_t fields)
{
	cbor_put_array(b, 1 + fields);
	cbor_put_uint(b, m->kind);
}

static void
put_hello(struct buf *b, const struct msg *m)
{
	const struct msg_hello *h = &m->hello;

	begin(b, m, h->role == ROLE_NODE ? 4 : 2);
	cbor_put_uint(b, h->version);
	cbor_put_uint(b, h->role);
	if (h->role == ROLE_READER)
		return;
	cbor_put_bytes(b, h->key, sizeof(h->key));
	cbor_put_bytes(b, h->sig, sizeof(h->sig));
}

static void
put_heads(struct buf *b, const struct msg *m)
{
	begin(b, m, 3);
	cbor_put_uint(b, m->heads.counter);
	cbor_put_uint(b, m->heads.seen);
	cbor_put_bytes(b, m->heads.rows.p, m->heads.rows.n);
}

static void
put_news(struct buf *b, const struct msg *m)
{
	begin(b, m, 3);
	cbor_put_bytes(b, m->news.charter.p, m->news.charter.n);
	cbor_put_bytes(b, m->news.header.p, m->news.header.n);
	cbor_put_uint(b, m->news.gap);
}

static void
put_holds(struct buf *b, const struct msg *m)
{
	const struct msg_holds *h = &m->holds;

	begin(b, m, 2);
	if (h->of_pack)
		cbor_put_bytes(b, h->pack.b, sizeof(h->pack.b));
	else
		cbor_put_bytes(b, h->tag.b, sizeof(h->tag.b));
	cbor_put_array(b, h->n * (h->of_pack ? 2 : 3));
	for (size_t i = 0; i < h->n; i++) {
		if (!h->of_pack)
			cbor_put_uint(b, h->run[i].tier);
		cbor_put_uint(b, h->run[i].first);
		cbor_put_uint(b, h->run[i].last);
	}
}

static void
put_ask(struct buf *b, const struct msg *m)
{
	static const struct msg_ask nothing;
	const struct msg_ask *a = m->ask.budget == 0 ? &nothing : &m->ask;
	size_t n = msg_name_len(a);

	begin(b, m, 6);
	cbor_put_uint(b, m->ask.id);
	cbor_put_uint(b, a->what);
	cbor_put_bytes(b, n == 32 ? a->pack.b : a->tag.b, n);
	cbor_put_uint(b, a->first);
	cbor_put_uint(b, a->last);
	cbor_put_uint(b, a->budget);
}

static void
put_give(struct buf *b, const struct msg *m)
{
	const struct msg_give *g = &m->give;

	begin(b, m, 4);
	cbor_put_uint(b, g->id);
	cbor_put_uint(b, g->status);
	cbor_put_uint(b, g->offset);
	cbor_put_bytes(b, g->data.p, g->data.n);
}

static void
put_peers(struct buf *b, const struct msg *m)
{
	begin(b, m, 2);
	cbor_put_uint(b, m->peers.use);
	cbor_put_array(b, m->peers.n);
	for (size_t i = 0; i < m->peers.n; i++)
		cbor_put_text(b, m->peers.token[i].p, m->peers.token[i].n);
}

int
msg_encode(struct buf *b, const struct msg *m)
{
	int err = msg_check(m);

	if (err != 0) {
		buf_fail(b, err);
		return err;
	}
	switch (m->kind) {
	case MSG_HELLO:
		put_hello(b, m);
		break;
	case MSG_HEADS:
		put_heads(b, m);
		break;
	case MSG_NEWS:
		put_news(b, m);
		break;
	case MSG_HOLDS:
		put_holds(b, m);
		break;
	case MSG_ASK:
		put_ask(b, m);
		break;
	case MSG_GIVE:
		put_give(b, m);
		break;
	case MSG_PROOF:
		begin(b, m, 2);
		cbor_put_bytes(b, m->proof.a.p, m->proof.a.n);
		cbor_put_bytes(b, m->proof.b.p, m->proof.b.n);
		break;
	case MSG_PEERS:
		put_peers(b, m);
		break;
	case MSG_BYE:
		begin(b, m, 2);
		cbor_put_uint(b, m->bye.code);
		cbor_put_uint(b, m->bye.retry);
		break;
	default:
		break;
	}
	return buf_err(b);
}

/* Reading. */

static void
need(struct reader *r, bool ok, int err)
{
	if (!ok)
		reader_fail(r, err);
}

static void
get_hello(struct reader *r, struct msg_hello *m, size_t fields)
{
	uint64_t role;

	memset(m, 0, sizeof(*m));
	m->version = cbor_uint(r);
	need(r, m->version == MSG_VERSION, QERR_VERSION);
	role = cbor_uint_in(r, ROLE_READER, ROLE_NODE);
	m->role = (enum msg_role)role;
	need(r, fields == (m->role == ROLE_NODE ? 4 : 2), QERR_TYPE);
	if (r->err != 0 || m->role == ROLE_READER)
		return;
	cbor_bytes_exact(r, m->key, sizeof(m->key));
	cbor_bytes_exact(r, m->sig, sizeof(m->sig));
}

static void
get_heads(struct reader *r, struct msg_heads *m)
{
	m->counter = cbor_uint(r);
	m->seen = cbor_uint(r);
	m->rows = cbor_bytes_in(r, 0, MSG_HEADS_MAX * MSG_ROW_LEN);
	need(r, m->rows.n % MSG_ROW_LEN == 0, QERR_RANGE);
}

static void
get_holds(struct reader *r, struct msg_holds *m)
{
	struct bytes name = cbor_bytes(r);
	size_t n, each;

	memset(m, 0, sizeof(*m));
	need(r, name.n == MSG_TAG_LEN || name.n == 32, QERR_RANGE);
	if (r->err != 0)
		return;
	m->of_pack = name.n == 32;
	memcpy(m->of_pack ? m->pack.b : m->tag.b, name.p, name.n);

	each = m->of_pack ? 2 : 3;
	n = cbor_array(r, MSG_RUNS_MAX * each);
	need(r, n % each == 0, QERR_RANGE);
	m->n = n / each;
	for (size_t i = 0; i < m->n && r->err == 0; i++) {
		m->run[i].tier = m->of_pack ? 0 : cbor_uint(r);
		m->run[i].first = cbor_uint(r);
		m->run[i].last = cbor_uint(r);
	}
}

static void
get_ask(struct reader *r, struct msg_ask *m)
{
	struct bytes name;
	uint64_t what;

	memset(m, 0, sizeof(*m));
	m->id = cbor_uint(r);
	what = cbor_uint_in(r, ASK_CHARTERS, ASK_PART);
	m->what = (enum msg_what)what;
	name = cbor_bytes(r);
	m->first = cbor_uint(r);
	m->last = cbor_uint(r);
	m->budget = cbor_uint(r);
	need(r, name.n == msg_name_len(m), QERR_RANGE);
	need(r,
	    m->budget != 0 || (m->what == 0 && m->first == 0 && m->last == 0),
	    QERR_RANGE);
	if (r->err == 0 && name.n > 0)
		memcpy(name.n == 32 ? m->pack.b : m->tag.b, name.p, name.n);
}

static void
get_give(struct reader *r, struct msg_give *m)
{
	uint64_t status;

	memset(m, 0, sizeof(*m));
	m->id = cbor_uint(r);
	status = cbor_uint_in(r, GIVE_LAST, GIVE_BUSY);
	m->status = (enum msg_status)status;
	m->offset = cbor_uint(r);
	m->data = cbor_bytes(r);
}

static void
get_peers(struct reader *r, struct msg_peers *m)
{
	uint64_t use = cbor_uint_in(r, USE_PASS_ON, USE_OWN);

	m->use = (enum msg_use)use;
	m->n = cbor_array(r, MSG_TOKENS_MAX);
	for (size_t i = 0; i < m->n && r->err == 0; i++)
		m->token[i] = cbor_text(r);
}

/* The items behind the kind, of which |fields| are left. */
static void
get_fields(struct reader *r, struct msg *m, size_t fields)
{
	static const size_t count[] = {
	    [MSG_HEADS] = 3,
	    [MSG_NEWS] = 3,
	    [MSG_HOLDS] = 2,
	    [MSG_ASK] = 6,
	    [MSG_GIVE] = 4,
	    [MSG_PROOF] = 2,
	    [MSG_PEERS] = 2,
	    [MSG_BYE] = 2,
	};

	if (m->kind != MSG_HELLO)
		need(r, fields == count[m->kind], QERR_TYPE);
	switch (m->kind) {
	case MSG_HELLO:
		get_hello(r, &m->hello, fields);
		break;
	case MSG_HEADS:
		get_heads(r, &m->heads);
		break;
	case MSG_NEWS:
		m->news.charter = cbor_bytes(r);
		m->news.header = cbor_bytes(r);
		m->news.gap = cbor_uint(r);
		break;
	case MSG_HOLDS:
		get_holds(r, &m->holds);
		break;
	case MSG_ASK:
		get_ask(r, &m->ask);
		break;
	case MSG_GIVE:
		get_give(r, &m->give);
		break;
	case MSG_PROOF:
		m->proof.a = cbor_bytes(r);
		m->proof.b = cbor_bytes(r);
		break;
	case MSG_PEERS:
		get_peers(r, &m->peers);
		break;
	case MSG_BYE:
	default:
		m->bye.code = cbor_uint(r);
		m->bye.retry = cbor_uint(r);
		break;
	}
}

int
msg_decode(struct msg *ret, struct bytes in)
{
	struct reader r;
	uint64_t kind;
	size_t fields;
	int err;

	if (in.n > MSG_MAX)
		return QERR_TOOBIG;
	reader_init(&r, in.n == 0 ? (const void *)"" : in.p, in.n);
	fields = cbor_array(&r, 8);
	kind = cbor_uint_in(&r, MSG_HELLO, MSG_BYE);
	if (r.err != 0)
		return r.err;
	ret->kind = (enum msg_kind)kind;
	get_fields(&r, ret, fields - 1);
	err = reader_end(&r);
	return err != 0 ? err : msg_check(ret);
}
