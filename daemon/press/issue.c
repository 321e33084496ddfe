#include "daemon/press/issue.h"

#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/object/frame.h"
#include "proto/object/hash.h"
#include "proto/object/merkle.h"

int
issue_init(struct issue *is)
{
	*is = (struct issue){0};
	for (int t = 0; t < TIERS; t++)
		buf_init(&is->tier[t].raw, PACK_SIZE_MAX);
	is->shown = map_new(0);
	return is->shown != NULL ? 0 : QERR_NOMEM;
}

void
issue_done(struct issue *is)
{
	for (int t = 0; t < TIERS; t++) {
		buf_done(&is->tier[t].raw);
		free(is->tier[t].leaf);
	}
	map_free(is->shown);
	*is = (struct issue){0};
}

int
issue_clear(struct issue *is)
{
	for (int t = 0; t < TIERS; t++) {
		buf_clear(&is->tier[t].raw);
		is->tier[t].n = 0;
	}
	map_free(is->shown);
	is->shown = map_new(0);
	return is->shown != NULL ? 0 : QERR_NOMEM;
}

size_t
issue_count(const struct issue *is)
{
	return is->tier[TIER_HEADS].n;
}

static bool
room(const struct issue *is, enum tier t, size_t bytes, size_t records)
{
	return is->tier[t].raw.n + bytes <= ISSUE_RAW_MAX &&
	       is->tier[t].n + records <= PACK_COUNT_MAX;
}

bool
issue_fits(const struct issue *is, const struct article *a)
{
	size_t bytes[TIERS] = {ARTICLE_HEAD_MAX, a->length, 0, 0};

	for (size_t i = 0; i < a->n_picture; i++)
		bytes[a->picture[i].tier] += a->picture[i].size;
	for (enum tier t = TIER_HEADS; t < TIERS; t++)
		if (!room(is, t, bytes[t], ARTICLE_PICTURES_MAX))
			return false;
	return true;
}

static int
add_record(struct issue *is, enum tier t, struct bytes record)
{
	if (is->tier[t].n == is->tier[t].cap) {
		size_t cap = is->tier[t].cap * 2 + 64;
		void *p =
		    realloc(is->tier[t].leaf, cap * sizeof(*is->tier[t].leaf));

		if (p == NULL)
			return QERR_NOMEM;
		is->tier[t].leaf = p;
		is->tier[t].cap = cap;
	}
	buf_put(&is->tier[t].raw, record.p, record.n);
	hash(&is->tier[t].leaf[is->tier[t].n++], HASH_RECORD, record);
	return buf_err(&is->tier[t].raw);
}

int
issue_add(struct issue *is, struct bytes head, const struct article *a,
    struct bytes body, struct bytes (*picture)(const void *arg, size_t i),
    const void *arg)
{
	int r = add_record(is, TIER_HEADS, head);

	if (r == 0)
		r = add_record(is, TIER_TEXT, body);
	for (size_t i = 0; i < a->n_picture && r == 0; i++) {
		const struct picture *p = &a->picture[i];

		if (map_get(is->shown, &p->hash) != NULL)
			continue;
		r = add_record(is, p->tier, picture(arg, i));
		if (r == 0)
			r = map_put(is->shown, &p->hash, is);
	}
	return r;
}

int
issue_judge(const struct issue *is, enum tier t, struct bytes base,
    size_t *ret_size)
{
	struct buf b;
	int r;

	buf_init(&b, 0);
	r = frame_deflate(&b, buf_bytes(&is->tier[t].raw), base, ISSUE_JUDGE,
	    NULL);
	*ret_size = b.n;
	buf_done(&b);
	return r;
}

/* Does |base| save a twentieth? */
static int
judge(const struct issue *is, enum tier t, struct bytes base, bool *ret)
{
	size_t with = 0, without = 0;
	int r = issue_judge(is, t, base, &with);

	if (r == 0)
		r = issue_judge(is, t, bytes_of(NULL, 0), &without);
	*ret = r == 0 && with <= without - without / 20;
	return r;
}

int
issue_seal(const struct issue *is, enum tier t, struct buf *sealed,
    struct pack_entry *e, const struct id *feed, const struct reading_key *k,
    const struct issue_base *base, int level)
{
	struct bytes raw = buf_bytes(&is->tier[t].raw), with = {NULL, 0};
	bool pays = false;
	int r = 0;

	if (raw.n == 0)
		return QERR_ABSENT;
	if (t >= TIER_SMALL)
		level = ISSUE_PICTURE;
	else if (base != NULL && base->set != 0 && base->raw[t].n > 0)
		r = judge(is, t, with = base->raw[t], &pays);
	if (r != 0)
		return r;
	e->tier = t;
	e->base = pays ? base->set : 0;
	e->count = (uint32_t)is->tier[t].n;
	merkle_root(&e->contents, is->tier[t].leaf, is->tier[t].n);
	buf_clear(sealed);
	return pack_seal(sealed, e, feed, k, raw, with, level, NULL);
}
