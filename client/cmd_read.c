#include <stdio.h>
#include <string.h>

#include "client/app.h"
#include "client/date.h"
#include "client/flow.h"
#include "client/home.h"
#include "client/json.h"
#include "client/newsrooms.h"
#include "client/page.h"
#include "client/render.h"
#include "client/term.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/markup.h"

struct reading {
	const struct app *a;
	struct home *h;
	struct newsrooms newsrooms;
	bool text;
};

static size_t
width(void)
{
	size_t columns = term_width();

	return columns < RENDER_WIDTH_MAX ? columns : RENDER_WIDTH_MAX;
}

static size_t
no_margin(void *arg, struct buf *dst)
{
	(void)arg;
	(void)dst;
	return 0;
}

/* All of |text|, in as many lines as it takes. */
static void
put_lines(struct buf *b, const struct app *a, enum style s, struct bytes text)
{
	struct flow f = {.dst = b, .width = width(), .margin = no_margin};

	buf_put_str(b, style(a, s));
	flow(&f, text);
	buf_put_str(b, style(a, STYLE_PLAIN));
}

/* Title, who, when, and what happened to it. */
static void
put_head(struct buf *b, const struct reading *rd, const struct index_article *x,
    const struct library_article *r)
{
	const struct app *a = rd->a;
	char when[DATE_MAX], since[PAGE_SINCE_MAX];
	struct buf t;

	buf_init(&t, 0);
	put_lines(b, a, STYLE_BOLD, r->article.title);
	date_minute(when, x->date);
	page_since(since, &r->article, &r->header);
	buf_printf(&t, "%s%s%s, %s, issue %llu%s%s", x->authors,
	    x->authors[0] != '\0' ? ", " : "",
	    newsrooms_name(&rd->newsrooms, &x->feed), when,
	    (unsigned long long)x->number,
	    r->article.status != ARTICLE_CORRECTED ? ""
	    : since[0] == '\0'                     ? ", corrected"
						   : ", corrected on ",
	    r->article.status == ARTICLE_CORRECTED ? since : "");
	put_lines(b, a, STYLE_DIM, buf_bytes(&t));
	if (r->article.status == ARTICLE_RETRACTED)
		put_lines(b, a, STYLE_BAD,
		    bytes_str("The newsroom has taken this article back."));
	if (r->article.note.n > 0)
		put_lines(b, a, STYLE_DIM, r->article.note);
	buf_put_str(b, "\n");
	buf_done(&t);
}

static int
put_json(const struct index_article *x, const struct library_article *r)
{
	char feed[ID_TEXT_LEN + 1], date[DATE_MAX];
	struct buf b;
	struct json j;

	buf_init(&b, 0);
	id_text(feed, &x->feed);
	date_machine(date, x->date);
	json_init(&j, &b);
	json_open(&j, NULL, '{');
	json_str(&j, "feed", feed);
	json_uint(&j, "issue", x->number);
	json_str(&j, "title", x->title);
	json_str(&j, "lang", x->lang);
	json_str(&j, "authors", x->authors);
	json_str(&j, "date", date);
	json_str(&j, "name", x->name);
	json_uint(&j, "revision", x->revision);
	json_str(&j, "note", x->note);
	json_text(&j, "body", r->body);
	json_close(&j, '}');
	json_flush(&j);
	buf_done(&b);
	return APP_DONE;
}

static int
put_body(struct buf *b, const struct reading *rd,
    const struct library_article *r)
{
	return render(b, &(struct render){.article = &r->article,
			     .body = r->body,
			     .width = width(),
			     .color = rd->a->color});
}

/* The text is not here, as after `quire sync --headlines`: its summary may be. */
static int
show_head(const struct reading *rd, const struct index_article *x)
{
	struct library_article r;
	struct buf b, summary;

	if (rd->a->json || rd->text || library_look(rd->h->library, x, &r) != 0)
		return QERR_ABSENT;
	buf_init(&b, 0);
	buf_init(&summary, 0);
	put_head(&b, rd, x, &r);
	if (r.article.summary.n > 0) {
		buf_put_str(&summary, "<p>");
		markup_escape(&summary, r.article.summary, false);
		buf_put_str(&summary, "</p>");
		r.body = buf_bytes(&summary);
		if (put_body(&b, rd, &r) == 0)
			term_page(buf_bytes(&b));
	} else {
		term_page(buf_bytes(&b));
	}
	buf_done(&b);
	buf_done(&summary);
	return QERR_ABSENT;
}

static int
on_article(void *arg, const struct index_article *x)
{
	struct reading *rd = arg;
	struct library_article r;
	struct buf b;
	int err = library_read(rd->h->library, x, &r);

	if (err == QERR_ABSENT)
		err = show_head(rd, x);
	if (err != 0)
		return home_complain("the text of this article", err);
	index_mark_read(rd->h->index, x);
	if (rd->a->json)
		return put_json(x, &r);
	buf_init(&b, 0);
	if (rd->text) {
		markup_text(&b, r.body);
	} else {
		put_head(&b, rd, x, &r);
		err = put_body(&b, rd, &r);
	}
	if (err == 0)
		err = buf_err(&b);
	if (err == 0)
		term_page(buf_bytes(&b));
	buf_done(&b);
	return err == 0 ? APP_DONE : home_complain("this article", err);
}

static const struct cmd_option options[] = {
    {'t', "text", NULL, "the bare text, as it is, and nothing around it"},
    {0},
};

static int
run(struct app *a)
{
	struct home h = {0};
	struct reading rd = {.a = a, .h = &h};
	const char *arg;
	int letter, exit;

	while ((letter = app_option(a, &arg, &exit)) > 0)
		rd.text = true;
	if (letter == APP_STOP)
		return exit;
	if (!app_operands(a, 1, -1))
		return APP_USAGE;
	exit = home_open(&h, a, false);
	if (exit == 0)
		exit = newsrooms_load(&rd.newsrooms, &h);
	for (int i = a->at; i < a->argc && exit == 0; i++)
		exit = home_find(&h, a->argv[i], on_article, &rd);
	newsrooms_done(&rd.newsrooms);
	home_close(&h);
	return exit;
}

const struct cmd cmd_read = {
    .name = "read",
    .args = "ARTICLE...",
    .what = "read an article in the terminal",
    .option = options,
    .about =
	"ARTICLE is a number of the last \"quire list\", the beginning of its id, its\n"
	"name or its address. Everything shown was verified when it came and is\n"
	"verified again as it is opened.",
    .run = run,
};
