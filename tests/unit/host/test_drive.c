#include "proto/host/drive.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/host/entropy.h"
#include "proto/node/inner.h"
#include "tests/unit/host/press.h"

#define ISSUES    2
#define GARBAGE   70000
#define STRANGERS 8

/* A node with a disk and sockets. */
struct box {
	struct store *store;
	struct node *node;
	struct drive *drive;
	uint8_t secret[32], link_public[32];
	uint16_t port;
	unsigned packs, faults;
};

static char top[] = "/tmp/quire-drive-XXXXXX";
static struct event_base *base;

static void
on_tell(void *arg, const struct node_tell *t)
{
	struct box *b = arg;

	b->packs += t->fact == FACT_PACK;
	b->faults += t->fact == FACT_FAULT;
}

static void
give(struct box *b, struct node_event *ev)
{
	check(drive_event(b->drive, ev) == 0);
}

/* The node |n|, which holds what its folder does of |feed|; |rate| bytes a second
 * each way, or 0. */
static void
box_new_rated(struct box *b, uint8_t n, const struct id *feed, size_t fd_max,
    uint64_t rate)
{
	struct node_config cfg = {.role = NODE_MIRROR, .wall = 1700000000};
	struct drive_config drive = {.base = base,
	    .fd_max = fd_max,
	    .upload_rate = rate,
	    .download_rate = rate,
	    .tell = on_tell,
	    .arg = b};
	struct node_policy policy = {.tiers = 15};
	struct node_event ev = {.type = NODE_START};
	uint8_t seed[32] = {n};
	char dir[64];

	*b = (struct box){.port = 0};
	snprintf(dir, sizeof(dir), "%s/%u", top, n);
	check(store_open(&b->store, dir, false) == 0);
	memset(cfg.identity_seed, n, 32);
	memset(cfg.link_private, n + 100, 32);
	crypto_scalarmult_base(b->link_public, cfg.link_private);
	memset(b->secret, n + 50, 32);
	check((b->node = node_new(&cfg, seed)) != NULL);
	if (feed != NULL)
		check(drive_restore(b->node, b->store, feed, &policy, NULL) ==
		      0);
	drive.node = b->node;
	drive.store = b->store;
	check(drive_new(&b->drive, &drive) == 0);
	check(drive_listen(b->drive, "127.0.0.1:0", NULL, &b->port) == 0);
	give(b, &ev);
	ev = (struct node_event){.type = NODE_INVITE};
	memcpy(ev.invite.secret, b->secret, 32);
	give(b, &ev);
}

static void
box_new(struct box *b, uint8_t n, const struct id *feed, size_t fd_max)
{
	box_new_rated(b, n, feed, fd_max, 0);
}

static void
box_done(struct box *b)
{
	drive_free(b->drive);
	node_free(b->node);
	store_close(b->store);
}

static void
peer(struct box *from, const struct box *to)
{
	struct invite v = {
	    .transport = INVITE_RAW, .host = "127.0.0.1", .path = "/"};
	struct node_event ev = {.type = NODE_PEER};
	struct buf text = {0};

	v.port = to->port;
	memcpy(v.node, to->link_public, 32);
	memcpy(v.secret, to->secret, 32);
	invite_text(&text, &v);
	ev.peer.invite = buf_bytes(&text);
	give(from, &ev);
	buf_done(&text);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

/* Let |ms| pass. */
static void
run(unsigned ms)
{
	struct timeval tv = {ms / 1000, (suseconds_t)(ms % 1000 * 1000)};
	struct event *ev = evtimer_new(base, on_tick, NULL);

	check(ev != NULL && event_add(ev, &tv) == 0);
	while (evtimer_pending(ev, NULL))
		check(event_base_loop(base, EVLOOP_ONCE) == 0);
	event_free(ev);
}

static void
packs_go_over(void)
{
	struct node_event ev = {.type = NODE_FOLLOW};
	struct node_feed_stat st;
	struct press p;
	struct box a, b;

	press_new(&p, 1);
	box_new(&a, 1, NULL, 100);
	put(a.store, TREE_CHARTER, &p.feed, 1, buf_bytes(&p.charter));
	for (unsigned i = 0; i < ISSUES; i++)
		print(&p, a.store, 0);
	box_done(&a);
	box_new(&a, 1, &p.feed, 100);
	check(node_feed_stat(a.node, &p.feed, &st) == 0);
	check(st.head == ISSUES && st.packs_held == 2 * ISSUES);
	box_new(&b, 2, NULL, 100);
	ev.follow.feed = p.feed;
	ev.follow.policy.tiers = 15;
	give(&b, &ev);
	peer(&b, &a);
	for (int i = 0; i < 300 && b.packs < 2 * ISSUES; i++)
		run(100);
	check(b.packs == 2 * ISSUES && b.faults == 0 && a.faults == 0);
	box_done(&b);
	/* What was told is on the disk. */
	box_new(&b, 2, &p.feed, 100);
	check(node_feed_stat(b.node, &p.feed, &st) == 0);
	check(st.head == ISSUES && st.packs_held == 2 * ISSUES);
	box_done(&b);
	box_done(&a);
	buf_done(&p.charter);
}

/* From one who is not limited, and to one who is not. */
static void
rates_are_kept(void)
{
	const uint64_t rate = 65536;
	struct node_event ev = {.type = NODE_FOLLOW};
	uint64_t in = 0, out = 0;
	struct box
	    box[3]; /* [1] is limited, and has all from [0], [2] from it */
	when_ms start;
	struct press p;

	press_new(&p, 5);
	box_new(&box[0], 5, NULL, 100);
	put(box[0].store, TREE_CHARTER, &p.feed, 1, buf_bytes(&p.charter));
	for (unsigned i = 0; i < ISSUES; i++)
		print(&p, box[0].store, 0);
	box_done(&box[0]);
	box_new(&box[0], 5, &p.feed, 100);
	start = clock_now();
	box_new_rated(&box[1], 6, NULL, 100, rate);
	box_new(&box[2], 7, NULL, 100);
	ev.follow.feed = p.feed;
	ev.follow.policy.tiers = 15;
	for (int i = 1; i < 3; i++) {
		give(&box[i], &ev);
		peer(&box[i], &box[i - 1]);
	}
	for (int i = 0; i < 3000 && box[2].packs < 2 * ISSUES; i++) {
		uint64_t most;

		run(20);
		drive_counters(box[1].drive, &in, &out);
		most = rate * (clock_now() - start) / 1000;
		check(in <= most && out <= most);
	}
	check(box[2].packs == 2 * ISSUES && box[2].faults == 0);
	/* There was something to limit. */
	check(in > rate && out > rate);
	for (int i = 0; i < 3; i++)
		box_done(&box[i]);
	buf_done(&p.charter);
}

/* |a| prints, and tells. */
static void
publish(struct press *p, struct box *a)
{
	struct node_event ev = {.type = NODE_PUBLISHED};
	struct tree_name t = {.kind = TREE_ISSUE, .id = p->feed};
	struct buf header = {0};

	print(p, a->store, 0);
	t.number = p->number;
	check(store_get(a->store, &t, &header) == 0);
	ev.published.feed = p->feed;
	ev.published.header = buf_bytes(&header);
	give(a, &ev);
	buf_done(&header);
}

/* Wait until |b| has issue |number| of |p|, for some seconds. */
static bool
gets(const struct box *b, const struct press *p, uint64_t number)
{
	struct node_feed_stat st = {0};

	for (int i = 0; i < 50 && st.head < number; i++) {
		run(100);
		check(node_feed_stat(b->node, &p->feed, &st) == 0);
	}
	return st.head == number;
}

static void
move(const char *from, const char *to)
{
	char a[256], b[256];

	snprintf(a, sizeof(a), "%s/%s", top, from);
	snprintf(b, sizeof(b), "%s/%s", top, to);
	check(rename(a, b) == 0);
}

/* While headers of one feed cannot be read others go on, and it once they can be. */
static void
headers_not_readable(void)
{
	struct node_policy policy = {.tiers = 15};
	struct node_event ev = {.type = NODE_FOLLOW};
	char id[ID_TEXT_LEN + 1], block[128];
	struct node_feed_stat st;
	struct press p[2];
	struct box a, b;

	box_new(&a, 21, NULL, 100);
	box_new(&b, 22, NULL, 100);
	for (int i = 0; i < 2; i++) {
		press_new(&p[i], (uint8_t)(21 + i));
		put(a.store, TREE_CHARTER, &p[i].feed, 1,
		    buf_bytes(&p[i].charter));
		print(&p[i], a.store, 0);
		check(drive_restore(a.node, a.store, &p[i].feed, &policy,
			  NULL) == 0);
		ev.follow.feed = p[i].feed;
		ev.follow.policy = policy;
		give(&b, &ev);
	}
	peer(&b, &a);
	check(gets(&b, &p[0], 1) && gets(&b, &p[1], 1));
	id_text(id, &p[0].feed);
	snprintf(block, sizeof(block), "22/feed/%s/issues/1", id);
	move(block, "aside");
	publish(&p[0], &a);
	publish(&p[1], &a);
	check(gets(&b, &p[1], 2));
	run(500);
	check(node_feed_stat(b.node, &p[0].feed, &st) == 0 && st.head == 1);
	check(store_lost(b.store) == 0 && !b.node->full);
	move("aside", block);
	ev = (struct node_event){.type = NODE_SPACE, .space.free = 1};
	give(&b, &ev);
	check(gets(&b, &p[0], 2));
	publish(&p[0], &a);
	check(gets(&b, &p[0], 3) && store_lost(b.store) == 0);
	box_done(&b);
	box_done(&a);
	for (int i = 0; i < 2; i++)
		buf_done(&p[i].charter);
}

static int
stranger(const struct box *to)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
	    .sin_port = htons(to->port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	check(fd >= 0);
	check(connect(fd, (struct sockaddr *)&in, sizeof(in)) == 0);
	check(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
	return fd;
}

/* Say much that means nothing; false if the other end closes meanwhile. */
static bool
talk(int fd)
{
	static const uint8_t noise[1000] = {0x16, 3, 1};

	for (size_t n = 0; n < GARBAGE; n += sizeof(noise)) {
		if (send(fd, noise, sizeof(noise), MSG_NOSIGNAL) !=
		    (ssize_t)sizeof(noise))
			return false;
		if (n % 10000 == 0)
			run(5);
	}
	run(100);
	return true;
}

static bool
is_silent(int fd)
{
	uint8_t c;

	return recv(fd, &c, 1, 0) < 0 && errno == EAGAIN;
}

/* PROTOCOL.md §13: no answer, no reset; read until they close. */
static void
strangers_are_read_on(void)
{
	uint64_t in, out;
	struct box a;
	uint8_t c;
	int fd;

	box_new(&a, 3, NULL, 100);
	fd = stranger(&a);
	check(talk(fd));
	check(is_silent(fd));
	drive_counters(a.drive, &in, &out);
	check(in == GARBAGE && out == 0);
	check(shutdown(fd, SHUT_WR) == 0);
	run(100);
	check(recv(fd, &c, 1, 0) == 0);
	close(fd);
	box_done(&a);
}

/* Those who only drain do not keep others out. */
static void
strangers_make_room(void)
{
	uint64_t in, before, out;
	struct box a;
	int fd[STRANGERS];

	box_new(&a, 4, NULL, 3);
	for (int i = 0; i < STRANGERS; i++)
		fd[i] = stranger(&a);
	run(100);
	/* Three are in and silent, and the others wait. */
	for (int i = 0; i < STRANGERS - 1; i++)
		talk(fd[i]);
	drive_counters(a.drive, &before, &out);
	check(talk(fd[STRANGERS - 1]));
	drive_counters(a.drive, &in, &out);
	check(in == before + GARBAGE && out == 0);
	check(is_silent(fd[STRANGERS - 1]) && !is_silent(fd[0]));
	for (int i = 0; i < STRANGERS; i++)
		close(fd[i]);
	run(100);
	box_done(&a);
}

static size_t
contacts(const struct box *b)
{
	struct node_stat st;

	node_stat(b->node, &st);
	return st.contacts;
}

/* Whom a node met is in a file of its own, over a restart; damaged, it is forgotten. */
static void
contacts_are_remembered(void)
{
	struct box a, b;
	struct node_event ev = {.type = NODE_DEADLINE};
	struct stat st;
	char path[64];

	box_new(&a, 11, NULL, 16);
	box_new(&b, 12, NULL, 16);
	peer(&b, &a);
	memory_change(b.node);
	give(&b, &ev);
	snprintf(path, sizeof(path), "%s/12/contacts", top);
	check(stat(path, &st) == 0 && st.st_size > 100);
	check((st.st_mode & 0777) == 0600);
	box_done(&b);

	box_new(&b, 12, NULL, 16);
	check(contacts(&b) == 0);
	check(drive_remember(b.node, b.store) == 0);
	check(contacts(&b) == 1);
	box_done(&b);
	check(truncate(path, st.st_size / 2) == 0);
	box_new(&b, 12, NULL, 16);
	check(drive_remember(b.node, b.store) == 0);
	check(contacts(&b) == 0);
	box_done(&b);
	box_done(&a);
}

int
main(void)
{
	char cmd[128];

	check(sodium_init() >= 0);
	check(mkdtemp(top) != NULL);
	check((base = event_base_new()) != NULL);
	packs_go_over();
	rates_are_kept();
	headers_not_readable();
	strangers_are_read_on();
	strangers_make_room();
	contacts_are_remembered();
	event_base_free(base);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", top);
	return system(cmd) == 0 ? 0 : 1;
}
