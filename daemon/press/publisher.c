#include "daemon/press/publisher.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/press/press.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/object/follow.h"

#define KEY_FILE_MAX 4096

const char *
publisher_outcome_name(enum publisher_outcome o)
{
	static const char *const names[] = {
	    "new", "corrected", "unchanged", "retracted", "refused"};

	return names[o];
}

const struct id *
publisher_feed(const struct publisher *p)
{
	return &p->feed;
}

const char *
publisher_name(const struct publisher *p)
{
	return p->name;
}

uint64_t
publisher_head(const struct publisher *p)
{
	return p->n_pending > 0 ? p->pending[0].number - 1
				: feed_head(p->chain);
}

uint64_t
publisher_time(const struct publisher *p)
{
	return p->last_time;
}

size_t
publisher_articles(const struct publisher *p)
{
	return map_count(p->ledger.map);
}

enum publisher_signs
publisher_signs(const struct publisher *p)
{
	return p->has_secret ? PUBLISHER_SIGNS
	       : p->may_not  ? PUBLISHER_MAY_NOT
	       : charter_quorum(feed_charter(p->chain), press_next(p)) > 1
		   ? PUBLISHER_NOT_ALONE
		   : PUBLISHER_NO_KEY;
}

/* --- the folder --- */

static int
read_part(struct buf *b, int folder, const char *name, struct buf *why)
{
	int r;

	buf_clear(b);
	r = file_read(b, folder, name, KEY_FILE_MAX * 4);
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
		buf_put_str(why, "Its secret.key needs a passphrase.");
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

/* --- the charter --- */

static int
put_charter(struct publisher *p, struct bytes file, uint64_t floor)
{
	struct tree_name t = {.kind = TREE_CHARTER,
	    .id = p->feed,
	    .number = feed_charter(p->chain)->version};
	int r = store_put(p->store, &t, file, false);

	if (r == 0 && floor != UINT64_MAX)
		r = store_forget_headers(p->store, &p->feed, floor);
	if (r == 0)
		r = store_commit(p->store);
	if (r == 0 && p->published != NULL)
		p->published(p->arg, &p->feed, file, bytes_of(NULL, 0));
	return r;
}

/* Take a charter into the chain, if the store has not got it yet; |*ret_cut| is set
 * if headers died of it. */
static int
take_charter(struct publisher *p, struct bytes file, bool *ret_cut,
    struct buf *why)
{
	uint64_t floor = UINT64_MAX;
	int r = feed_add_charter(p->chain, file, &floor);

	if (r == QERR_DUPLICATE)
		return 0;
	if (r == 0) {
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
	if (c->n_lang == 1)
		snprintf(p->lang, sizeof(p->lang), "%.*s", (int)c->lang[0].n,
		    (const char *)c->lang[0].p);
}

/*
 * A key that was revoked or has not begun signs nothing, nor does one alone where
 * several have to: then the feed is served, and its issues are signed elsewhere.
 */
bool
press_signs(struct publisher *p)
{
	const struct charter *c = feed_charter(p->chain);
	const struct key *k;

	if (!p->has_secret)
		return false;
	p->may_not =
	    charter_signer(c, p->secret.pub.id, press_next(p), &k) != 0 ||
	    !key_eq(k, &p->secret.pub);
	if (p->may_not || charter_quorum(c, press_next(p)) > 1) {
		key_secret_done(&p->secret);
		p->has_secret = false;
	}
	return p->has_secret;
}

/* The charters before the newest, for a store that has not got them. */
static int
take_older(struct publisher *p, int folder, bool *ret_cut, struct buf *why)
{
	struct buf b;
	int r = 0;

	buf_init(&b, 0);
	while (r == 0) {
		const struct charter *c = feed_charter(p->chain);
		char name[32];

		snprintf(name, sizeof(name), "charter.%llu",
		    c == NULL ? 1ULL : (unsigned long long)c->version + 1);
		if (faccessat(folder, name, F_OK, 0) != 0)
			break;
		r = read_part(&b, folder, name, why);
		if (r == 0)
			r = take_charter(p, buf_bytes(&b), ret_cut, why);
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
		    "from a mirror to mend it.",
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
	read_charter(p);
	(void)press_signs(p);
	return 0;
}

static int
open_folder(struct publisher *p, const struct publisher_config *cfg,
    struct buf *why)
{
	int folder = open(cfg->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
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
		r = read_secret(p, folder, cfg->pass, &b, why);
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

int
publisher_open(struct publisher **ret, const struct publisher_config *cfg,
    struct buf *why)
{
	struct publisher *p = calloc(1, sizeof(*p));
	int r;

	if (p == NULL)
		return QERR_NOMEM;
	p->store = cfg->store;
	p->worker = cfg->worker;
	p->rules = cfg->rules;
	p->per_issue =
	    cfg->per_issue > 0 ? cfg->per_issue : PUBLISHER_PER_ISSUE;
	p->says = cfg->says;
	p->published = cfg->published;
	p->arg = cfg->arg;
	p->result = p->ended = -1;
	buf_init(&p->header, 0);
	shelf_view_init(&p->view);
	r = issue_init(&p->issue);
	if (r == 0)
		r = open_folder(p, cfg, why);
	if (r != 0) {
		publisher_close(p);
		return r;
	}
	*ret = p;
	return 0;
}

void
publisher_close(struct publisher *p)
{
	if (p == NULL)
		return;
	press_stop_volume(p);
	if (p->chain != NULL)
		press_cancel(p);
	shelf_view_done(&p->view);
	shelf_done(&p->shelf);
	ledger_done(&p->ledger);
	issue_done(&p->issue);
	feed_free(p->chain);
	buf_done(&p->header);
	free(p->pending);
	free(p->told);
	free(p->added);
	key_secret_done(&p->secret);
	sodium_memzero(p, sizeof(*p));
	free(p);
}

/* --- batches --- */

static int
begin(struct publisher *p, bool slow)
{
	int r;

	if (p->open)
		return QERR_AGAIN;
	r = press_uncovered(p, &p->uncovered);
	if (r == 0)
		r = issue_clear(&p->issue);
	if (r != 0)
		return r;
	p->open = true;
	p->dry_run = p->drafting = false;
	p->level = slow ? ISSUE_SLOW : ISSUE_FAST;
	return 0;
}

int
publisher_begin(struct publisher *p, bool slow, bool dry_run)
{
	int r = dry_run || press_signs(p) ? begin(p, slow) : QERR_KEY;

	p->dry_run = r == 0 ? dry_run : p->dry_run;
	return r;
}

int
publisher_begin_draft(struct publisher *p, bool slow)
{
	int r = begin(p, slow);

	p->drafting = r == 0 || p->drafting;
	return r;
}

static void
end_batch(struct publisher *p)
{
	p->open = false;
	(void)issue_clear(&p->issue);
	shelf_view_done(&p->view);
	shelf_rest(&p->shelf);
}

void
publisher_cancel(struct publisher *p)
{
	bool changed = p->n_added > 0;

	if (!p->open)
		return;
	press_cancel(p);
	end_batch(p);
	if (changed)
		(void)press_reload(p);
}

/* What was added so far becomes an issue. */
static int
flush(struct publisher *p)
{
	struct pack_entry e[HEADER_PACKS_MAX];
	uint64_t number = press_next(p);
	struct issue_base base;
	size_t n = 0, count = issue_count(&p->issue);
	int r;

	if (count == 0)
		return 0;
	r = press_base(p, &p->issue, &base);
	if (r == 0)
		r = press_packs(p, &p->issue, number, number, false, &base,
		    p->level, e, &n);
	if (r == 0)
		r = press_header(p, e, n, count);
	if (r == 0)
		r = issue_clear(&p->issue);
	p->uncovered += count;
	return r;
}

static struct bytes
picture_of(const void *arg, size_t i)
{
	return draft_picture(arg, i);
}

/* Put the draft into the issue, and the ledger. */
static int
enter(struct publisher *p, struct draft *d)
{
	struct article *a = &d->article;
	uint32_t record;
	struct buf head;
	int r = 0;

	if (!p->drafting && (issue_count(&p->issue) >= p->per_issue ||
				!issue_fits(&p->issue, a)))
		r = flush(p);
	buf_init(&head, 0);
	if (r == 0)
		r = article_encode(&head, a);
	record = (uint32_t)issue_count(&p->issue);
	if (r == 0)
		r = issue_add(&p->issue, buf_bytes(&head), a,
		    buf_bytes(&d->doc.body), picture_of, d);
	if (r == 0)
		r = ledger_add(&p->ledger, a, SHELF_NONE, record);
	if (r == 0)
		r = press_added(p, ledger_find(&p->ledger, a->name),
		    press_next(p));
	buf_done(&head);
	return r;
}

/* True if the body that is published is |body|. */
static int
same_body(struct publisher *p, const struct ledger_entry *e, struct bytes body,
    bool *ret)
{
	int r = shelf_look(&p->shelf, &p->view, e->pack, true);

	*ret = r == 0 && bytes_eq(shelf_body(&p->view, e->record), body);
	return r;
}

/* Compare the draft with what is published; sets revision and status. */
static int
judge(struct publisher *p, struct draft *d, struct publisher_item *ret)
{
	const struct ledger_entry *e = ledger_find(&p->ledger, d->article.name);
	bool same = false;
	int r = 0;

	ret->outcome = PUBLISHER_NEW;
	ret->revision = 1;
	if (e == NULL)
		return 0;
	ret->revision = e->revision;
	if (e->pack == SHELF_NONE) {
		ret->outcome = PUBLISHER_REFUSED;
		snprintf(ret->message, sizeof(ret->message),
		    "Another document of these has the same name or address.");
		return 0;
	}
	if (e->status == ARTICLE_RETRACTED) {
		ret->outcome = PUBLISHER_RETRACTED;
		snprintf(ret->message, sizeof(ret->message),
		    "It was retracted. To publish it all the same, give it "
		    "another name: \"name: …\" on top.");
		return 0;
	}
	if (e->length == d->article.length &&
	    e->fingerprint == ledger_fingerprint(&d->article))
		r = same_body(p, e, buf_bytes(&d->doc.body), &same);
	if (r != 0)
		return r;
	ret->outcome = same ? PUBLISHER_UNCHANGED : PUBLISHER_CORRECTED;
	if (same)
		return 0;
	ret->revision = e->revision + 1;
	d->article.revision = ret->revision;
	d->article.status = ARTICLE_CORRECTED;
	return press_correction(p, e, d, &ret->change);
}

static void
describe(struct publisher_item *ret, const struct draft *d)
{
	size_t n = 0;

	ret->pictures = d->doc.n_picture;
	snprintf(ret->lang, sizeof(ret->lang), "%s", d->doc.lang);
	snprintf(ret->title, sizeof(ret->title), "%s", d->doc.title);
	for (size_t i = 0; i < d->doc.n_warning; i++) {
		const char *w = d->doc.warning[i];

		if (n + strlen(w) + 2 > sizeof(ret->message))
			break;
		n += (size_t)snprintf(ret->message + n,
		    sizeof(ret->message) - n, "%s%s", n > 0 ? " " : "", w);
	}
}

/* The worst page costs one article; only our own troubles go further. */
static int
refuse(struct publisher_item *ret, int r, const struct buf *why)
{
	if (qerr_is_fatal(r) && r != QERR_NOMEM)
		return r;
	ret->outcome = PUBLISHER_REFUSED;
	snprintf(ret->message, sizeof(ret->message), "%.*s", (int)why->n,
	    why->n > 0 ? (const char *)why->p : "");
	return 0;
}

/*
 * A document without a name of its own goes by its address; but by its file's name
 * if it did so before, or if a document before it in the batch has that address.
 */
static void
choose_name(const struct publisher *p, struct draft *d, struct bytes file)
{
	const struct ledger_entry *e;

	if (d->doc.name != NULL || bytes_eq(d->article.name, file) ||
	    text_check(file, false) != 0)
		return;
	e = ledger_find(&p->ledger, d->article.name);
	if ((e == NULL || e->pack != SHELF_NONE) &&
	    ledger_find(&p->ledger, file) == NULL)
		return;
	d->article.address = d->article.name;
	d->article.name = file;
}

static int
add(struct publisher *p, struct draft *d, struct bytes file,
    struct publisher_item *ret)
{
	int r;

	describe(ret, d);
	choose_name(p, d, file);
	r = judge(p, d, ret);
	if (r != 0 || p->dry_run)
		return r;
	if (ret->outcome != PUBLISHER_NEW &&
	    ret->outcome != PUBLISHER_CORRECTED)
		return 0;
	if (p->drafting && !issue_fits(&p->issue, &d->article)) {
		ret->outcome = PUBLISHER_REFUSED;
		snprintf(ret->message, sizeof(ret->message),
		    "The draft is full: it is one issue. Release it, then "
		    "draft the rest.");
		return 0;
	}
	return enter(p, d);
}

int
publisher_add(struct publisher *p, const struct draft_source *src,
    struct publisher_item *ret)
{
	struct draft_source in = *src;
	struct draft *d;
	struct buf why;
	int r;

	*ret = (struct publisher_item){.outcome = PUBLISHER_REFUSED};
	if (!p->open)
		return QERR_PROTOCOL;
	d = malloc(sizeof(*d));
	if (d == NULL)
		return QERR_NOMEM;
	if (in.lang.n == 0)
		in.lang = bytes_str(p->lang);
	in.rules = p->rules;
	buf_init(&why, 0);
	r = draft_make(d, p->worker, &in, &why);
	if (r == QERR_ABSENT && in.kind == INGEST_FEED) {
		/* That was all. */
	} else if (r != 0) {
		ret->all_refused = in.kind == INGEST_FEED &&
				   r != QERR_MISSING && r != QERR_RANGE &&
				   r != QERR_MARKUP;
		r = refuse(ret, r, &why);
	} else {
		r = add(p, d, in.file, ret);
		draft_done(d);
	}
	buf_done(&why);
	free(d);
	return r;
}

int
publisher_commit(struct publisher *p, publisher_issue_fn fn, void *arg,
    struct buf *why)
{
	int r;

	if (!p->open)
		return QERR_PROTOCOL;
	if (p->drafting) {
		buf_put_str(why, "A draft was begun, not an issue.");
		publisher_cancel(p);
		return QERR_PROTOCOL;
	}
	r = flush(p);
	if (r == 0 && p->n_pending > 0)
		r = press_commit(p, fn, arg);
	if (r != 0) {
		buf_printf(why, "Nothing was published: %s.", qerr_str(r));
		publisher_cancel(p);
		return r;
	}
	end_batch(p);
	return 0;
}

int
publisher_keep_promise(struct publisher *p, uint64_t now, struct buf *why)
{
	int r;

	if (p->open || !press_signs(p) || feed_head(p->chain) == 0 ||
	    now < p->last_time + p->last_next)
		return 0;
	r = press_header(p, NULL, 0, 0);
	if (r == 0)
		r = press_commit(p, NULL, NULL);
	if (r != 0) {
		press_cancel(p);
		buf_printf(why, "The promised issue cannot be published: %s.",
		    qerr_str(r));
	}
	return r;
}
