/* Byte for byte against tests/vectors/wire/veil.txt, which veil.py made. */
#include <sodium.h>
#include <string.h>

#include "proto/base/bytes.h"
#include "proto/wire/frame.h"
#include "proto/wire/invite.h"
#include "proto/wire/line.h"
#include "proto/wire/message.h"
#include "tests/lib/check.h"

#define FIELDS_MAX 64

static struct {
	char name[24], value[8400];
} field[FIELDS_MAX];
static size_t n_field;

static const char *
text(const char *name)
{
	for (size_t i = 0; i < n_field; i++)
		if (strcmp(field[i].name, name) == 0)
			return field[i].value;
	fprintf(stderr, "no field %s\n", name);
	abort();
}

static void
bytes(uint8_t *dst, size_t n, const char *name)
{
	size_t got;

	check(sodium_hex2bin(dst, n, text(name), strlen(text(name)), NULL, &got,
		  NULL) == 0);
	check(got == n);
}

static void
same(const char *name, const void *p, size_t n)
{
	uint8_t want[FRAME_MAX];

	bytes(want, n, name);
	check(memcmp(want, p, n) == 0);
}

static void
same_line(const char *name, const struct buf *b)
{
	size_t n = strlen(text(name));

	check(b->n == n + 1 && b->p[n] == '\n');
	check(memcmp(b->p, text(name), n) == 0);
}

static void
luck(struct line_luck *l, const char *nonce, const char *e, const char *pad)
{
	bytes(l->nonce, sizeof(l->nonce), nonce);
	bytes(l->ephemeral, sizeof(l->ephemeral), e);
	l->pad = (size_t)atoi(text(pad));
}

static void
frames(struct frame_way *up, struct frame_way *down)
{
	static const enum frame_size next[] = {
	    FRAME_MIDDLE, FRAME_LONG, FRAME_SHORT};
	static const char *const name[] = {
	    "frame_short", "frame_middle", "frame_long"};
	uint8_t out[FRAME_MAX], full[FRAME_MAX - FRAME_EXTRA];

	for (size_t i = 0; i < sizeof(full); i++)
		full[i] = (uint8_t)i;
	check(frame_seal(up, out, "hello", 5, FRAME_SHORT) == 0);
	same("frame_0", out, 256);
	check(frame_seal(down, out, NULL, 0, FRAME_SHORT) == 0);
	same("frame_idle", out, 256);
	for (size_t i = 0; i < 3; i++) {
		size_t len = frame_len(down);

		check(len == (size_t)256 << 2 * i);
		check(frame_seal(down, out, full, len - FRAME_EXTRA, next[i]) ==
		      0);
		same(name[i], out, len);
	}

	for (int i = 1; i < FRAME_REKEY; i++)
		check(frame_seal(up, out, NULL, 0, FRAME_SHORT) == 0);
	same("to_node_rekeyed", up->c.k, 32);
	check(frame_seal(up, out, "again", 5, FRAME_SHORT) == 0);
	same("frame_1024", out, 256);
}

static void
names(const uint8_t secret[32], const uint8_t h[64])
{
	struct id feed;
	struct msg_tag tag;
	uint8_t mark[4], name[8];
	struct invite v;
	struct buf b;

	for (size_t i = 0; i < 32; i++)
		feed.b[i] = (uint8_t)(0xc0 + i);
	msg_tag(&tag, h, false, &feed);
	same("tag_0", tag.b, 8);
	msg_tag(&tag, h, true, &feed);
	same("tag_1", tag.b, 8);
	msg_mark(mark, h, false, &feed);
	same("mark_0", mark, 4);
	msg_mark(mark, h, true, &feed);
	same("mark_1", mark, 4);
	invite_name(name, secret);
	same("invite_name", name, 8);

	check(invite_parse(&v, bytes_str(text("invite"))) == 0);
	same("secret", v.secret, 32);
	same("node_public", v.node, 32);
	buf_init(&b, 0);
	invite_text(&b, &v);
	check(bytes_eq(buf_bytes(&b), bytes_str(text("invite"))));
	buf_done(&b);
}

static void
one(void)
{
	uint8_t secret[32], priv[32], pub[32], h[64], h2[64];
	struct line_keys k;
	struct line_luck l1, l2;
	struct noise *dialler, *node;
	struct line_body body;
	struct frame_way up = {.n = 0}, down = {.n = 0}, up2, down2;
	struct buf b;
	struct line_said said, got;

	bytes(secret, 32, "secret");
	bytes(priv, 32, "node_private");
	bytes(pub, 32, "node_public");
	line_keys(&k, secret);
	same("k1", k.mask_in, 32);
	same("k2", k.mask_out, 32);
	same("k3", k.psk, 32);
	same("k4", k.tag, 32);
	luck(&l1, "nonce_1", "ephemeral_1", "pad_1");
	luck(&l2, "nonce_2", "ephemeral_2", "pad_2");
	check((dialler = line_begin(true, &k, pub, &l1)) != NULL);
	check((node = line_begin(false, &k, priv, &l2)) != NULL);

	buf_init(&b, 0);
	said.wall = (uint64_t)atoll(text("wall"));
	said.seen = (uint64_t)atoll(text("seen"));
	check(line_dial(&b, dialler, &k, &l1, &said) == 0);
	same_line("line_1", &b);
	check(line_decode(&body, true, b.p, b.n - 1) == 0);
	check(line_tag_ok(&body, &k));
	check(line_open(&body, node, &k, &got) == 0);
	check(got.wall == said.wall && got.seen == said.seen);

	buf_clear(&b);
	check(line_answer(&b, node, &k, &l2) == 0);
	same_line("line_2", &b);
	check(line_decode(&body, false, b.p, b.n - 1) == 0);
	check(line_accept(&body, dialler, &k) == 0);
	buf_done(&b);

	noise_split(dialler, &up.c, &down.c, h);
	noise_split(node, &up2.c, &down2.c, h2);
	same("hash", h, 64);
	same("hash", h2, 64);
	same("to_node", up2.c.k, 32);
	same("from_node", down2.c.k, 32);
	frames(&up, &down);
	names(secret, h);
	noise_free(dialler);
	noise_free(node);
}

int
main(int argc, char **argv)
{
	char line[8500];
	FILE *f;
	int n = 0;

	check(argc == 2 && sodium_init() >= 0);
	check((f = fopen(argv[1], "r")) != NULL);
	while (fgets(line, sizeof(line), f) != NULL) {
		check(n_field < FIELDS_MAX);
		field[n_field].value[0] = '\0';
		check(sscanf(line, "%23s %8399s", field[n_field].name,
			  field[n_field].value) >= 1);
		if (strcmp(field[n_field++].name, "end") != 0)
			continue;
		one();
		n_field = 0;
		n++;
	}
	fclose(f);
	check(n == 3);
	return 0;
}
