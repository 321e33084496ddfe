#include "proto/host/store_part.h"

#include <sodium.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/object/header.h"
#include "proto/object/merkle.h"
#include "tests/unit/host/place.h"

/* Packs on their way in: which pieces a store has, and which it only seems to. */
#define PIECES 9
#define BIG    ((PIECES - 1) * PIECE_SIZE + 77)

static uint8_t noise[BIG];

static struct bytes
piece(size_t i)
{
	return bytes_of(noise + i * PIECE_SIZE, piece_len(BIG, i));
}

static int
put_piece(struct store *s, uint8_t root, size_t i, bool completes)
{
	struct id id = {{root}};

	return store_put_piece(s, &id, BIG, i, piece(i), completes);
}

/* The pieces of pack |root|, piece 0 the lowest bit; -1 if there is no such part. */
static int
pieces(struct store *s, uint8_t root)
{
	struct id id = {{root}};
	struct buf b = {0};
	int bits = -1;

	if (store_partial(s, &id, BIG, &b)) {
		check(b.n == (PIECES + 7) / 8);
		bits = b.p[0] | b.p[1] << 8;
	}
	buf_done(&b);
	return bits;
}

static bool
has_piece(struct store *s, uint8_t root, size_t i)
{
	struct id id = {{root}};
	struct buf b = {0};
	int err = store_get_piece(s, &id, i, &b);
	bool same = err == 0 && bytes_eq(buf_bytes(&b), piece(i));

	check(same || err == QERR_ABSENT);
	buf_done(&b);
	return same;
}

static bool
has_pack(struct store *s, uint8_t root)
{
	struct tree_name t = {.kind = TREE_PACK, .id = {{root}}};
	struct buf b = {0};
	bool has = store_has(s, &t);

	check((store_get(s, &t, &b) == 0) == has);
	check(!has || bytes_eq(buf_bytes(&b), bytes_of(noise, BIG)));
	buf_done(&b);
	return has;
}

static const char *
part_file(uint8_t root, const char *suffix)
{
	struct id id = {{root}};
	char name[96], text[ID_TEXT_LEN + 1];

	id_text(text, &id);
	snprintf(name, sizeof(name), "part/%s%s", text, suffix);
	return place_path(name);
}

static void
pieces_come_in_any_order(void)
{
	struct store *s = fresh();

	check(pieces(s, 1) == -1 && !has_piece(s, 1, 0));
	for (size_t i = PIECES; i-- > 1;)
		check(put_piece(s, 1, i, false) == 0);
	check(has_piece(s, 1, 8) && !has_piece(s, 1, 0));
	check(store_commit(s) == 0);
	s = open_again(s);
	check(pieces(s, 1) == 0x1fe && !has_pack(s, 1));
	check(put_piece(s, 1, 3, false) == 0); /* once more: fine */
	check(put_piece(s, 1, 0, true) == 0);
	check(!has_pack(s, 1));
	check(store_commit(s) == 0);
	check(has_pack(s, 1) && pieces(s, 1) == -1);
	check(!there(part_file(1, "")) && !there(part_file(1, ".map")));
	for (size_t i = 0; i < PIECES; i++)
		check(has_piece(s, 1, i));
	check(!has_piece(s, 1, PIECES));
	store_close(s);
}

static void
only_committed_pieces_count(void)
{
	struct store *s = fresh();

	check(put_piece(s, 1, 0, false) == 0);
	check(store_commit(s) == 0);
	check(put_piece(s, 1, 1, false) == 0);
	s = open_again(s); /* as after a crash */
	check(pieces(s, 1) == 1 && !has_piece(s, 1, 1));
	/* The last one says that it completes, but one is missing. */
	for (size_t i = 2; i < PIECES - 1; i++)
		check(put_piece(s, 1, i, false) == 0);
	check(put_piece(s, 1, PIECES - 1, true) == QERR_NOSPACE);
	check(store_commit(s) == 0 && !has_pack(s, 1));
	check(pieces(s, 1) == 0x1fd);
	check(put_piece(s, 1, 1, true) == 0);
	check(store_commit(s) == 0 && has_pack(s, 1));
	store_close(s);
}

/* A whole pack that waits for its commit is a part until then, and after a crash. */
static void
a_crash_before_the_commit_leaves_a_part(void)
{
	struct store *s = fresh();

	for (size_t i = 0; i + 1 < PIECES; i++)
		check(put_piece(s, 1, i, false) == 0);
	check(store_commit(s) == 0);
	check(put_piece(s, 1, PIECES - 1, true) == 0);
	s = open_again(s);
	check(!has_pack(s, 1) && pieces(s, 1) == 0xff);
	store_close(s);
}

static void
a_map_that_does_not_fit_is_none(void)
{
	static const uint8_t ones[3] = {0xff, 0xff, 0xff};
	struct store *s = fresh();

	for (size_t i = 0; i < 4; i++)
		check(put_piece(s, 1, i, false) == 0);
	check(store_commit(s) == 0);
	for (size_t n = 0; n <= 3; n++) {
		if (n == 2)
			continue; /* its length */
		scribble(part_file(1, ".map"), bytes_of(ones, n));
		s = open_again(s);
		check(pieces(s, 1) == 0 && !has_piece(s, 1, 0));
	}
	check(unlink(part_file(1, ".map")) == 0);
	s = open_again(s);
	check(pieces(s, 1) == 0);

	/* Nor is a part of another size the part, nor a map alone one. */
	check(put_piece(s, 1, 0, false) == 0 && store_commit(s) == 0);
	check(truncate(part_file(1, ""), BIG - 1) == 0);
	s = open_again(s);
	check(pieces(s, 1) == -1);
	check(truncate(part_file(1, ""), 0) == 0);
	s = open_again(s);
	check(pieces(s, 1) == -1 && !has_piece(s, 1, 0));
	check(unlink(part_file(1, "")) == 0);
	s = open_again(s);
	check(pieces(s, 1) == -1 && !has_piece(s, 1, 0));
	store_close(s);
}

/* A crash while a map was written leaves its temporary, which says nothing. */
static void
a_new_map_that_was_not_renamed_is_gone(void)
{
	static const uint8_t ones[2] = {0xff, 0x01};
	struct store *s = fresh();

	check(put_piece(s, 1, 0, false) == 0 && store_commit(s) == 0);
	scribble(part_file(1, ".new"), bytes_of(ones, 2));
	s = open_again(s);
	check(pieces(s, 1) == 1);
	check(!there(part_file(1, ".new")));
	store_close(s);
}

static void
sizes_have_limits(void)
{
	struct store *s = fresh();
	struct id root = {{1}};
	struct buf b = {0};
	uint8_t *large = calloc(1, PIECE_SIZE + 1);
	size_t last = piece_count(PACK_SIZE_MAX) - 1;

	check(large != NULL);
	check(store_put_piece(s, &root, (uint64_t)PACK_SIZE_MAX + 1, 0,
		  bytes_of(large, PIECE_SIZE), false) == QERR_RANGE);
	check(store_put_piece(s, &root, UINT64_MAX, 0,
		  bytes_of(large, PIECE_SIZE), false) == QERR_RANGE);
	check(store_put_piece(s, &root, BIG, 0, bytes_of(large, PIECE_SIZE + 1),
		  false) == QERR_RANGE);
	check(store_put_piece(s, &root, BIG, 0, bytes_of(large, PIECE_SIZE - 1),
		  false) == QERR_RANGE);
	check(store_put_piece(s, &root, BIG, PIECES, bytes_of(large, 77),
		  false) == QERR_RANGE);
	check(store_put_piece(s, &root, 0, 0, bytes_of(large, 0), false) ==
	      QERR_RANGE);
	check(pieces(s, 1) == -1);

	/* The largest there may be, by its last piece. */
	check(store_put_piece(s, &root, PACK_SIZE_MAX, last,
		  bytes_of(large, PIECE_SIZE), false) == 0);
	check(store_put_piece(s, &root, PACK_SIZE_MAX, last + 1,
		  bytes_of(large, PIECE_SIZE), false) == QERR_RANGE);
	check(store_commit(s) == 0);
	s = open_again(s);
	check(store_partial(s, &root, PACK_SIZE_MAX, &b) && b.n == 128);
	check(b.p[127] == 0x80 && sodium_is_zero(b.p, 127));
	buf_done(&b);
	free(large);
	store_close(s);
}

/* A pack of one piece goes another way, with the same limits. */
static void
a_single_piece_is_its_pack(void)
{
	struct store *s = fresh();
	struct tree_name t = {.kind = TREE_PACK, .id = {{1}}};

	check(store_put_piece(s, &t.id, 100, 0, bytes_of(noise, 99), true) ==
	      QERR_RANGE);
	check(store_put_piece(s, &t.id, 100, 1, bytes_of(noise, 100), true) ==
	      QERR_RANGE);
	check(store_put_piece(s, &t.id, 0, 0, bytes_of(noise, 0), true) ==
	      QERR_RANGE);
	check(store_commit(s) == 0 && !store_has(s, &t));
	check(store_put_piece(s, &t.id, 100, 0, bytes_of(noise, 100), true) ==
	      0);
	check(store_commit(s) == 0 && store_has(s, &t));
	check(store_used(s) == 100);
	store_close(s);
}

/* More on their way than are held open: the others are on the disk. */
static void
more_parts_than_places(void)
{
	struct store *s = fresh();

	for (uint8_t r = 1; r <= PART_OPEN_MAX + 1; r++)
		check(put_piece(s, r, r % 4, false) == 0);
	for (uint8_t r = 1; r <= PART_OPEN_MAX + 1; r++)
		check(pieces(s, r) == 1 << r % 4);
	check(store_commit(s) == 0);
	s = open_again(s);
	for (uint8_t r = 1; r <= PART_OPEN_MAX + 1; r++)
		check(pieces(s, r) == 1 << r % 4 && has_piece(s, r, r % 4));

	/* Those that wait for a commit keep their places. */
	for (uint8_t r = 1; r <= PART_OPEN_MAX; r++)
		for (size_t i = 0; i < PIECES; i++)
			check(put_piece(s, r, i, i == PIECES - 1) == 0);
	check(put_piece(s, PART_OPEN_MAX + 1, 0, false) == QERR_FULL);
	check(store_commit(s) == 0);
	for (uint8_t r = 1; r <= PART_OPEN_MAX; r++)
		check(has_pack(s, r));
	check(put_piece(s, PART_OPEN_MAX + 1, 0, false) == 0);
	store_close(s);
}

static void
readers_see_parts_and_change_none(void)
{
	struct store *s = fresh(), *reader;
	struct id root = {{1}};

	check(put_piece(s, 1, 2, false) == 0 && store_commit(s) == 0);
	check(store_open(&reader, place_dir, true) == 0);
	check(pieces(reader, 1) == 4 && has_piece(reader, 1, 2));
	check(put_piece(reader, 1, 3, false) < 0);
	check(store_put_piece(reader, &root, 5, 0, bytes_of(noise, 5), true) <
	      0);
	store_close(reader);
	check(pieces(s, 1) == 4);
	store_close(s);
}

static void
a_part_is_forgotten(void)
{
	struct store *s = fresh();
	struct tree_name t = {.kind = TREE_PACK, .id = {{1}}};

	check(put_piece(s, 1, 2, false) == 0 && store_commit(s) == 0);
	check(put_piece(s, 1, 3, false) == 0);
	check(put_piece(s, 2, 0, false) == 0);
	check(store_forget(s, &t) == 0);
	check(pieces(s, 1) == -1 && store_commit(s) == 0);
	check(!there(part_file(1, "")) && !there(part_file(1, ".map")));
	s = open_again(s);
	check(pieces(s, 1) == -1 && pieces(s, 2) == 1);
	/* It begins anew: of what was there nothing is left. */
	check(put_piece(s, 1, 0, false) == 0 && pieces(s, 1) == 1);
	store_close(s);
}

/* Pieces that come while the thread commits others of their pack are the next commit's. */
static void
pieces_come_meanwhile(void)
{
	struct store *s = fresh();
	int fd;

	check(put_piece(s, 1, 0, false) == 0);
	check(store_commit_begin(s, &fd) == 0);
	check(put_piece(s, 1, 1, false) == 0);
	store_commit_wait(s);
	check(store_commit_ended(s) && has_piece(s, 1, 1));
	s = open_again(s);
	check(pieces(s, 1) == 1);
	for (size_t i = 1; i < PIECES; i++)
		check(put_piece(s, 1, i, i == PIECES - 1) == 0);
	check(store_commit_begin(s, &fd) == 0);
	for (size_t i = 0; i < PIECES; i++)
		check(has_piece(s, 1, i));
	store_commit_wait(s);
	for (size_t i = 0; i < PIECES; i++)
		check(has_piece(s, 1, i));
	check(store_commit_ended(s) && has_pack(s, 1) && pieces(s, 1) == -1);
	store_close(s);
}

int
main(void)
{
	check(sodium_init() >= 0);
	place_init();
	randombytes_buf_deterministic(noise, sizeof(noise),
	    (const uint8_t[randombytes_SEEDBYTES]){1});
	pieces_come_in_any_order();
	only_committed_pieces_count();
	a_crash_before_the_commit_leaves_a_part();
	a_map_that_does_not_fit_is_none();
	a_new_map_that_was_not_renamed_is_gone();
	sizes_have_limits();
	a_single_piece_is_its_pack();
	more_parts_than_places();
	readers_see_parts_and_change_none();
	a_part_is_forgotten();
	pieces_come_meanwhile();
	place_done();
	return 0;
}
