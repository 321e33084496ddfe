#include <sodium.h>
#include <string.h>

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/base/rng.h"
#include "proto/object/charter.h"
#include "proto/object/header.h"
#include "proto/wire/message.h"
#include "proto/wire/veil.h"
#include "tests/lib/check.h"

static uint8_t blob[MSG_MAX + 1];

/* Encode |m|, decode that, encode again: the same bytes. */
static size_t
good(const struct msg *m)
{
	static struct msg back;
	struct buf a, b;
	size_t n;

	buf_init(&a, 0);
	buf_init(&b, 0);
	check(msg_encode(&a, m) == 0);
	check(msg_decode(&back, buf_bytes(&a)) == 0);
	check(back.kind == m->kind);
	check(msg_encode(&b, &back) == 0);
	check(bytes_eq(buf_bytes(&a), buf_bytes(&b)));

	/* Cut anywhere, or with a byte behind it, it is none. */
	for (size_t i = 0; i < a.n; i += 1 + a.n / 300)
		check(msg_decode(&back, bytes_of(a.p, i)) < 0);
	n = a.n;
	buf_put_u8(&a, 0);
	check(msg_decode(&back, buf_bytes(&a)) < 0);
	buf_done(&a);
	buf_done(&b);
	return n;
}

static void
bad(const struct msg *m, int err)
{
	struct buf b;

	buf_init(&b, 0);
	check(msg_encode(&b, m) == err);
	check(buf_err(&b) == err && b.n == 0);
	buf_done(&b);
}

static void
bad_bytes(const char *hex, int err)
{
	static struct msg m;
	size_t n;
	int got;

	check(sodium_hex2bin(blob, sizeof(blob), hex, strlen(hex), NULL, &n,
		  NULL) == 0);
	got = msg_decode(&m, bytes_of(blob, n));
	if (got != err)
		fprintf(stderr, "%s: %d\n", hex, got);
	check(got == err);
}

static void
hello(void)
{
	struct msg m = {.kind = MSG_HELLO, .hello = {.version = 1}};

	check(good(&m) == 4);
	m.hello.role = ROLE_NODE;
	memset(m.hello.key, 7, sizeof(m.hello.key));
	check(good(&m) == 104);
	m.hello.version = 2;
	bad(&m, QERR_VERSION);
	bad_bytes("83010200", QERR_VERSION);
	bad_bytes("83010102", QERR_RANGE);
	bad_bytes("83010101", QERR_TYPE);
	bad_bytes("820101", QERR_TRUNCATED);
}

static void
fill_rows(struct msg_heads *h, struct buf *rows, size_t n)
{
	buf_clear(rows);
	for (size_t i = n; i-- > 0;) {
		struct msg_heads_row r = {.number = UINT32_MAX - i,
		    .charter = 1 + i % MSG_CHARTER_MAX};

		memset(r.tag.b, 0x55, sizeof(r.tag.b));
		store_be32(r.tag.b, (uint32_t)i);
		memset(r.mark, 0xaa, sizeof(r.mark));
		msg_row_put(rows, &r);
	}
	msg_rows_sort(rows);
	*h = (struct msg_heads){.counter = n, .rows = buf_bytes(rows)};
}

static void
row_is_itself(struct bytes rows, size_t i)
{
	struct msg_heads_row r;

	msg_row(&r, rows, i);
	check(load_be32(r.tag.b) == i && r.tag.b[7] == 0x55);
	check(r.number == UINT32_MAX - i && r.mark[3] == 0xaa);
	check(r.charter == 1 + i % MSG_CHARTER_MAX);
}

static void
heads(void)
{
	struct msg m = {.kind = MSG_HEADS};
	struct buf rows = {0};
	fill_rows(&m.heads, &rows, 0);
	good(&m);
	fill_rows(&m.heads, &rows, MSG_HEADS_MAX);
	check(msg_rows(m.heads.rows) == MSG_HEADS_MAX);
	check(good(&m) < 17500);
	row_is_itself(m.heads.rows, 0);
	row_is_itself(m.heads.rows, MSG_HEADS_MAX - 1);
	fill_rows(&m.heads, &rows, MSG_HEADS_MAX + 1);
	bad(&m, QERR_RANGE);

	fill_rows(&m.heads, &rows, 50);
	m.heads.counter = UINT32_MAX;
	good(&m);
	memcpy(rows.p + 7 * MSG_ROW_LEN, rows.p + 6 * MSG_ROW_LEN, 8);
	bad(&m, QERR_ORDER);
	fill_rows(&m.heads, &rows, 3);
	m.heads.rows.n--;
	bad(&m, QERR_RANGE);
	m.heads.rows.n++;
	memset(rows.p + MSG_ROW_LEN + 8, 0, 4); /* number 0, and a mark */
	bad(&m, QERR_RANGE);
	memset(rows.p + MSG_ROW_LEN + 12, 0, 4);
	good(&m);
	m.heads.seen = (UINT64_C(1) << 53) - 1;
	good(&m);
	m.heads.seen++;
	bad(&m, QERR_RANGE);
	bad_bytes("840200004100", QERR_RANGE);
	bad_bytes("8402f50040", QERR_TYPE);
	buf_done(&rows);
}

static void
news_and_proof(void)
{
	struct msg m = {.kind = MSG_NEWS,
	    .news = {.header = bytes_of(blob, HEADER_FILE_MAX), .gap = 3}};

	good(&m);
	m.news.charter = bytes_of(blob, CHARTER_FILE_MAX);
	good(&m);
	m.news.header.n = 0;
	good(&m);
	m.news.charter.n++;
	bad(&m, QERR_TOOBIG);
	m.news.charter.n = 0;
	bad(&m, QERR_MISSING);
	m.news.charter.n = 1;
	m.news.gap = 4;
	bad(&m, QERR_RANGE);
	bad_bytes("8403404000", QERR_MISSING);

	m = (struct msg){.kind = MSG_PROOF,
	    .proof = {bytes_of(blob, 1), bytes_of(blob, CHARTER_FILE_MAX)}};
	good(&m);
	m.proof.b.n++;
	bad(&m, QERR_TOOBIG);
	m.proof.a.n = 0;
	bad(&m, QERR_MISSING);
}

static void
holds(void)
{
	static struct msg m;

	memset(&m, 0, sizeof(m));
	m.kind = MSG_HOLDS;
	good(&m);
	m.holds.n = 2;
	m.holds.run[0] = (struct msg_run){0, 1, 1};
	m.holds.run[1] = (struct msg_run){1, 1, 700};
	good(&m);
	m.holds.run[1] = (struct msg_run){0, 3, 700};
	good(&m);
	m.holds.run[1] = (struct msg_run){0, 2, 700};
	bad(&m, QERR_ORDER);
	m.holds.run[0].tier = 1;
	m.holds.run[1].first = 3;
	bad(&m, QERR_ORDER);
	m.holds.run[0] = (struct msg_run){0, 0, 1};
	bad(&m, QERR_RANGE);
	m.holds.run[0] = (struct msg_run){0, 2, 1};
	bad(&m, QERR_RANGE);
	m.holds.run[0] = (struct msg_run){0, 1, 1};
	m.holds.run[1].tier = TIERS;
	bad(&m, QERR_RANGE);

	m.holds.of_pack = true;
	m.holds.n = MSG_RUNS_MAX;
	for (size_t i = 0; i < MSG_RUNS_MAX; i++)
		m.holds.run[i] = (struct msg_run){0, 2 * i, 2 * i};
	good(&m);
	m.holds.run[MSG_RUNS_MAX - 1].last = 1023;
	good(&m);
	m.holds.run[MSG_RUNS_MAX - 1].last = 1024;
	bad(&m, QERR_RANGE);
	m.holds.n++;
	bad(&m, QERR_RANGE);
	bad_bytes("83044700000000000000"
		  "80",
	    QERR_RANGE);
	bad_bytes("83044800000000000000008100", QERR_RANGE);
}

static void
ask(void)
{
	struct msg m = {.kind = MSG_ASK, .ask = {.id = UINT32_MAX}};

	check(good(&m) == 12);
	m.ask.budget = 1;
	bad(&m, QERR_RANGE);
	m.ask.first = 1;
	good(&m);
	m.ask.last = 1;
	bad(&m, QERR_RANGE);
	m.ask.what = ASK_HEADERS;
	good(&m);
	m.ask.last = 0;
	bad(&m, QERR_RANGE);

	m.ask.what = ASK_PIECES;
	m.ask.first = 1016;
	m.ask.last = 1023;
	good(&m);
	m.ask.first = 1015;
	bad(&m, QERR_RANGE);
	m.ask.first = m.ask.last = 1024;
	bad(&m, QERR_RANGE);
	m.ask.first = m.ask.last = 0;
	good(&m);
	m.ask.what = ASK_PIECE_HASHES;
	good(&m);
	m.ask.last = MSG_DATA_MAX - 1;
	good(&m);
	m.ask.last++;
	bad(&m, QERR_RANGE);
	m.ask.what = ASK_PART;
	m.ask.first = 1023;
	m.ask.last = 16383;
	good(&m);
	m.ask.last++;
	bad(&m, QERR_RANGE);
	m.ask.last = 0;
	good(&m);
	m.ask.first++;
	bad(&m, QERR_RANGE);
	m.ask.first = 0;
	m.ask.what = ASK_PEERS;
	m.ask.first = 5;
	bad(&m, QERR_RANGE);
	m.ask.first = 0;
	good(&m);
	m.ask.id++;
	m.ask.id = (uint64_t)UINT32_MAX + 1;
	bad(&m, QERR_RANGE);

	/* A cancel names nothing; a name of the wrong length is none. */
	bad_bytes("8705010040000000", 0);
	bad_bytes("8705010140000000", QERR_RANGE);
	bad_bytes("870501004100000000", QERR_RANGE);
	bad_bytes("8705010040010001", QERR_RANGE);
}

static void
give(void)
{
	struct msg m = {.kind = MSG_GIVE,
	    .give = {.id = 1,
		.status = GIVE_MORE,
		.data = bytes_of(blob, MSG_DATA_MAX)}};

	good(&m);
	m.give.offset = 1023;
	good(&m);
	m.give.status = GIVE_BUSY;
	bad(&m, QERR_RANGE);
	m.give.data.n = 0;
	good(&m);
	m.give.status = GIVE_NOT_HELD;
	bad(&m, QERR_RANGE);
	m.give.offset = 0;
	good(&m);
	m.give.status = GIVE_LAST;
	good(&m);
	m.give.data.n = MSG_DATA_MAX + 1;
	bad(&m, QERR_TOOBIG);
	bad_bytes("85060104004"
		  "0",
	    QERR_RANGE);
}

static void
peers_and_bye(void)
{
	struct msg m = {.kind = MSG_PEERS};

	good(&m);
	memset(blob, 'a', 2000);
	m.peers.n = 2;
	m.peers.token[0] = bytes_of(blob, 1024);
	m.peers.token[1] = bytes_of(blob, 1);
	good(&m);
	m.peers.token[1].n = 0;
	bad(&m, QERR_RANGE);
	m.peers.token[0].n = 1025;
	bad(&m, QERR_RANGE);
	m.peers.n = 3;
	bad(&m, QERR_RANGE);
	m.peers.n = 0;
	m.peers.use = USE_OWN;
	good(&m);
	m.peers.use = (enum msg_use)(USE_OWN + 1);
	bad(&m, QERR_RANGE);
	bad_bytes("83080380", QERR_RANGE);

	m = (struct msg){.kind = MSG_BYE, .bye = {255, UINT32_MAX}};
	good(&m);
	m.bye.code++;
	bad(&m, QERR_RANGE);
	bad_bytes("83090000", 0);
	bad_bytes("8309001800", QERR_ENCODING);
}

static void
nothing_else(void)
{
	static struct msg m;

	bad_bytes("", QERR_TRUNCATED);
	bad_bytes("80", QERR_TRUNCATED);
	bad_bytes("8100", QERR_RANGE);
	bad_bytes("810a", QERR_RANGE);
	bad_bytes("01", QERR_TYPE);
	bad_bytes("9f01ff", QERR_ENCODING);
	memset(blob, 0, sizeof(blob));
	check(msg_decode(&m, bytes_of(blob, MSG_MAX + 1)) == QERR_TOOBIG);
	m.kind = (enum msg_kind)10;
	bad(&m, QERR_UNKNOWN);
}

/* One link's tags say nothing on another, nor sent back on the same. */
static void
tags_are_of_one_direction(void)
{
	uint8_t h[64] = {1}, text[2][MSG_LINK_TEXT_LEN], mark[2][4];
	struct id feed = {{2}};
	struct msg_tag tag[3];

	msg_tag(&tag[0], h, true, &feed);
	msg_tag(&tag[1], h, false, &feed);
	h[31] ^= 1;
	msg_tag(&tag[2], h, true, &feed);
	check(memcmp(&tag[0], &tag[1], 8) != 0);
	check(memcmp(&tag[0], &tag[2], 8) != 0);
	msg_mark(mark[0], h, true, &feed);
	msg_mark(mark[1], h, false, &feed);
	check(memcmp(mark[0], mark[1], 4) != 0);
	msg_link_text(text[0], h, true);
	msg_link_text(text[1], h, false);
	check(memcmp(text[0], "quire link 1\x01\x01", 14) == 0);
	check(memcmp(text[1], "quire link 1\x00\x01", 14) == 0);
}

int
main(void)
{
	check(sodium_init() >= 0);
	hello();
	heads();
	news_and_proof();
	holds();
	ask();
	give();
	peers_and_bye();
	nothing_else();
	tags_are_of_one_direction();
	return 0;
}
