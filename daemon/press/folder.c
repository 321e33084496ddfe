#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "daemon/press/press.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/object/follow.h"
#include "proto/object/proof.h"

/* What a publisher's folder says, and what the store has of its feed. */

#define PART_MAX 16384

static int
read_part(struct buf *b, int folder, const char *name, struct buf *why)
{
	int r;

	buf_clear(b);
	r = file_read(b, folder, name, PART_MAX);
	if (r != 0)
		buf_printf(why,
		    "Its file %s %s. `quire key new` makes a "
		    "publisher's folder.",
		    name, qerr_str(r));
	return r;
}

static int
read_link(struct publisher *p, int folder, struct buf *b, struct buf *why)
{
	static struct follow f;
	int r = read_part(b, folder, "link", why);

	if (r != 0)
		return r;
	r = follow_parse(&f, buf_bytes(b));
	if (r != 0) {
		buf_printf(why, "Its file link %s.", qerr_str(r));
		return r;
	}
	p->feed = f.feed;
	p->key = f.key;
	return 0;
}

/* The reading key stands in two files; they must not differ. */
static int
read_key(struct publisher *p, int folder, struct buf *b, struct buf *why)
{
	uint8_t key[32];
	int r = read_part(b, folder, "reading.key", why);

	if (r != 0)
		return r;
	while (b->n > 0 && b->p[b->n - 1] <= ' ')
		b->n--;
	if (base32_decode(key, sizeof(key), (const char *)b->p, b->n) !=
	    (int)sizeof(key)) {
		buf_put_str(why, "Its file reading.key is not a reading key: "
				 "52 characters of base32.");
		return QERR_ENCODING;
	}
	if (memcmp(key, p->key.b, sizeof(key)) != 0) {
		buf_put_str(why, "Its files reading.key and link hold "
				 "different reading keys.");
		return QERR_KEY;
	}
	return 0;
}

static int
read_secret(struct publisher *p, int folder, const char *pass, struct buf *b,
    struct buf *why)
{
	int r;

	if (faccessat(folder, "secret.key", F_OK, 0) != 0 && errno == ENOENT)
		return 0;
	if ((r = read_part(b, folder, "secret.key", why)) != 0)
		return r;
	p->has_secret = true;
	r = key_secret_parse(&p->secret, buf_bytes(b), pass);
	if (r == QERR_PASS && pass == NULL)
		buf_put_str(why,
		    "Its secret.key needs a passphrase, which nobody can type "
		    "here. Move it to where issues are signed: quire draft "
		    "--help");
	else if (r == QERR_PASS)
		buf_put_str(why,
		    "The passphrase does not open its secret.key.");
	else if (r != 0)
		buf_printf(why,
		    "Its secret.key is not a minisign secret key: "
		    "it %s.",
		    qerr_str(r));
	sodium_memzero(b->p, b->n);
	return r;
}

/* The packs of headers from |floor| on, which die; what was withdrawn otherwise goes when
 * the feed is read anew. */
static int
forget_packs(struct publisher *p, uint64_t floor)
{
	const struct shelf *s = &p->shelf;
	int r = 0;

	for (size_t i = 0; i < s->n && r == 0; i++) {
		struct tree_name t = {
		    .kind = TREE_PACK, .id = s->pack[i].e.root};
		bool stays = s->pack[i].number < floor;

		for (size_t k = 0; k < i && !stays; k++)
			stays = s->pack[k].number < floor &&
				id_eq(&s->pack[k].e.root, &t.id);
		if (!stays && store_has(p->store, &t))
			r = store_forget(p->store, &t);
	}
	return r;
}

/*
 * Put |file| into the store; what it ends goes before: who is killed between finds the
 * file in the folder, and nothing in the store that it does not let count.
 */
static int
put(struct publisher *p, enum tree_kind kind, struct bytes file, uint64_t floor)
{
	uint64_t version = feed_charter(p->chain)->version;
	struct tree_name t = {.kind = kind, .id = p->feed, .number = version};
	int r = 0;

	if (floor != UINT64_MAX)
		r = forget_packs(p, floor);
	if (r == 0 && floor != UINT64_MAX)
		r = store_forget_headers(p->store, &p->feed, floor);
	if (r == 0)
		r = store_put(p->store, &t, file, false);
	if (r == 0)
		r = store_commit(p->store);
	return r == 0 ? store_forget_charters(p->store, &p->feed, version + 1)
		      : r;
}

static int
put_charter(struct publisher *p, struct bytes file, uint64_t floor)
{
	int r = put(p, TREE_CHARTER, file, floor);

	if (r == 0 && p->published != NULL)
		p->published(p->arg, &p->feed, file, bytes_of(NULL, 0));
	return r;
}

/* Somebody signed another of that version, and was faster: both are the proof. */
static int
put_fork(struct publisher *p, struct bytes file, bool *ret_cut)
{
	struct bytes one, other;
	struct charter c;
	uint64_t floor;
	struct buf b;
	int r = charter_peek(&c, file);

	if (r == 0)
		r = feed_add_fork(p->chain,
		    feed_charter_file(p->chain, c.version), file, &floor);
	if (r != 0)
		return r;
	*ret_cut = true;
	(void)feed_forked(p->chain, &one, &other);
	buf_init(&b, 0);
	proof_encode(&b, one, other);
	r = put(p, TREE_CHARTERS, buf_bytes(&b), floor);
	buf_done(&b);
	return r;
}

/* Take a charter into the chain, if the store has not got it yet; |*ret_cut| is set
 * if headers died of it. */
static int
take_charter(struct publisher *p, struct bytes file, bool *ret_cut,
    struct buf *why)
{
	uint64_t floor = UINT64_MAX;
	struct bytes a, b;
	int r = feed_add_charter(p->chain, file, &floor);

	/* One that is forked is told of with the feed; what all let count goes on. */
	if (r == QERR_DUPLICATE ||
	    (r == QERR_FORK && feed_forked(p->chain, &a, &b) != 0))
		return 0;
	if (r == QERR_FORK) {
		r = put_fork(p, file, ret_cut);
	} else if (r == 0) {
		*ret_cut = *ret_cut || floor != UINT64_MAX;
		r = put_charter(p, file, floor);
	}
	if (r == QERR_CHAIN)
		buf_put_str(why, "Its charter follows one that is not in the "
				 "store. Import the feed from a mirror first.");
	else if (r != 0)
		buf_printf(why, "Its charter %s.", qerr_str(r));
	return r;
}

static void
read_charter(struct publisher *p)
{
	const struct charter *c = feed_charter(p->chain);

	snprintf(p->name, sizeof(p->name), "%.*s", (int)c->name.n,
	    (const char *)c->name.p);
	p->lang[0] = '\0';
	for (size_t i = 0; i < c->n_lang; i++) {
		size_t n = strlen(p->lang);

		snprintf(p->lang + n, sizeof(p->lang) - n, "%s%.*s",
		    i > 0 ? " " : "", (int)c->lang[i].n,
		    (const char *)c->lang[i].p);
	}
}

static uint64_t
version_of(const struct publisher *p)
{
	const struct charter *c = feed_charter(p->chain);

	return c == NULL ? 0 : c->version;
}

/* The charters before the newest: the store may lack them, or have others. */
static int
take_older(struct publisher *p, int folder, bool *ret_cut, struct buf *why)
{
	struct buf b;
	int r = 0;

	buf_init(&b, 0);
	for (uint64_t version = 1; r == 0; version++) {
		char name[32];

		snprintf(name, sizeof(name), "charter.%llu",
		    (unsigned long long)version);
		if (faccessat(folder, name, F_OK, 0) == 0) {
			r = read_part(&b, folder, name, why);
			if (r == 0)
				r = take_charter(p, buf_bytes(&b), ret_cut,
				    why);
		} else if (version > version_of(p)) {
			break;
		}
	}
	buf_done(&b);
	return r;
}

static int
load(struct publisher *p, int folder, struct bytes charter, struct buf *why)
{
	bool cut = false;
	int r = press_load(p);

	if (r != 0) {
		buf_printf(why,
		    "What was published so far %s. Import the feed "
		    "from a mirror that has its newest issue to mend it.",
		    qerr_str(r));
		return r;
	}
	r = take_older(p, folder, &cut, why);
	if (r == 0)
		r = take_charter(p, charter, &cut, why);
	if (r != 0)
		return r;
	if (cut) {
		/* Headers died: what they announced is to be forgotten. */
		struct id feed = p->feed;
		struct reading_key key = p->key;

		shelf_done(&p->shelf);
		shelf_init(&p->shelf, p->store, &feed, &key);
		feed_free(p->chain);
		p->chain = feed_new(&feed);
		if (p->chain == NULL)
			return QERR_NOMEM;
		r = press_load(p);
		if (r != 0)
			return r;
	}
	/* After the charters, which say whether it counts.  Where it cannot be put out
	 * yet, it is tried again. */
	p->owed = p->staged = true;
	if (press_settle(p) == 0)
		press_staged_sweep(p);
	read_charter(p);
	(void)press_signs(p);
	return 0;
}

int
press_open_folder(struct publisher *p, const char *path, const char *pass,
    struct buf *why)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	struct buf b, charter;

	if (folder < 0) {
		buf_put_str(why, "It is no folder, or may not be read.");
		return QERR_ABSENT;
	}
	buf_init(&b, 0);
	buf_init(&charter, 0);
	r = read_link(p, folder, &b, why);
	if (r == 0)
		r = read_key(p, folder, &b, why);
	if (r == 0)
		r = read_secret(p, folder, pass, &b, why);
	if (r == 0)
		r = read_part(&charter, folder, "charter", why);
	if (r == 0) {
		shelf_init(&p->shelf, p->store, &p->feed, &p->key);
		p->chain = feed_new(&p->feed);
		r = p->chain != NULL ? load(p, folder, buf_bytes(&charter), why)
				     : QERR_NOMEM;
	}
	buf_wipe(&b);
	buf_done(&charter);
	close(folder);
	return r;
}
