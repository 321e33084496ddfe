#include <stdlib.h>

#include "daemon/press/press.h"
#include "daemon/work/jobs.h"
#include "proto/base/qerr.h"

/*
 * What a correction changes, found while what is published and what is to be are both
 * at hand: for who publishes, and as the note of an article that brings none.
 */
struct comparing {
	struct change *change;
	struct article was;
	struct bytes body;
	const struct draft *draft;
	int result;
};

static void
compare(void *arg)
{
	struct comparing *c = arg;

	c->result = change_find(c->change, &c->was, c->body, &c->draft->article,
	    buf_bytes(&c->draft->doc.body));
}

/* A head that the note would make too large goes without. */
static int
set_note(struct draft *d, const struct buf *note)
{
	struct buf head;
	int r;

	d->doc.note = strndup((const char *)note->p, note->n);
	if (d->doc.note == NULL)
		return QERR_NOMEM;
	d->article.note = bytes_str(d->doc.note);
	buf_init(&head, 0);
	r = article_encode(&head, &d->article);
	if (r == 0 && head.n > ARTICLE_HEAD_MAX)
		d->article.note = bytes_of(NULL, 0);
	buf_done(&head);
	return r;
}

static int
say(const struct publisher *p, struct draft *d, const struct change *c)
{
	struct buf note;
	int r;

	if (p->says == PUBLISHER_SAYS_NOTE || d->doc.note != NULL)
		return 0;
	buf_init(&note, 0);
	change_note(&note, c, p->says == PUBLISHER_SAYS_WORDS);
	r = buf_err(&note);
	if (r == 0 && note.n > 0)
		r = set_note(d, &note);
	buf_done(&note);
	return r;
}

/* What the page alone does not say its feed may have said, and its pictures were left
 * where they are. */
static void
complete(struct article *a, const struct article *was)
{
	a->address = was->address;
	memcpy(a->picture, was->picture, sizeof(a->picture));
	a->n_picture = was->n_picture;
	if (a->n_author == 0) {
		memcpy(a->author, was->author, sizeof(a->author));
		a->n_author = was->n_author;
	}
	if (a->n_tag == 0) {
		memcpy(a->tag, was->tag, sizeof(a->tag));
		a->n_tag = was->n_tag;
	}
	if (a->section.n == 0)
		a->section = was->section;
	if (a->summary.n == 0)
		a->summary = was->summary;
	if (!a->has_published) {
		a->has_published = was->has_published;
		a->published = was->published;
	}
	if (!a->has_updated) {
		a->has_updated = was->has_updated;
		a->updated = was->updated;
	}
}

/* QERR_ABSENT if what is published is not here any more. */
static int
find_change(struct publisher *p, const struct ledger_entry *e, struct draft *d,
    bool page, struct change *ret)
{
	struct comparing *c;
	int r = shelf_look(&p->shelf, &p->view, e->pack, true);

	if (r != 0)
		return qerr_is_fatal(r) ? r : QERR_ABSENT;
	c = malloc(sizeof(*c));
	if (c == NULL)
		return QERR_NOMEM;
	*c = (struct comparing){
	    .change = ret, .body = shelf_body(&p->view, e->record), .draft = d};
	r = article_decode(&c->was,
	    records_at(&p->view.head, buf_bytes(&p->view.heads), e->record));
	if (r == 0) {
		if (page)
			complete(&d->article, &c->was);
		if (bytes_eq(d->article.lang, bytes_str("und")))
			d->article.lang = c->was.lang;
		jobs_calculate(compare, c);
		r = c->result;
	}
	free(c);
	return r;
}

int
press_correction(struct publisher *p, const struct ledger_entry *e,
    struct draft *d, struct change *ret)
{
	int r = find_change(p, e, d, false, ret);

	/* What is not here any more can be corrected all the same. */
	return r == QERR_ABSENT ? 0 : r == 0 ? say(p, d, ret) : r;
}

/* Under its name, its address, or that of its file. */
static const struct ledger_entry *
published(const struct publisher *p, const struct draft *d, struct bytes file)
{
	const struct bytes ref[] = {d->article.name, d->article.address, file};
	struct ledger_entry *e;

	for (size_t i = 0; i < sizeof(ref) / sizeof(ref[0]); i++)
		if (ref[i].n > 0 && ledger_lookup(&p->ledger, ref[i], &e) == 0)
			return e->pack != LEDGER_NONE ? e : NULL;
	return NULL;
}

/* Where a picture did not come, the text says the same without it. */
static bool
is_same(const struct change *c, bool page)
{
	return c->parts[0] == '\0' || (page && c->removed + c->added == 0 &&
					  strcmp(c->parts, "text") == 0);
}

int
publisher_compare(struct publisher *p, struct draft *d, struct bytes file,
    bool page, struct publisher_item *ret)
{
	const struct ledger_entry *e = published(p, d, file);
	int r;

	*ret = (struct publisher_item){.outcome = PUBLISHER_NEW, .revision = 1};
	if (e == NULL)
		return 0;
	ret->revision = e->revision;
	if (e->status == ARTICLE_RETRACTED) {
		ret->outcome = PUBLISHER_RETRACTED;
		return 0;
	}
	r = find_change(p, e, d, page, &ret->change);
	if (r == 0 && is_same(&ret->change, page)) {
		ret->outcome = PUBLISHER_UNCHANGED;
		ret->change.parts[0] = '\0';
		return 0;
	}
	ret->outcome = PUBLISHER_CORRECTED;
	ret->revision++;
	return r == QERR_ABSENT ? 0 : r;
}
