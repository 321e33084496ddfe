#include <stdio.h>
#include <stdlib.h>

#include "daemon/daemon_inner.h"
#include "daemon/extract/rules.h"
#include "daemon/ingest/address.h"
#include "daemon/ingest/trace.h"
#include "proto/base/qerr.h"

/*
 * What would become of a document or an address: nothing is published, and of an
 * address no pictures are fetched, for only what they are called is told.
 */
#define TRY_ENTRIES 5      /* of a feed that are shown */
#define TRY_LINES   100000 /* in all, for an answer is limited */

/* --- what was found out about a document, and what its readers would read --- */

/* What publishing it would change of what is published. */
static void
add_change(struct ctl_item *it, const struct publisher_item *x)
{
	ctl_add_text(it, "outcome",
	    bytes_str(publisher_outcome_name(x->outcome)));
	if (x->change.parts[0] == '\0')
		return;
	ctl_add_text(it, "parts", bytes_str(x->change.parts));
	ctl_add_number(it, "removed", x->change.removed);
	ctl_add_number(it, "added", x->change.added);
	ctl_add_flag(it, "more", x->change.more);
}

static void
article_item(struct control_client *c, const struct ingest_doc *d,
    const struct publisher_item *x)
{
	struct buf authors, warnings;
	struct ctl_item it;

	buf_init(&authors, 0);
	buf_init(&warnings, 0);
	for (size_t i = 0; i < d->n_author; i++)
		buf_printf(&authors, "%s%s", i > 0 ? ", " : "", d->author[i]);
	for (size_t i = 0; i < d->n_warning; i++)
		buf_printf(&warnings, "%s%s", i > 0 ? " " : "", d->warning[i]);
	ctl_item_init(&it, "article");
	ctl_add_text(&it, "title", bytes_str(d->title));
	ctl_add_text(&it, "lang", bytes_str(d->lang));
	if (authors.n > 0)
		ctl_add_text(&it, "authors", buf_bytes(&authors));
	if (d->section != NULL)
		ctl_add_text(&it, "section", bytes_str(d->section));
	if (d->address != NULL)
		ctl_add_text(&it, "address", bytes_str(d->address));
	if (d->summary != NULL)
		ctl_add_text(&it, "summary", bytes_str(d->summary));
	if (d->has_published && d->published >= 0)
		ctl_add_number(&it, "published", (uint64_t)d->published);
	if (warnings.n > 0)
		ctl_add_text(&it, "message", buf_bytes(&warnings));
	add_change(&it, x);
	control_item(c, &it);
	requests_change(c, &x->change);
	buf_done(&authors);
	buf_done(&warnings);
}

static void
picture_items(struct control_client *c, const struct ingest_doc *d)
{
	for (size_t i = 0; i < d->n_picture; i++) {
		const char *alt = d->picture[i].alt;
		struct ctl_item it;

		ctl_item_init(&it, "picture");
		ctl_add_text(&it, "alt", bytes_str(alt != NULL ? alt : ""));
		control_item(c, &it);
	}
}

/* Take as much off the front of |*text| as fits into a message: whole letters. */
static struct bytes
piece(struct bytes *text)
{
	size_t n =
	    text->n < CTL_MESSAGE_MAX / 2 ? text->n : CTL_MESSAGE_MAX / 2;
	struct bytes p;

	while (n < text->n && (text->p[n] & 0xc0) == 0x80)
		n--;
	p = bytes_of(text->p, n);
	*text = bytes_of(text->p + n, text->n - n);
	return p;
}

static void
body_items(struct control_client *c, struct bytes body)
{
	while (body.n > 0) {
		struct ctl_item it;

		ctl_item_init(&it, "body");
		ctl_add_text(&it, "part", piece(&body));
		control_item(c, &it);
	}
}

static void
line_items(struct control_client *c, struct bytes trace, size_t *left)
{
	struct bytes text;
	struct ctl_item it;
	bool kept;

	while (trace_next(&trace, &kept, &text))
		for (; text.n > 0 && *left > 0; --*left) {
			ctl_item_init(&it, "line");
			ctl_add_flag(&it, "kept", kept);
			ctl_add_text(&it, "text", piece(&text));
			control_item(c, &it);
		}
}

/* --- trying --- */

/* As many as there are: each would be fetched. */
static int
any_picture(void *unused, struct bytes src)
{
	(void)unused;
	return address_is_web(src) ? 0 : -1;
}

/* As draft_make(), without the pictures themselves if nobody opens them. */
static int
make(struct draft *ret, struct worker *w, const struct draft_source *src,
    struct buf *why)
{
	struct ingest_source in = {.kind = src->kind,
	    .data = src->data,
	    .entry = src->entry,
	    .file = src->file,
	    .lang = src->lang,
	    .at = src->at,
	    .rules = src->rules,
	    .trace = src->trace,
	    .find = any_picture};
	int err;

	if (src->open != NULL)
		return draft_make(ret, w, src, why);
	*ret = (struct draft){0};
	ingest_init(&ret->doc);
	err = worker_ingest(w, &ret->doc, &in, why);
	if (err == 0)
		draft_fill(ret, src->file);
	else
		draft_done(ret);
	return err;
}

/* Where no feed is published, or several, all is new. */
static int
compare(struct publisher_item *ret, struct daemon *d,
    const struct ctl_request *rq, struct draft *draft,
    const struct draft_source *src)
{
	struct room *r = rooms_find(d, rq->feed);

	*ret = (struct publisher_item){.outcome = PUBLISHER_NEW};
	return r == NULL ? 0
			 : publisher_compare(r->p, draft, src->file,
			       src->open == NULL, ret);
}

/* One article, or the first entries of a feed. */
static int
try_all(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq, struct draft_source *src, struct buf *why)
{
	size_t lines = TRY_LINES;
	struct draft *draft = calloc(1, sizeof(*draft));
	struct publisher_item *item = malloc(sizeof(*item));
	int err = draft == NULL || item == NULL ? QERR_NOMEM : 0;

	do {
		buf_clear(why);
		if (err == 0)
			err = make(draft, d->worker, src, why);
		if (err != 0)
			break;
		err = compare(item, d, rq, draft, src);
		if (err != 0) {
			draft_done(draft);
			break;
		}
		article_item(c, &draft->doc, item);
		picture_items(c, &draft->doc);
		body_items(c, buf_bytes(&draft->doc.body));
		line_items(c, buf_bytes(&draft->doc.trace), &lines);
		draft_done(draft);
	} while (src->kind == INGEST_FEED && ++src->entry < TRY_ENTRIES);
	free(draft);
	free(item);
	if (err == QERR_ABSENT && src->entry == 0 && why->n == 0)
		buf_put_str(why, "It is a feed with no entry in it.");
	return src->entry > 0 ? 0 : err;
}

/* The rules that came along, else those of the feed that is meant or the only one. */
static int
get_rules(struct buf *dst, struct daemon *d, const struct ctl_request *rq)
{
	const struct room *r = rooms_find(d, rq->feed);

	if ((rq->flags & CTL_RULES) != 0)
		return requests_read(dst, rq->fd[rq->n_fd - 1], RULES_FILE_MAX);
	if (r != NULL)
		buf_put(dst, r->rules.p, r->rules.n);
	return buf_err(dst);
}

/* As publishing has it; but publishing asks for a language where none is known. */
static void
put_langs(struct buf *dst, struct daemon *d, const struct ctl_request *rq)
{
	const struct room *r = rooms_find(d, rq->feed);
	struct bytes langs = {NULL, 0};

	if (r != NULL)
		langs = publisher_langs(r->p);
	buf_put(dst, langs.p, langs.n);
	if (langs.n == 0 || memchr(langs.p, ' ', langs.n) != NULL)
		buf_put_str(dst, " und");
}

void
requests_try_source(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq, struct draft_source *src)
{
	struct buf rules, langs, why;
	int err;

	buf_init(&rules, 0);
	buf_init(&langs, 0);
	buf_init(&why, 0);
	put_langs(&langs, d, rq);
	err = get_rules(&rules, d, rq);
	if (err != 0)
		buf_printf(&why, "The rules cannot be used: the file %s.",
		    qerr_str(err));
	src->rules = buf_bytes(&rules);
	src->trace = true;
	src->lang = buf_bytes(&langs);
	if (err == 0)
		err = try_all(d, c, rq, src, &why);
	if (err == 0)
		control_done(c);
	else if (why.n > 0)
		control_fail(c, 1,
		    /* an entry of a feed that is fetched */
		    err == QERR_MISSING && src->kind == INGEST_FEED &&
			    src->at.n > 0
			? "Where the feed is a source, quired fetches the page: "
			  "try the page's address."
			: "",
		    "%.*s", (int)why.n, (const char *)why.p);
	else
		control_fail(c, 1, "", "It %s.", qerr_str(err));
	buf_done(&rules);
	buf_done(&langs);
	buf_done(&why);
}

static void
try_document(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	struct ctl_request copy = *rq;
	struct draft_source src = {
	    .file = rq->text, .open = requests_picture, .arg = &copy};
	struct buf b;
	int err;

	if (!ingest_kind_of(&src.kind, rq->text)) {
		control_fail(c, 1, "",
		    "It is no document by its name: .html, .md, .txt, .xml, "
		    ".rss, .atom and .json are.");
		return;
	}
	buf_init(&b, 0);
	err = requests_read(&b, rq->fd[0], INGEST_DOCUMENT_MAX);
	src.data = buf_bytes(&b);
	if (err == QERR_TOOBIG)
		control_fail(c, 1, "", "It is larger than 8 MiB.");
	else if (err != 0)
		control_fail(c, 1, "", "It %s.", qerr_str(err));
	else
		requests_try_source(d, c, rq, &src);
	buf_done(&b);
}

void
requests_try(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	bool address = rq->address.p != NULL;

	if (rq->feed.p != NULL && requests_room(d, c, rq->feed) == NULL)
		return;
	if (!control_is_later(c) && address)
		requests_address_fetch(d, c, rq);
	else if (!control_is_later(c))
		control_later(c, d->jobs);
	else if (address)
		requests_address_try(d, c, rq);
	else
		try_document(d, c, rq);
}
