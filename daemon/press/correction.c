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

int
press_correction(struct publisher *p, const struct ledger_entry *e,
    struct draft *d, struct change *ret)
{
	struct comparing *c;
	int r = shelf_look(&p->shelf, &p->view, e->pack, true);

	if (r !=
	    0) /* what is not here any more can be corrected all the same */
		return qerr_is_fatal(r) ? r : 0;
	c = malloc(sizeof(*c));
	if (c == NULL)
		return QERR_NOMEM;
	*c = (struct comparing){
	    .change = ret, .body = shelf_body(&p->view, e->record), .draft = d};
	r = article_decode(&c->was,
	    records_at(&p->view.head, buf_bytes(&p->view.heads), e->record));
	if (r == 0) {
		jobs_calculate(compare, c);
		r = c->result;
	}
	free(c);
	return r == 0 ? say(p, d, ret) : r;
}
