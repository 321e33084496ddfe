#include "proto/host/rest.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/host/held.h"
#include "proto/host/store_inner.h"
#include "proto/object/header.h"

/*
 * The file: tiers u32le, newest and number u64le, head, charters, the stamp of the folders
 * that packs stand in, the roots of the packs, and a checksum over that.  It is ours alone
 * and says nothing to others.
 */
#define SUM_LEN   16
#define START_LEN (4 + 8 + 8 + 32 + 32 + SUM_LEN)
#define REST_MAX  (16u * 1024 * 1024)
#define NAME_LEN  (5 + ID_TEXT_LEN + 1)

static void
name_of(char dst[NAME_LEN], const struct id *feed)
{
	char text[ID_TEXT_LEN + 1];

	id_text(text, feed);
	snprintf(dst, NAME_LEN, "rest-%s", text);
}

/* It finds damage, as that of a row. */
static void
checksum(uint8_t ret[SUM_LEN], struct bytes v)
{
	static const uint8_t key[crypto_onetimeauth_KEYBYTES] =
	    "quire: where a feed rests";

	crypto_onetimeauth(ret, v.p, v.n, key);
}

void
rest_init(struct rest *r)
{
	*r = (struct rest){.number = 0};
	buf_init(&r->packs, REST_MAX);
}

void
rest_done(struct rest *r)
{
	buf_done(&r->packs);
	rest_init(r);
}

int
rest_take(struct rest *ret, const struct node *n, const struct id *feed,
    const struct node_policy *policy)
{
	struct feed *f = node_feed(n, feed);
	struct node_feed_stat st;
	struct node_pack p;
	size_t at = 0;

	if (f == NULL || node_feed_stat(n, feed, &st) != 0 || st.head == 0 ||
	    st.packs_wanted > 0 || st.forked || st.forked_charter > 0)
		return QERR_ABSENT;
	ret->policy = *policy;
	ret->number = st.head;
	ret->head = *feed_head_hash(f);
	charters_sum_of(&ret->charters, f);
	while (node_next_pack(n, feed, &at, &p))
		if (p.alive && p.held)
			buf_put(&ret->packs, p.root.b, sizeof(p.root.b));
	return buf_err(&ret->packs);
}

/*
 * When something last came into each folder of packs, or went: all that is there is there
 * still if that is what it was, and need not be asked for one by one.
 */
static void
stamp(uint8_t ret[SUM_LEN], const struct store *s)
{
	static const char digit[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t when[32 * 20] = {0}, *p = when;
	char name[] = "pack/a";
	struct stat st;

	for (const char *a = digit; *a != '\0'; a++, p += 20) {
		name[5] = *a;
		if (fstatat(s->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		store_le64(p, st.st_ino);
		store_le64(p + 8, (uint64_t)st.st_mtim.tv_sec);
		store_le32(p + 16, (uint32_t)st.st_mtim.tv_nsec);
	}
	checksum(ret, bytes_of(when, sizeof(when)));
}

static int
encode(struct buf *b, const struct rest *r, const struct store *s)
{
	uint8_t start[START_LEN], sum[SUM_LEN];

	store_le32(start, r->policy.tiers);
	store_le64(start + 4, r->policy.newest);
	store_le64(start + 12, r->number);
	memcpy(start + 20, r->head.b, 32);
	memcpy(start + 52, r->charters.b, 32);
	stamp(start + 84, s);
	buf_put(b, start, sizeof(start));
	buf_put(b, r->packs.p, r->packs.n);
	if (buf_err(b) != 0)
		return buf_err(b);
	checksum(sum, buf_bytes(b));
	buf_put(b, sum, sizeof(sum));
	return buf_err(b);
}

int
rest_save(struct store *s, const struct id *feed, const struct rest *r)
{
	char name[NAME_LEN];
	struct buf b;
	int fd = -1, err;

	buf_init(&b, REST_MAX);
	name_of(name, feed);
	err = encode(&b, r, s);
	if (err == 0 &&
	    (fd = openat(s->fd, name,
		 O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0)
		err = QERR_IO;
	/* Over the one before: to make it empty first costs more than all of this. */
	if (err == 0 && (write(fd, b.p, b.n) != (ssize_t)b.n ||
			    ftruncate(fd, (off_t)b.n) != 0))
		err = QERR_IO;
	if (fd >= 0)
		close(fd);
	buf_done(&b);
	return err;
}

void
rest_remove(int dir, const struct id *feed)
{
	char name[NAME_LEN];

	name_of(name, feed);
	unlinkat(dir, name, 0);
}

/* Append the roots to |r->packs|. */
static int
decode(struct rest *r, struct bytes v)
{
	uint8_t sum[SUM_LEN];

	if (v.n < START_LEN + SUM_LEN || (v.n - START_LEN - SUM_LEN) % 32 != 0)
		return QERR_ABSENT;
	v.n -= SUM_LEN;
	checksum(sum, v);
	if (memcmp(sum, v.p + v.n, SUM_LEN) != 0)
		return QERR_ABSENT;
	r->policy = (struct node_policy){
	    .tiers = load_le32(v.p), .newest = load_le64(v.p + 4)};
	r->number = load_le64(v.p + 12);
	memcpy(r->head.b, v.p + 20, 32);
	memcpy(r->charters.b, v.p + 52, 32);
	memcpy(r->stamp, v.p + 84, SUM_LEN);
	buf_put(&r->packs, v.p + START_LEN, v.n - START_LEN);
	return buf_err(&r->packs);
}

static int
rest_read(struct rest *r, struct store *s, const struct id *feed)
{
	char name[NAME_LEN];
	struct buf b;
	int err;

	buf_init(&b, 0);
	name_of(name, feed);
	err = file_read(&b, s->fd, name, REST_MAX);
	if (err == 0)
		err = decode(r, buf_bytes(&b));
	buf_done(&b);
	return err;
}

/* True if the head is the tree's, and the last there. */
static bool
is_head(const struct rest *r, struct store *s, const struct id *feed)
{
	struct tree_name t = {
	    .kind = TREE_ISSUE, .id = *feed, .number = r->number};
	struct header h;
	struct buf b;
	bool same;

	buf_init(&b, 0);
	same = store_get(s, &t, &b) == 0 &&
	       header_peek(&h, buf_bytes(&b)) == 0 && id_eq(&h.hash, &r->head);
	buf_done(&b);
	t.number++;
	return same && !store_has(s, &t);
}

/* True if no pack is lost. */
static bool
has_packs(const struct rest *r, struct store *s, const struct id *feed)
{
	struct tree_name t = {.kind = TREE_PACK};
	uint8_t now[SUM_LEN];

	stamp(now, s);
	if (memcmp(now, r->stamp, SUM_LEN) == 0)
		return true;
	for (size_t i = 0; i < r->packs.n; i += 32) {
		memcpy(t.id.b, r->packs.p + i, 32);
		if (!store_has(s, &t))
			return false;
	}
	(void)rest_save(s, feed, r); /* something else came or went */
	return true;
}

/* True if nothing was proved against it, and all is here. */
static bool
is_whole(const struct rest *r, struct store *s, const struct id *feed)
{
	struct buf b, ends;
	bool whole;

	buf_init(&b, 0);
	buf_init(&ends, 0);
	whole = store_proofs(s, feed, &b, &ends) == 0 && ends.n == 0 &&
		has_packs(r, s, feed);
	buf_done(&b);
	buf_done(&ends);
	return whole;
}

static bool
is_for(const struct rest *r, const struct node_policy *p)
{
	return r->policy.tiers == p->tiers && r->policy.newest == p->newest &&
	       !p->own && p->quota == 0;
}

int
rest_restore(struct node *n, struct store *s, const struct id *feed,
    const struct node_policy *policy)
{
	struct feed *f = NULL;
	struct rest r;
	int err;

	rest_init(&r);
	err = rest_read(&r, s, feed);
	if (err == 0 && (!is_for(&r, policy) || !is_head(&r, s, feed) ||
			    !is_whole(&r, s, feed)))
		err = QERR_ABSENT;
	if (err == 0 && (f = feed_new(feed)) == NULL)
		err = QERR_NOMEM;
	if (err == 0)
		err = held_charters(s, f, &r.charters);
	if (err == 0)
		err = node_restore_asleep(n, f, policy, r.number, &r.head,
		    buf_bytes(&r.packs));
	else
		feed_free(f);
	rest_done(&r);
	return err == QERR_NOMEM ? err : err == 0 ? 0 : QERR_ABSENT;
}
