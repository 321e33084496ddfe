#include "daemon/press/ledger.h"

#include <stdlib.h>
#include <strings.h>

#include "daemon/work/jobs.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/hash.h"

#define PREFIX_MIN 8
#define SLAB       1024 /* entries that are allocated together */

int
ledger_init(struct ledger *l, const struct id *feed)
{
	*l = (struct ledger){.feed = *feed, .map = map_new(0)};
	return l->map != NULL ? 0 : QERR_NOMEM;
}

void
ledger_done(struct ledger *l)
{
	for (size_t i = 0; i * SLAB < l->n_entry; i++)
		free(l->slab[i]);
	free(l->slab);
	map_free(l->map);
	*l = (struct ledger){.feed = l->feed};
}

uint64_t
ledger_fingerprint(const struct article *a)
{
	struct article same = *a;
	struct id h;
	struct buf b;

	same.revision = 1;
	same.status = ARTICLE_NEW;
	same.note = bytes_of(NULL, 0);
	buf_init(&b, 0);
	if (article_encode(&b, &same) != 0)
		buf_clear(&b);
	hash(&h, HASH_RECORD, buf_bytes(&b));
	buf_done(&b);
	return load_le64(h.b);
}

/* An article id as the map's key: it is a hash already. */
static void
key_of(struct id *ret, const struct article_id *id)
{
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->b, id->b, sizeof(id->b));
}

/* The next entry, whose place is not taken until n_entry says so; NULL: no memory. */
static struct ledger_entry *
entry_new(struct ledger *l)
{
	size_t i = l->n_entry / SLAB;
	struct ledger_entry **slab, *e;

	if (l->n_entry % SLAB == 0) {
		slab = realloc(l->slab, (i + 1) * sizeof(*slab));
		if (slab == NULL)
			return NULL;
		l->slab = slab;
		if ((slab[i] = malloc(SLAB * sizeof(**slab))) == NULL)
			return NULL;
	}
	e = &l->slab[i][l->n_entry % SLAB];
	memset(e, 0, sizeof(*e));
	return e;
}

static struct ledger_entry *
entry_for(struct ledger *l, const struct article_id *id)
{
	struct ledger_entry *e;
	struct id key;

	key_of(&key, id);
	e = map_get(l->map, &key);
	if (e != NULL)
		return e;
	if ((e = entry_new(l)) == NULL)
		return NULL;
	e->id = *id;
	if (map_put(l->map, &key, e) != 0) {
		if (l->n_entry % SLAB == 0)
			free(l->slab[l->n_entry / SLAB]);
		return NULL;
	}
	l->n_entry++;
	return e;
}

int
ledger_add(struct ledger *l, const struct article *a, uint32_t pack,
    uint32_t record)
{
	struct ledger_entry *e;
	struct article_id id;

	article_id(&id, &l->feed, a->name);
	e = entry_for(l, &id);
	if (e == NULL)
		return QERR_NOMEM;
	if (a->revision < e->revision)
		return 0;
	e->revision = a->revision;
	e->status = (uint8_t)a->status;
	e->length = a->length;
	e->fingerprint = ledger_fingerprint(a);
	e->has_address = a->address.p != NULL;
	if (e->has_address)
		article_id(&e->address, &l->feed, a->address);
	e->pack = pack;
	e->record = record;
	return 0;
}

static int
load_pack(struct ledger *l, struct shelf *s, struct shelf_view *v, size_t pack)
{
	int r = shelf_look(s, v, pack, false);

	for (size_t i = 0; r == 0 && i < v->head.n; i++) {
		struct article a;

		r = article_decode(&a,
		    records_at(&v->head, buf_bytes(&v->heads), i));
		if (r == 0)
			r = ledger_add(l, &a, (uint32_t)pack, (uint32_t)i);
	}
	return r;
}

int
ledger_load(struct ledger *l, struct shelf *s, const size_t *pack, size_t n)
{
	struct shelf_view v;
	int r = 0;

	shelf_view_init(&v);
	for (size_t i = 0; i < n && r == 0; i++) {
		jobs_breathe();
		r = load_pack(l, s, &v, pack[i]);
	}
	shelf_view_done(&v);
	return r;
}

struct ledger_entry *
ledger_find(const struct ledger *l, struct bytes name)
{
	struct article_id id;
	struct id key;

	article_id(&id, &l->feed, name);
	key_of(&key, &id);
	return map_get(l->map, &key);
}

/* True if the hex of |id| begins with |ref|. */
static bool
begins(const struct article_id *id, struct bytes ref)
{
	char hex[HEX_LEN(ARTICLE_ID_LEN) + 1];

	hex_encode(hex, id->b, sizeof(id->b));
	return ref.n >= PREFIX_MIN && ref.n <= HEX_LEN(ARTICLE_ID_LEN) &&
	       strncasecmp(hex, (const char *)ref.p, ref.n) == 0;
}

int
ledger_lookup(const struct ledger *l, struct bytes ref,
    struct ledger_entry **ret)
{
	struct ledger_entry *e;
	struct article_id id;
	size_t at = 0, n = 0;

	*ret = ledger_find(l, ref);
	if (*ret != NULL)
		return 0;
	article_id(&id, &l->feed, ref);
	while ((e = map_next(l->map, &at, NULL)) != NULL) {
		if (!(e->has_address &&
			memcmp(e->address.b, id.b, sizeof(id.b)) == 0) &&
		    !begins(&e->id, ref))
			continue;
		*ret = e;
		n++;
	}
	return n == 1 ? 0 : n == 0 ? QERR_ABSENT : QERR_DUPLICATE;
}
