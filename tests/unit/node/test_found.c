#include "proto/base/qerr.h"
#include "tests/unit/node/town.h"

/* A feed that a node finds in a web host's tree, alone: as much is true of it as on a link. */

static struct town w;
static struct press p;
static struct house *from, *h;

static void
give(enum node_object kind, const struct id *id, uint64_t number,
    struct bytes data, struct bytes hashes)
{
	struct node_event e = {.type = NODE_FOUND};

	e.found.kind = kind;
	e.found.id = *id;
	e.found.number = number;
	e.found.data = data;
	e.found.hashes = hashes;
	house_event(h, &e);
	town_run(&w, SECOND);
}

static struct bytes
have(enum node_object kind, uint64_t number)
{
	return buf_bytes(&house_find(from, kind, &p.feed, number)->data);
}

static struct node_feed_stat
stat_of(void)
{
	struct node_feed_stat st;

	check(node_feed_stat(h->node, &p.feed, &st) == 0);
	return st;
}

/* The pack |k| from piece |first| on.  Piece |bad| is another (SIZE_MAX: none); before |first|,
 * its hash is. */
static void
give_pack(const struct node_pack *k, size_t first, size_t bad)
{
	struct buf data = {0}, hashes = {0};
	struct id x;

	for (size_t i = 0; i < piece_count(k->size); i++) {
		struct object *o = house_find(from, OBJECT_PIECE, &k->root, i);
		struct bytes piece = buf_bytes(&o->data);

		hash(&x, HASH_PIECE, piece);
		buf_put(&hashes, x.b, sizeof(x.b));
		if (i >= first)
			buf_put(&data, piece.p, piece.n);
		if (i == bad && i >= first)
			data.p[data.n - 1] ^= 1;
	}
	if (bad != SIZE_MAX && first > bad)
		hashes.p[0] ^= 1;
	give(OBJECT_PIECE, &k->root, first, buf_bytes(&data),
	    buf_bytes(&hashes));
	buf_done(&data);
	buf_done(&hashes);
}

static void
begin(uint8_t seed)
{
	from = house_new(&w, NODE_MIRROR);
	h = house_new(&w, NODE_MIRROR);
	press_new(&p, seed);
	house_follow(from, &p.feed);
	house_follow(h, &p.feed);
	for (int i = 0; i < 3; i++)
		press_publish(&p, from, 40000);
}

static void
end(void)
{
	check(h->told[FACT_FAULT] == 0);
	press_done(&p);
	town_done(&w);
}

/* In any order nothing is lost, and what is not the next counts for nothing. */
static void
comes_whole(void)
{
	struct node_pack k;
	size_t at = 0;

	begin(1);
	check(stat_of().sources == 0 && !stat_of().lacking);
	give(OBJECT_HEADER, &p.feed, 1, have(OBJECT_HEADER, 1),
	    (struct bytes){0});
	check(stat_of().head == 0);
	give(OBJECT_CHARTER, &p.feed, 1, buf_bytes(&p.charter),
	    (struct bytes){0});
	check(stat_of().charter == 1);
	give(OBJECT_HEADER, &p.feed, 3, have(OBJECT_HEADER, 3),
	    (struct bytes){0});
	check(stat_of().head == 0);
	for (uint64_t i = 1; i <= 3; i++)
		give(OBJECT_HEADER, &p.feed, i, have(OBJECT_HEADER, i),
		    (struct bytes){0});
	check(stat_of().head == 3 && stat_of().packs_wanted == 6);
	check(stat_of().lacking);
	while (node_next_want(h->node, &p.feed, &at, &k)) {
		give_pack(&k, 0, SIZE_MAX);
		at = 0;
	}
	check(stat_of().packs_held == 6 && !stat_of().lacking);
	press_check(&p, h);
	end();
}

/* What somebody has, and does not give yet, is known to be there. */
static void
offered(void)
{
	begin(6);
	from->mute = true;
	house_peer(h, from);
	town_run(&w, 5 * SECOND);
	check(stat_of().packs_wanted == 6 && stat_of().packs_offered == 6);
	house_stop(from);
	town_run(&w, 5 * SECOND);
	check(stat_of().packs_wanted == 6 && stat_of().packs_offered == 0);
	end();
}

/* A piece that is another's is not taken, nor one whose hashes are; all others are. */
static void
damaged(void)
{
	struct node_pack k;
	size_t at = 0;

	begin(2);
	give(OBJECT_CHARTER, &p.feed, 1, buf_bytes(&p.charter),
	    (struct bytes){0});
	give(OBJECT_HEADER, &p.feed, 1, have(OBJECT_HEADER, 1),
	    (struct bytes){0});
	check(node_next_want(h->node, &p.feed, &at, &k));
	give(OBJECT_PIECE, &k.root, 0, bytes_str("short"), (struct bytes){0});
	give(OBJECT_PIECE, &k.root, 77, bytes_str("far"), (struct bytes){0});
	give_pack(&k, 1, 0);
	check(house_find(h, OBJECT_PIECE, &k.root, 1) == NULL);
	give_pack(&k, 0, 1);
	check(house_find(h, OBJECT_PIECE, &k.root, 0) != NULL);
	check(house_find(h, OBJECT_PIECE, &k.root, 1) == NULL);
	check(house_find(h, OBJECT_PIECE, &k.root, 2) != NULL);
	check(stat_of().packs_held == 0);
	give_pack(&k, 1, SIZE_MAX);
	check(stat_of().packs_held == 1);
	end();
}

/* Another header of a number that it has is a proof, as it is from a peer. */
static void
forks(void)
{
	static struct press other;

	begin(3);
	press_new(&other, 3);
	press_sign(&other, NULL, 50000);
	give(OBJECT_CHARTER, &p.feed, 1, buf_bytes(&p.charter),
	    (struct bytes){0});
	give(OBJECT_HEADER, &p.feed, 1, have(OBJECT_HEADER, 1),
	    (struct bytes){0});
	check(!stat_of().forked);
	give(OBJECT_HEADER, &p.feed, 1, buf_bytes(&other.head),
	    (struct bytes){0});
	check(stat_of().forked && h->told[FACT_FORK] == 1);
	check(house_find(h, OBJECT_PROOF, &p.feed, 1) != NULL);
	give(OBJECT_HEADER, &p.feed, 2, have(OBJECT_HEADER, 2),
	    (struct bytes){0});
	check(stat_of().head == 1);
	press_done(&other);
	end();
}

/* What nobody asked for: another feed's, what cannot be read, what has no room. */
static void
of_no_use(void)
{
	struct node_event full = {.type = NODE_SPACE};
	struct id other = {{7}};

	begin(4);
	for (int kind = OBJECT_CHARTER; kind <= OBJECT_MEMORY; kind++) {
		give((enum node_object)kind, &p.feed, 1, bytes_str("x"),
		    bytes_str("y"));
		give((enum node_object)kind, &other, 1, bytes_str("x"),
		    bytes_str("y"));
	}
	check(stat_of().charter == 0 && stat_of().head == 0);
	house_event(h, &full);
	give(OBJECT_CHARTER, &p.feed, 1, buf_bytes(&p.charter),
	    (struct bytes){0});
	give(OBJECT_HEADER, &p.feed, 1, have(OBJECT_HEADER, 1),
	    (struct bytes){0});
	check(stat_of().charter == 1 && stat_of().head == 0);
	end();
}

/* A pack that two headers announce is one. */
static void
announced_twice(void)
{
	struct header x = {0}, first;
	struct buf file = {0};

	begin(5);
	check(header_read(&first, have(OBJECT_HEADER, 1)) == 0);
	x = (struct header){.feed = p.feed,
	    .charter = 1,
	    .number = 4,
	    .time = 1,
	    .n_pack = 1,
	    .pack = {first.pack[0]}};
	history_root(&p.history, &x.history);
	check(header_sign(&file, &x, &p.k) == 0);
	give(OBJECT_CHARTER, &p.feed, 1, buf_bytes(&p.charter),
	    (struct bytes){0});
	for (uint64_t i = 1; i <= 3; i++)
		give(OBJECT_HEADER, &p.feed, i, have(OBJECT_HEADER, i),
		    (struct bytes){0});
	give(OBJECT_HEADER, &p.feed, 4, buf_bytes(&file), (struct bytes){0});
	check(stat_of().head == 4 && stat_of().packs_wanted == 6);
	check(stat_of().bytes_wanted == UINT64_C(6) * 40000);
	buf_done(&file);
	end();
}

int
main(void)
{
	check(sodium_init() >= 0);
	comes_whole();
	offered();
	damaged();
	forks();
	of_no_use();
	announced_twice();
	return 0;
}
