#include "client/edition_show.h"

#include <stdio.h>

#include "client/date.h"
#include "client/json.h"
#include "client/term.h"
#include "proto/base/text.h"
#include "proto/object/article.h"

static void
line(const struct app *app, const char *what, struct bytes text)
{
	struct buf b;

	buf_init(&b, 0);
	term_cut(&b, text, TERM_WIDTH_MAX);
	printf("%-10s%s%.*s%s\n", what, style(app, STYLE_BOLD), (int)b.n,
	    (const char *)b.p, style(app, STYLE_PLAIN));
	buf_done(&b);
}

static void
show_article(const struct edition_part *part, size_t i)
{
	struct article article, *a = &article;
	struct buf b;

	if (article_decode(a,
		records_at(&part->head, buf_bytes(&part->heads), i)) != 0)
		return; /* edition_open() has decoded it */
	buf_init(&b, 0);
	/* All of them: who signs is to see what. */
	term_cut(&b, a->title, SIZE_MAX);
	if (a->note.n > 0) {
		buf_put_str(&b, "\n              ");
		term_cut(&b, a->note, SIZE_MAX);
	}
	printf("  %-10s  %.*s\n",
	    a->status == ARTICLE_NEW         ? "new"
	    : a->status == ARTICLE_CORRECTED ? "corrected"
					     : "retracted",
	    (int)b.n, (const char *)b.p);
	buf_done(&b);
}

/* How many articles of |p| are worth a line: its own, or those that are gone of it. */
static size_t
part_n(const struct edition_part *p)
{
	return p->anew ? p->n_gone : p->head.n;
}

static size_t
part_article(const struct edition_part *p, size_t i)
{
	return p->anew ? p->gone[i] : i;
}

static struct bytes
part_head(const struct edition_part *p, size_t i)
{
	return records_at(&p->head, buf_bytes(&p->heads), part_article(p, i));
}

/* A tombstone stands in all the packs that held its article, and is shown once. */
static bool
is_shown(const struct edition_verdict *v, size_t part, struct bytes head)
{
	for (size_t k = v->n_part; --k > part;)
		for (size_t i = 0; i < part_n(&v->part[k]); i++)
			if (bytes_eq(part_head(&v->part[k], i), head))
				return true;
	return false;
}

static void
show_part(const struct edition_verdict *v, size_t part)
{
	const struct edition_part *p = &v->part[part];
	size_t kept = p->head.n - p->n_gone;

	if (p->lost > 0)
		printf(
		    "  issue %llu is given up: %zu article%s gone for good\n",
		    (unsigned long long)p->first, p->lost,
		    p->lost == 1 ? " is" : "s are");
	else if (p->anew && p->first == p->last)
		printf("  issue %llu anew", (unsigned long long)p->first);
	else if (p->anew)
		printf("  issues %llu to %llu in a volume",
		    (unsigned long long)p->first, (unsigned long long)p->last);
	if (p->anew && p->lost == 0)
		printf(": %zu article%s as signed before, %zu taken back\n",
		    kept, kept == 1 ? "" : "s", p->n_gone);
	for (size_t i = 0; i < part_n(p); i++)
		if (!is_shown(v, part, part_head(p, i)))
			show_article(p, part_article(p, i));
}

/* How many keys have to sign, and whose approvals are there. */
static void
show_signers(const struct app *app, const struct edition_verdict *v,
    const struct key_sig *approval, size_t n)
{
	char text[64];

	if (v->header.m > 1) {
		snprintf(text, sizeof(text), "signatures by %u keys",
		    v->header.m);
		line(app, "Wants", bytes_str(text));
	}
	for (size_t i = 0; i < n; i++) {
		key_id_text(text, approval[i].id);
		line(app, i == 0 ? "Approved" : "", bytes_str(text));
	}
}

static void
show(const struct app *app, const struct edition_verdict *v,
    const struct key_sig *approval, size_t n)
{
	char feed[ID_TEXT_LEN + 1], hash[ID_TEXT_LEN + 1], number[32];
	char size[SIZE_TEXT_MAX], time[DATE_MAX];
	uint64_t bytes = 0;

	id_text(feed, &v->feed);
	id_text(hash, &v->header.hash);
	date_machine(time, (int64_t)v->header.time);
	for (size_t i = 0; i < v->header.n_pack; i++)
		bytes += v->header.pack[i].size;
	size_text(size, bytes);
	snprintf(number, sizeof(number), "%llu, %s",
	    (unsigned long long)v->header.number, size);
	line(app, "Feed", v->charter.name);
	line(app, "", bytes_str(feed));
	line(app, "Issue", bytes_str(number));
	line(app, "Time", bytes_str(time));
	line(app, "Draft", bytes_str(hash));
	show_signers(app, v, approval, n);
	if (v->n_part == 0)
		printf(
		    "  no articles: it only keeps the promise of an issue\n");
	for (size_t i = v->n_part; i-- > 0;) /* the issue's own is the last */
		show_part(v, i);
}

static void
json_article(struct json *j, const struct edition_part *part, size_t i)
{
	static const char *const status[] = {"new", "corrected", "retracted"};
	struct article a;

	if (article_decode(&a,
		records_at(&part->head, buf_bytes(&part->heads), i)) != 0)
		return; /* edition_open() has decoded it */
	json_open(j, NULL, '{');
	json_str(j, "what", "article");
	json_str(j, "status", status[a.status]);
	json_uint(j, "revision", a.revision);
	json_text(j, "name", a.name);
	json_text(j, "title", a.title);
	if (a.note.n > 0)
		json_text(j, "note", a.note);
	json_close(j, '}');
	json_flush(j);
}

static void
json_part(struct json *j, const struct edition_part *p)
{
	if (p->anew) {
		json_open(j, NULL, '{');
		json_str(j, "what", "anew");
		json_uint(j, "first", p->first);
		json_uint(j, "last", p->last);
		json_uint(j, "kept", p->head.n - p->n_gone);
		json_uint(j, "retracted", p->n_gone);
		if (p->lost > 0)
			json_uint(j, "lost", p->lost);
		json_close(j, '}');
		json_flush(j);
	}
	for (size_t i = 0; i < part_n(p); i++)
		json_article(j, p, part_article(p, i));
}

static void
show_json(const struct edition *e, const struct edition_verdict *v, size_t n)
{
	char feed[ID_TEXT_LEN + 1], hash[ID_TEXT_LEN + 1];
	struct json j;
	struct buf b;

	id_text(feed, &v->feed);
	id_text(hash, &v->header.hash);
	buf_init(&b, 0);
	json_init(&j, &b);
	json_open(&j, NULL, '{');
	json_str(&j, "what", "edition");
	json_str(&j, "feed", feed);
	json_text(&j, "name", v->charter.name);
	json_str(&j, "draft", hash);
	json_uint(&j, "number", v->header.number);
	json_uint(&j, "time", v->header.time);
	json_uint(&j, "articles", edition_articles(v));
	json_bool(&j, "signed", e->is_signed);
	json_uint(&j, "signatures", v->header.m);
	json_uint(&j, "approvals", n);
	json_close(&j, '}');
	json_flush(&j);
	for (size_t i = v->n_part; i-- > 0;)
		json_part(&j, &v->part[i]);
	buf_done(&b);
}

void
edition_show(const struct app *app, const struct edition *e,
    const struct edition_verdict *v, const struct key_sig *approval, size_t n)
{
	if (app->json)
		show_json(e, v, n);
	else if (!app->quiet)
		show(app, v, approval, n);
}
