/* Who may come in, when and how often: PROTOCOL.md §13. */
#include <sodium.h>
#include <time.h>

#include "proto/base/qerr.h"
#include "proto/wire/door.h"
#include "tests/unit/wire/ends.h"

#define WALL ENDS_WALL

/* Offer |line| to a new veil at |wall|: is it let in? */
static bool
offered(struct ends *t, struct bytes line, uint64_t wall)
{
	struct veil *v = veil_accept(t->door);
	struct buf out = {.n = 0};
	bool open;

	check(v != NULL);
	check(veil_input(v, line.p, line.n, wall, &t->g, &out) == 0);
	open = veil_state(v) == VEIL_OPEN;
	check(open ? out.n >= 215 && out.n <= 1015 : out.n == 0);
	veil_free(v);
	buf_done(&out);
	return open;
}

/* A line made at |then|, offered at |wall|. */
static bool
comes_in(struct ends *t, uint64_t then, uint64_t wall)
{
	ends_dial(t, then);
	return offered(t, buf_bytes(&t->up), wall);
}

static void
clocks_may_differ(void)
{
	struct ends t;

	ends_init(&t, 1);
	check(comes_in(&t, WALL - 5399, WALL));
	check(comes_in(&t, WALL - 5400, WALL));
	check(!comes_in(&t, WALL - 5401, WALL));
	check(comes_in(&t, WALL + 5399, WALL));
	check(comes_in(&t, WALL + 5400, WALL));
	check(!comes_in(&t, WALL + 5401, WALL));
	/* Nobody remembers what came before we began. */
	check(comes_in(&t, ENDS_START, ENDS_START + 60));
	check(!comes_in(&t, ENDS_START - 1, ENDS_START + 60));
	ends_done(&t);
}

static void
replays_stay_out(void)
{
	static const uint64_t later[] = {
	    0, 1, 60, 3600, 5400, 3 * 3600, 6 * 3600, 570 * 3600};
	struct ends t;
	struct buf line = {.n = 0};

	ends_init(&t, 2);
	ends_dial(&t, WALL);
	buf_put(&line, t.up.p, t.up.n);
	check(offered(&t, buf_bytes(&line), WALL));
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		check(!offered(&t, buf_bytes(&line), WALL + later[i]));
		/* Others come, and generations pass. */
		check(comes_in(&t, WALL + later[i], WALL + later[i]));
	}

	/* A clock that is set back brings nothing back. */
	check(!offered(&t, buf_bytes(&line), WALL));
	check(!offered(&t, buf_bytes(&line), WALL + 3600));

	/* Nor does a restart: the line is older than it. */
	veil_door_free(t.door);
	check((t.door = veil_door_new((const uint8_t[32]){1}, WALL + 1)) !=
	      NULL);
	check(veil_door_add(t.door, t.to.secret) == 0);
	check(!offered(&t, buf_bytes(&line), WALL + 2));
	buf_done(&line);
	ends_done(&t);
}

/* What the prober of a firewall does to a line it saw, IMC 2020. */
static void
edited_replays_stay_out(void)
{
	static const uint8_t edits[][4] = {{0}, {0, 7, 62, 63}, {16}, {6, 16}};
	struct ends t;
	struct buf line = {.n = 0};

	ends_init(&t, 3);
	ends_dial(&t, WALL);
	check(offered(&t, buf_bytes(&t.up), WALL));
	for (size_t i = 0; i < 4; i++) {
		buf_clear(&line);
		buf_put(&line, t.up.p, t.up.n);
		for (size_t k = 0; k < 4; k++)
			line.p[edits[i][k]] =
			    line.p[edits[i][k]] == 'x' ? 'y' : 'x';
		check(!offered(&t, buf_bytes(&line), WALL + 1));
	}
	buf_done(&line);
	ends_done(&t);
}

static void
a_full_memory_refuses(void)
{
	struct ends t;
	struct line_body body;
	struct door_entry *e = NULL;
	uint8_t h[16], secret[32] = {0};
	unsigned n = 0;
	int err = 0;

	ends_init(&t, 4);
	for (uint16_t i = 0; i < 1000; i++) {
		store_be16(secret, i);
		check(veil_door_add(t.door, secret) == 0);
	}
	/* 65,536 lines of many people, then one more. */
	for (uint16_t i = 0; err == 0 && i < 1000; i++) {
		store_be16(t.to.secret, i);
		memset(t.to.secret + 2, 0, 30);
		ends_dial(&t, WALL);
		check(line_decode(&body, true, t.up.p, t.up.n - 1) == 0);
		check((e = door_find(t.door, &body)) != NULL);
		for (int k = 0; err == 0 && k < DOOR_HOURLY_MAX; k++, n++) {
			rng_bytes(&t.g, h, sizeof(h));
			err = door_admit(t.door, e, WALL, WALL, h);
		}
	}
	check(err == QERR_FULL && n == DOOR_MEMORY_MAX + 1);
	check(!comes_in(&t, WALL, WALL));
	/* Time makes room. */
	check(comes_in(&t, WALL + DOOR_GENERATION, WALL + DOOR_GENERATION));
	ends_done(&t);
}

static void
a_secret_has_a_quota(void)
{
	struct ends t;
	struct line_body body;
	struct door_entry *e;
	uint8_t h[16];

	ends_init(&t, 5);
	ends_dial(&t, WALL);
	check(line_decode(&body, true, t.up.p, t.up.n - 1) == 0);
	check((e = door_find(t.door, &body)) != NULL);
	for (int i = 0; i < DOOR_HOURLY_MAX - 1; i++) {
		rng_bytes(&t.g, h, sizeof(h));
		check(door_admit(t.door, e, WALL, WALL, h) == 0);
	}
	check(comes_in(&t, WALL, WALL));
	check(!comes_in(&t, WALL, WALL));
	check(comes_in(&t, WALL + 3600, WALL + 3600));
	ends_done(&t);
}

static void
many_secrets_one_revoked(void)
{
	struct ends t;
	uint8_t secret[VEIL_SECRETS_MAX][32], name[8];

	ends_init(&t, 6);
	veil_door_remove(t.door, t.to.secret);
	check(veil_door_count(t.door) == 0);
	check(!comes_in(&t, WALL, WALL));
	for (size_t i = 0; i < VEIL_SECRETS_MAX; i++) {
		rng_bytes(&t.g, secret[i], 32);
		check(veil_door_add(t.door, secret[i]) == 0);
		check(veil_door_add(t.door, secret[i]) == 0);
	}
	check(veil_door_count(t.door) == VEIL_SECRETS_MAX);
	check(veil_door_add(t.door, t.to.secret) == QERR_FULL);

	for (size_t i = 0; i < VEIL_SECRETS_MAX; i += 93) {
		memcpy(t.to.secret, secret[i], 32);
		ends_open(&t);
		invite_name(name, secret[i]);
		check(memcmp(veil_invite_name(t.node), name, 8) == 0);
	}
	veil_door_remove(t.door, secret[93]);
	for (size_t i = 0; i < VEIL_SECRETS_MAX; i += 93) {
		memcpy(t.to.secret, secret[i], 32);
		check(comes_in(&t, WALL, WALL) == (i != 93));
	}
	ends_done(&t);
}

/* A probe costs hashing only, and little of it. */
static void
garbage_is_cheap(void)
{
	struct ends t;
	uint8_t secret[32], junk[240];
	char line[322];
	clock_t began;
	double each;

	ends_init(&t, 7);
	for (size_t i = 1; i < VEIL_SECRETS_MAX; i++) {
		rng_bytes(&t.g, secret, 32);
		check(veil_door_add(t.door, secret) == 0);
	}
	began = clock();
	for (int i = 0; i < 200; i++) {
		rng_bytes(&t.g, junk, sizeof(junk));
		check(sodium_bin2base64(line, sizeof(line), junk, sizeof(junk),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING) != NULL);
		line[320] = '\n';
		check(!offered(&t, bytes_of(line, 321), WALL));
	}
	each = (double)(clock() - began) / CLOCKS_PER_SEC / 200;
	printf("garbage against 1,024 secrets: %.3f ms a line\n", each * 1e3);
	ends_done(&t);
}

int
main(void)
{
	check(sodium_init() >= 0);
	clocks_may_differ();
	replays_stay_out();
	edited_replays_stay_out();
	a_full_memory_refuses();
	a_secret_has_a_quota();
	many_secrets_one_revoked();
	garbage_is_cheap();
	return 0;
}
