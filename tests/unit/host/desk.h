#ifndef QUIRE_TEST_DESK_H
#define QUIRE_TEST_DESK_H

#include "proto/host/index.h"
#include "proto/object/follow.h"
#include "tests/unit/host/press.h"

/* A newsroom whose issues can be read: press.h signs, this fills its packs. */
struct story {
	const char *name, *title, *body, *lang, *note, *author;
	const char *picture; /* its bytes */
	uint64_t revision;   /* 0: the first */
	bool retracted;
	int64_t published;
};

#define STORY(n, t, b) .name = n, .title = t, .body = b

/* The packs that cover issue |number|, 0 being the one they are printed in. */
struct batch {
	const struct story *story;
	size_t n;
	uint64_t number;
	uint64_t last; /* of a volume, which begins with |number| */
	bool only;
	bool lean;       /* the heads lean on those of the issue before */
	bool text_leans; /* on them, too */
	bool text_only;  /* what is withdrawn: the heads stay what they were */
};

struct desk {
	struct press p;
	struct reading_key key;
	struct header last;
	struct buf heads; /* raw: a base for the next issue */
};

static inline void
desk_new(struct desk *d, struct store *s, uint8_t seed)
{
	*d = (struct desk){.key = {{seed}}};
	press_new(&d->p, seed);
	put(s, TREE_CHARTER, &d->p.feed, 1, buf_bytes(&d->p.charter));
	check(store_commit(s) == 0);
}

static inline void
desk_done(struct desk *d)
{
	buf_done(&d->p.charter);
	buf_done(&d->heads);
}

static inline int
desk_follow(const struct desk *d, struct index *x, uint8_t key)
{
	static struct follow f;
	struct buf link = {0};
	int err;

	f = (struct follow){
	    .feed = d->p.feed, .key = {{key}}, .name = "As the link has it"};
	follow_text(&link, &f);
	err = index_follow(x, buf_bytes(&link));
	buf_done(&link);
	return err;
}

static inline struct bytes
maybe(const char *text)
{
	return text == NULL ? bytes_of(NULL, 0) : bytes_str(text);
}

static inline void
desk_picture(struct picture *p, const char *picture)
{
	*p = (struct picture){.tier = TIER_SMALL,
	    .type = PICTURE_PNG,
	    .width = 1,
	    .height = 1,
	    .size = (uint32_t)strlen(picture),
	    .alt = bytes_str(""),
	    .caption = bytes_str("")};
	picture_hash(&p->hash, bytes_str(picture));
}

static inline void
desk_head(struct buf *heads, const struct story *t)
{
	static struct article a;
	bool first = t->revision <= 1;

	a = (struct article){.name = bytes_str(t->name),
	    .revision = first ? 1 : t->revision,
	    .status = t->retracted ? ARTICLE_RETRACTED
		      : first      ? ARTICLE_NEW
				   : ARTICLE_CORRECTED,
	    .lang = bytes_str(t->lang == NULL ? "en" : t->lang),
	    .title = bytes_str(t->title),
	    .author = {maybe(t->author)},
	    .n_author = t->author != NULL,
	    .has_published = t->published != 0,
	    .published = t->published,
	    .length = (uint32_t)maybe(t->body).n,
	    .note = maybe(t->note),
	    .n_picture = t->picture != NULL};
	if (t->picture != NULL)
		desk_picture(&a.picture[0], t->picture);
	check(article_encode(heads, &a) == 0);
}

/* Seal |raw|, if there is any, announce it in |h| and put it into |s|. */
static inline void
desk_pack(struct desk *d, struct store *s, struct header *h,
    const struct batch *b, enum tier tier, struct bytes raw,
    const struct records *at)
{
	struct pack_entry *e = &h->pack[h->n_pack];
	uint64_t number = b->number == 0 ? h->number : b->number;
	bool lean = tier == TIER_HEADS  ? b->lean
		    : tier == TIER_TEXT ? b->text_leans
					: false;
	struct buf sealed = {0};

	if (raw.n == 0)
		return;
	*e = (struct pack_entry){.tier = tier,
	    .count = (uint32_t)at->n,
	    .first = number,
	    .last = b->last == 0 ? number : b->last,
	    .base = lean,
	    .only = b->only || (b->text_only && tier == TIER_TEXT)};
	records_root(&e->contents, raw, at);
	check(pack_seal(&sealed, e, &d->p.feed, &d->key, raw,
		  lean ? buf_bytes(&d->heads) : bytes_of(NULL, 0), 3,
		  NULL) == 0);
	put(s, TREE_PACK, &e->root, 0, buf_bytes(&sealed));
	buf_done(&sealed);
	h->n_pack++;
}

static inline void
desk_batch(struct desk *d, struct store *s, struct header *h,
    const struct batch *b, enum tier tier)
{
	struct buf heads = {0}, text = {0}, pictures = {0};
	struct records at, text_at = {0}, picture_at = {0};

	for (size_t i = 0; i < b->n; i++) {
		desk_head(&heads, &b->story[i]);
		if (b->story[i].body != NULL)
			buf_put_str(&text, b->story[i].body);
		if (b->story[i].picture != NULL)
			buf_put_str(&pictures, b->story[i].picture);
	}
	check(records_of_heads(&at, buf_bytes(&heads), b->n) == 0);
	check(records_of_tier(&text_at, TIER_TEXT, buf_bytes(&heads), &at) ==
	      0);
	if (tier == TIER_HEADS)
		desk_pack(d, s, h, b, tier, buf_bytes(&heads), &at);
	else if (tier == TIER_TEXT)
		desk_pack(d, s, h, b, tier, buf_bytes(&text), &text_at);
	else if (pictures.n > 0) {
		check(records_of_tier(&picture_at, tier, buf_bytes(&heads),
			  &at) == 0);
		desk_pack(d, s, h, b, tier, buf_bytes(&pictures), &picture_at);
	}
	if (tier == TIER_HEADS && !b->lean) {
		buf_clear(&d->heads);
		buf_put(&d->heads, heads.p, heads.n);
	}
	records_done(&at);
	records_done(&text_at);
	records_done(&picture_at);
	buf_done(&heads);
	buf_done(&text);
	buf_done(&pictures);
}

/* The next issue, of |n| batches in ascending order of what they cover. */
static inline uint64_t
desk_print(struct desk *d, struct store *s, const struct batch *b, size_t n)
{
	struct header h = {.feed = d->p.feed,
	    .charter = 1,
	    .number = ++d->p.number,
	    .time = 1700000000 + d->p.number,
	    .next = 86400};
	struct buf file = {0};
	struct id leaf;

	history_root(&d->p.history, &h.history);
	for (enum tier t = TIER_HEADS; t <= TIER_SMALL; t++)
		for (size_t i = 0; i < n; i++)
			desk_batch(d, s, &h, &b[i], t);
	check(header_sign(&file, &h, &d->p.k) == 0);
	put(s, TREE_ISSUE, &d->p.feed, h.number, buf_bytes(&file));
	check(header_leaf(&leaf, buf_bytes(&file)) == 0);
	history_add(&d->p.history, &leaf);
	check(store_commit(s) == 0);
	buf_done(&file);
	d->last = h;
	return h.number;
}

/* An issue of these stories and no others. */
#define desk_issue(d, s, ...)                                             \
	desk_print(d, s,                                                  \
	    &(struct batch){.story = (const struct story[]){__VA_ARGS__}, \
		.n = sizeof((const struct story[]){__VA_ARGS__}) /        \
		     sizeof(struct story)},                               \
	    1)

#endif
