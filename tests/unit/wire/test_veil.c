#include <sodium.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/wire/frame.h"
#include "proto/wire/line.h"
#include "tests/unit/wire/ends.h"

#define SHORT 256

static void
send_text(struct veil *v, const char *s)
{
	check(veil_send(v, bytes_str(s)) == 0);
}

static void
got_text(struct veil *v, const char *s)
{
	struct bytes m;

	check(veil_next(v, &m));
	check(bytes_eq(m, bytes_str(s)));
}

static void
both_ends_talk(void)
{
	struct ends t;
	struct bytes m;

	ends_init(&t, 1);
	ends_open(&t);
	check(memcmp(veil_hash(t.dialler), veil_hash(t.node), 64) == 0);
	check(veil_seen(t.node) == 7 && veil_seen(t.dialler) == 0);
	send_text(t.dialler, "one");
	send_text(t.dialler, "two");
	check(veil_queued(t.dialler) == 4 + 3 + 4 + 3);
	check(veil_flush(t.dialler, &t.g, &t.up) == 0);
	check(veil_queued(t.dialler) == 0);
	check(t.up.n > SHORT && t.up.n < 2 * SHORT);
	check(veil_written(t.dialler) == t.up.n);
	ends_give(&t, t.node, &t.up, &t.down, ENDS_WALL);
	got_text(t.node, "one");
	got_text(t.node, "two");
	check(!veil_next(t.node, &m));
	check(t.down.n == 0);

	send_text(t.node, "three");
	check(veil_flush(t.node, &t.g, &t.down) == 0);
	ends_give(&t, t.dialler, &t.down, &t.up, ENDS_WALL);
	got_text(t.dialler, "three");

	/* Nothing queued: nothing written. */
	check(veil_flush(t.node, &t.g, &t.down) == 0);
	check(t.down.n == 0);
	ends_done(&t);
}

/* Lines and frames arrive however the network cuts them. */
static void
any_split_will_do(void)
{
	static uint8_t big[VEIL_MESSAGE_MAX];
	struct ends t;
	struct bytes m;
	struct rng cuts;
	uint8_t seed[32] = {9};
	int got = 0;

	rng_init(&cuts, seed);
	ends_init(&t, 2);
	ends_dial(&t, ENDS_WALL);
	for (size_t i = 0; i < t.up.n; i++)
		check(veil_input(t.node, t.up.p + i, 1, ENDS_WALL, &t.g,
			  &t.down) == 0);
	for (size_t i = 0; i < t.down.n; i++)
		check(veil_input(t.dialler, t.down.p + i, 1, ENDS_WALL, &t.g,
			  &t.up) == 0);
	check(veil_state(t.dialler) == VEIL_OPEN);

	rng_bytes(&t.g, big, sizeof(big));
	buf_clear(&t.down);
	for (int i = 0; i < 40; i++) {
		check(veil_send(t.node,
			  bytes_of(big,
			      i % 3 == 0 ? sizeof(big) : (size_t)i)) == 0);
		check(veil_flush(t.node, &t.g, &t.down) == 0);
	}
	for (size_t at = 0; at < t.down.n;) {
		size_t n = (size_t)rng_between(&cuts, 1, 3000);

		if (n > t.down.n - at)
			n = t.down.n - at;
		check(veil_input(t.dialler, t.down.p + at, n, ENDS_WALL, &t.g,
			  &t.up) == 0);
		at += n;
		for (; veil_next(t.dialler, &m); got++) {
			check(m.n ==
			      (got % 3 == 0 ? sizeof(big) : (size_t)got));
			check(memcmp(m.p, big, m.n) == 0);
		}
	}
	check(got == 40);
	rng_done(&cuts);
	ends_done(&t);
}

/* Messages over many frames, so that both ways get new keys several times. */
static void
keys_change(void)
{
	static uint8_t big[60000];
	struct ends t;
	struct bytes m;

	ends_init(&t, 3);
	ends_open(&t);
	for (int i = 0; i < 100; i++) {
		memset(big, i, sizeof(big));
		check(veil_send(t.node, bytes_of(big, sizeof(big))) == 0);
		check(veil_flush(t.node, &t.g, &t.down) == 0);
		ends_give(&t, t.dialler, &t.down, &t.up, ENDS_WALL);
		check(veil_next(t.dialler, &m));
		check(bytes_eq(m, bytes_of(big, sizeof(big))));
	}
	check(veil_written(t.node) > FRAME_REKEY * FRAME_MAX);
	ends_done(&t);
}

static void
padding_ends_where_asked(void)
{
	struct ends t;

	ends_init(&t, 4);
	ends_open(&t);
	send_text(t.node, "answer");
	check(veil_flush(t.node, &t.g, &t.down) == 0);
	check(veil_pad_to(t.node, 4096, &t.down) == 0);
	check(veil_written(t.node) == 4096 && t.down.n == 4096);
	check(veil_pad_to(t.node, 100, &t.down) == 0);
	check(t.down.n == 4096);
	check(veil_pad_to(t.node, 4097, &t.down) == 0);
	check(veil_pad_to(t.node, 10000, &t.down) == 0);
	check(t.down.n == 10000);
	send_text(t.node, "more");
	check(veil_flush(t.node, &t.g, &t.down) == 0);
	ends_give(&t, t.dialler, &t.down, &t.up, ENDS_WALL);
	got_text(t.dialler, "answer");
	got_text(t.dialler, "more");
	ends_done(&t);
}

static void
lengths_are_bounded(void)
{
	static uint8_t big[VEIL_MESSAGE_MAX + 1];
	struct ends t;
	int n = 0;

	ends_init(&t, 5);
	ends_dial(&t, ENDS_WALL);
	check(veil_send(t.dialler, bytes_str("early")) == QERR_AGAIN);
	ends_open(&t);
	check(veil_send(t.dialler, bytes_of(big, sizeof(big))) == QERR_RANGE);
	check(veil_send(t.dialler, bytes_of(big, 0)) == QERR_RANGE);
	while (veil_send(t.dialler, bytes_of(big, VEIL_MESSAGE_MAX)) == 0)
		n++;
	check(n == VEIL_QUEUE_MAX / (VEIL_MESSAGE_MAX + 4));
	check(veil_send(t.dialler, bytes_of(big, VEIL_MESSAGE_MAX)) ==
	      QERR_FULL);
	ends_done(&t);
}

/* What a node does with |n| bytes: nothing, whatever they are and however cut. */
static void
silent(struct ends *t, const uint8_t *p, size_t n)
{
	struct veil *v = veil_accept(t->door);
	struct buf out = {.n = 0};
	struct bytes m;

	check(v != NULL);
	check(veil_input(v, p, n / 2, ENDS_WALL, &t->g, &out) == 0);
	check(veil_input(v, p + n / 2, n - n / 2, ENDS_WALL, &t->g, &out) == 0);
	check(veil_state(v) == VEIL_DRAIN || n < 465);
	check(veil_state(v) != VEIL_OPEN);
	check(out.n == 0 && !veil_next(v, &m));
	check(veil_input(v, p, n, ENDS_WALL, &t->g, &out) == 0);
	check(veil_flush(v, &t->g, &out) == 0);
	check(out.n == 0);
	veil_free(v);
	buf_done(&out);
}

static void
probes_get_nothing(void)
{
	static const size_t sizes[] = {
	    1, 23, 49, 50, 51, 221, 7000, 17000, 1000000};
	static const char http[] =
	    "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n";
	static const char ssh[] = "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";
	uint8_t *noise = malloc(1000000);
	struct ends t;

	check(noise != NULL);
	ends_init(&t, 6);
	for (int round = 0; round < 50; round++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			rng_bytes(&t.g, noise, sizes[i]);
			silent(&t, noise, sizes[i]);
			if (sizes[i] > 1000 && round > 3)
				break;
		}
		memset(noise, 'A', 400);
		noise[400] = '\n';
		silent(&t, noise, 401);
	}
	silent(&t, (const uint8_t *)http, sizeof(http) - 1);
	silent(&t, (const uint8_t *)ssh, sizeof(ssh) - 1);
	silent(&t, (const uint8_t *)"\n", 1);
	silent(&t, (const uint8_t *)"\x16\x03\x01\x02", 4);
	ends_done(&t);
	free(noise);
}

/* Every byte of a good line, and every length of it. */
static void
spoilt_lines_get_nothing(void)
{
	struct ends t;
	uint8_t line[512];
	size_t n;

	ends_init(&t, 7);
	ends_dial(&t, ENDS_WALL);
	n = t.up.n;
	memcpy(line, t.up.p, n);
	for (size_t i = 0; i < n; i++) {
		for (uint8_t bit = 1; bit != 0; bit = (uint8_t)(bit << 1)) {
			line[i] ^= bit;
			silent(&t, line, n);
			line[i] ^= bit;
		}
	}
	for (size_t cut = 0; cut < n; cut++) {
		struct veil *v = veil_accept(t.door);

		check(veil_input(v, line, cut, ENDS_WALL, &t.g, &t.down) == 0);
		check(veil_state(v) == VEIL_LINE && t.down.n == 0);
		veil_free(v);
	}
	for (size_t cut = 1; cut < n - 1; cut++) {
		uint8_t shorter[512];

		memcpy(shorter, line, n - 1 - cut);
		shorter[n - 1 - cut] = '\n';
		silent(&t, shorter, n - cut);
	}
	/* And the line itself is still good. */
	ends_give(&t, t.node, &t.up, &t.down, ENDS_WALL);
	check(veil_state(t.node) == VEIL_OPEN && t.down.n >= 215);
	ends_done(&t);
}

static void
bytes_may_stand_before_a_line(void)
{
	struct ends t;

	ends_init(&t, 8);
	memcpy(t.to.pre, "SSH-2.0-OpenSSH_9.2p1\r\n", 23);
	t.to.n_pre = 23;
	ends_open(&t);
	memset(t.to.pre, '\n', INVITE_PRE_MAX);
	t.to.n_pre = INVITE_PRE_MAX;
	ends_open(&t);
	memcpy(t.to.pre, "POST ", 5);
	t.to.n_pre = 5;
	ends_open(&t);

	/* One byte more than allowed. */
	memset(t.to.pre, '.', INVITE_PRE_MAX);
	t.to.n_pre = INVITE_PRE_MAX;
	ends_dial(&t, ENDS_WALL);
	check(veil_input(t.node, (const uint8_t *)".", 1, ENDS_WALL, &t.g,
		  &t.down) == 0);
	ends_give(&t, t.node, &t.up, &t.down, ENDS_WALL);
	check(veil_state(t.node) != VEIL_OPEN && t.down.n == 0);
	ends_done(&t);
}

/*
 * Flip one byte at each offset of an open stream: the node answers nothing, and
 * does not tell where it was.
 */
static void
flipped_streams_drain(void)
{
	static uint8_t long_one[4000];
	struct ends t;
	struct bytes m;

	ends_init(&t, 9);
	for (size_t at = 0; at < 4096; at++) {
		if (at % 200 == 0)
			veil_door_remove(t.door, t.to.secret);
		check(veil_door_add(t.door, t.to.secret) == 0);
		ends_open(&t);
		send_text(t.dialler, "a message");
		check(veil_flush(t.dialler, &t.g, &t.up) == 0);
		check(veil_send(t.dialler, bytes_of(long_one, 4000)) == 0);
		check(veil_flush(t.dialler, &t.g, &t.up) == 0);
		check(t.up.n > 4096);
		t.up.p[at] ^= 0x40;
		ends_give(&t, t.node, &t.up, &t.down, ENDS_WALL);
		check(veil_state(t.node) == VEIL_DRAIN);
		check(t.down.n == 0 && !veil_next(t.node, &m));
		check(veil_send(t.node, bytes_str("no")) == QERR_AGAIN);
		check(veil_flush(t.node, &t.g, &t.down) == 0);
		check(veil_pad_to(t.node, 4096, &t.down) == 0);
		check(t.down.n == 0);
	}
	ends_done(&t);
}

/* A dialler made by hand, who can say what a veil would not. */
static void
open_by_hand(struct ends *t, struct frame_way *ret_up)
{
	struct line_keys k;
	struct line_luck luck;
	struct line_body body;
	struct noise *h;
	struct frame_way down;
	uint8_t hash[64];

	ends_dial(t, ENDS_WALL);
	buf_clear(&t->up);
	line_keys(&k, t->to.secret);
	line_luck(&luck, true, &t->g);
	check((h = line_begin(true, &k, t->to.node, &luck)) != NULL);
	check(line_dial(&t->up, h, &k, &luck,
		  &(struct line_said){ENDS_WALL, 0}) == 0);
	ends_give(t, t->node, &t->up, &t->down, ENDS_WALL);
	check(line_decode(&body, false, t->down.p, t->down.n - 1) == 0);
	check(line_accept(&body, h, &k) == 0);
	memset(ret_up, 0, sizeof(*ret_up));
	noise_split(h, &ret_up->c, &down.c, hash);
	check(memcmp(hash, veil_hash(t->node), 64) == 0);
	buf_clear(&t->down);
	noise_free(h);
}

/*
 * A dialler's line, right in all but its |payload|, of |n| bytes: whoever has an invite
 * can write it.
 */
static void
line_by_hand(struct ends *t, const uint8_t *payload, size_t n)
{
	struct line_keys k;
	struct line_luck luck;
	struct noise *h;
	uint8_t b[LINE_BODY_MAX], *msg = b + LINE_NONCE + LINE_TAG;
	size_t all = LINE_NONCE + LINE_TAG + 48 + n;
	char text[LINE_ANSWER_MAX + 1];
	crypto_generichash_state st;

	ends_dial(t, ENDS_WALL);
	buf_clear(&t->up);
	line_keys(&k, t->to.secret);
	line_luck(&luck, true, &t->g);
	check((h = line_begin(true, &k, t->to.node, &luck)) != NULL);
	check(noise_write(h, msg, payload, n) == 0);
	memcpy(b, luck.nonce, LINE_NONCE);
	crypto_stream_xchacha20_xor(msg, msg, 48 + n, b, k.mask_in);
	crypto_generichash_init(&st, k.tag, sizeof(k.tag), LINE_TAG);
	crypto_generichash_update(&st, b, LINE_NONCE);
	crypto_generichash_update(&st, msg, 48 + n);
	crypto_generichash_final(&st, b + LINE_NONCE, LINE_TAG);
	base64url_encode(text, b, all);
	buf_put(&t->up, text, BASE64_LEN(all));
	buf_put_u8(&t->up, '\n');
	ends_give(t, t->node, &t->up, &t->down, ENDS_WALL);
	noise_free(h);
}

static void
bad_lines_drain(void)
{
	static const uint64_t when[] = {0, UINT32_MAX};
	uint8_t payload[13 + 200] = {1};
	struct ends t;

	ends_init(&t, 13);
	store_be32(payload + 1, (uint32_t)ENDS_WALL);
	memset(payload + 5, 0xff, 8); /* remembers all that can be */
	line_by_hand(&t, payload, 13 + LINE_DIAL_PAD);
	check(veil_state(t.node) == VEIL_OPEN);
	check(veil_seen(t.node) == UINT64_MAX);
	line_by_hand(&t, payload, 13 + LINE_DIAL_PAD + LINE_DIAL_SPAN);
	check(veil_state(t.node) == VEIL_OPEN);
	for (size_t i = 0; i < 3; i++) {
		size_t at = i == 0 ? 13 : 13 + LINE_DIAL_PAD - i;

		payload[at] = 1; /* not only zeros */
		line_by_hand(&t, payload, 13 + LINE_DIAL_PAD);
		check(veil_state(t.node) == VEIL_DRAIN && t.down.n == 0);
		payload[at] = 0;
	}
	for (unsigned version = 0; version < 256; version += 2) {
		payload[0] = (uint8_t)version;
		line_by_hand(&t, payload, 13 + LINE_DIAL_PAD);
		check(veil_state(t.node) == VEIL_DRAIN && t.down.n == 0);
	}
	payload[0] = 1;
	for (size_t i = 0; i < sizeof(when) / sizeof(when[0]); i++) {
		store_be32(payload + 1, (uint32_t)when[i]);
		line_by_hand(&t, payload, 13 + LINE_DIAL_PAD);
		check(veil_state(t.node) == VEIL_DRAIN && t.down.n == 0);
	}
	ends_done(&t);
}

static void
hears_nothing(struct ends *t, const uint8_t frame[SHORT])
{
	struct bytes m;

	check(veil_input(t->node, frame, SHORT, ENDS_WALL, &t->g, &t->down) ==
	      0);
	check(!veil_next(t->node, &m));
	check(veil_state(t->node) == VEIL_DRAIN && t->down.n == 0);
}

/* Messages of forbidden lengths, frames too full, and bytes behind the end. */
static void
bad_frames_drain(void)
{
	static const uint32_t bad[] = {0, VEIL_MESSAGE_MAX + 1, UINT32_MAX};
	struct ends t;
	struct frame_way up;
	uint8_t frame[SHORT], length[4];

	ends_init(&t, 10);
	for (size_t i = 0; i < 3; i++) {
		open_by_hand(&t, &up);
		store_le32(length, bad[i]);
		check(frame_seal(&up, frame, length, 4, FRAME_SHORT) == 0);
		hears_nothing(&t, frame);
	}

	for (size_t i = 0; i < 3; i++) {
		open_by_hand(&t, &up);
		memset(frame, 0, sizeof(frame));
		if (i == 0)
			store_be16(frame, SHORT - FRAME_EXTRA + 1);
		if (i == 1)
			store_be16(frame, 3 << 14); /* there is no such size */
		if (i == 2)
			frame[SHORT - NOISE_TAG_LEN - 1] = 1;
		check(noise_seal(&up.c, frame, frame, SHORT - NOISE_TAG_LEN) ==
		      0);
		hears_nothing(&t, frame);
	}
	ends_done(&t);
}

static void
wrong_nodes_are_noticed(void)
{
	struct ends t, other;

	ends_init(&t, 11);
	ends_init(&other, 12);

	/* An answer from a node with the secret but another key. */
	check(veil_door_add(other.door, t.to.secret) == 0);
	ends_dial(&t, ENDS_WALL);
	ends_give(&other, other.node = veil_accept(other.door), &t.up, &t.down,
	    ENDS_WALL);
	check(veil_state(other.node) == VEIL_DRAIN && t.down.n == 0);

	/* The dialler's own line sent back, and plain garbage. */
	ends_dial(&t, ENDS_WALL);
	ends_give(&t, t.dialler, &t.up, &t.down, ENDS_WALL);
	check(veil_state(t.dialler) == VEIL_DRAIN && t.down.n == 0);

	/* An invite whose node key is a point of low order. */
	memset(t.to.node, 0, 32);
	ends_dial(&t, ENDS_WALL);
	check(veil_state(t.dialler) == VEIL_DRAIN && t.up.n == 0);
	ends_done(&t);
	ends_done(&other);
}

int
main(void)
{
	check(sodium_init() >= 0);
	both_ends_talk();
	any_split_will_do();
	keys_change();
	padding_ends_where_asked();
	lengths_are_bounded();
	probes_get_nothing();
	spoilt_lines_get_nothing();
	bytes_may_stand_before_a_line();
	flipped_streams_drain();
	bad_frames_drain();
	bad_lines_drain();
	wrong_nodes_are_noticed();
	return 0;
}
