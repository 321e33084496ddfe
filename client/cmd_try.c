#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/app.h"
#include "client/daemon_call.h"
#include "client/date.h"
#include "client/render.h"
#include "client/term.h"
#include "proto/base/qerr.h"
#include "proto/object/markup.h"

/* What quired made of a document, as its items come in. */
struct trial {
	const struct app *a;
	bool text;
	struct buf head, body;
	struct buf alt[ARTICLE_PICTURES_MAX];
	size_t n_picture;
};

static void
put_line(struct trial *t, enum style s, struct bytes text)
{
	if (text.n == 0)
		return;
	buf_put_str(&t->head, style(t->a, s));
	term_cut(&t->head, text, TERM_WIDTH_MAX);
	buf_put_str(&t->head, style(t->a, STYLE_PLAIN));
	buf_put_str(&t->head, "\n");
}

/* Who, when, in which language: what is not known is said, too. */
static void
put_about(struct trial *t, const struct ctl_item *it)
{
	struct bytes who = ctl_text(it, "authors"), lang = ctl_text(it, "lang");
	uint64_t when = ctl_number(it, "published");
	char date[DATE_MAX] = "no date";
	struct buf b;

	buf_init(&b, 0);
	if (when != 0)
		date_minute(date, (int64_t)when);
	buf_put(&b, who.p, who.n);
	buf_printf(&b, "%s, %s, %.*s", who.n > 0 ? "" : "no author", date,
	    (int)lang.n, (const char *)lang.p);
	put_line(t, STYLE_DIM, buf_bytes(&b));
	buf_done(&b);
}

static void
on_article(struct trial *t, const struct ctl_item *it)
{
	struct bytes message = ctl_text(it, "message");

	put_line(t, STYLE_BOLD, ctl_text(it, "title"));
	put_about(t, it);
	put_line(t, STYLE_DIM, ctl_text(it, "section"));
	put_line(t, STYLE_DIM, ctl_text(it, "address"));
	put_line(t, STYLE_DIM, ctl_text(it, "summary"));
	if (message.n > 0)
		note(t->a, "%.*s", (int)message.n, (const char *)message.p);
}

static int
show(struct trial *t)
{
	struct article *a = calloc(1, sizeof(*a));
	size_t width = term_width();
	int err = a == NULL ? QERR_NOMEM : 0;
	struct buf b;

	buf_init(&b, 0);
	if (err == 0) {
		a->n_picture = t->n_picture;
		for (size_t i = 0; i < t->n_picture; i++)
			a->picture[i].alt = buf_bytes(&t->alt[i]);
		/* Our own daemon said it, and may be another version. */
		err = markup_check(buf_bytes(&t->body), t->n_picture, NULL);
	}
	if (err == 0 && t->text)
		markup_text(&b, buf_bytes(&t->body));
	else if (err == 0) {
		buf_put(&b, t->head.p, t->head.n);
		buf_put_str(&b, "\n");
		err = render(&b,
		    &(struct render){.article = a,
			.body = buf_bytes(&t->body),
			.width =
			    width < RENDER_WIDTH_MAX ? width : RENDER_WIDTH_MAX,
			.color = t->a->color});
	}
	if (err == 0 && (err = buf_err(&b)) == 0)
		term_page(buf_bytes(&b));
	buf_done(&b);
	free(a);
	return err == 0 ? APP_DONE : complain_of("the answer", "shown", err);
}

static void
trial_clear(struct trial *t)
{
	buf_done(&t->head);
	buf_done(&t->body);
	for (size_t i = 0; i < t->n_picture; i++)
		buf_done(&t->alt[i]);
	*t = (struct trial){.a = t->a, .text = t->text};
}

static int
on_item(void *arg, const struct ctl_item *it)
{
	struct trial *t = arg;
	struct bytes part = ctl_text(it, "part"), alt = ctl_text(it, "alt");

	if (t->a->json)
		return daemon_json(NULL, it);
	if (ctl_is(it, "article")) {
		/* Of a feed there are several. */
		if (t->body.n > 0 && show(t) != APP_DONE)
			return QERR_PROTOCOL;
		trial_clear(t);
		on_article(t, it);
	} else if (ctl_is(it, "body"))
		buf_put(&t->body, part.p, part.n);
	else if (ctl_is(it, "picture") && t->n_picture < ARTICLE_PICTURES_MAX)
		buf_put(&t->alt[t->n_picture++], alt.p, alt.n);
	return 0;
}

static int
try_one(struct trial *t, struct ctl *ctl, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct ctl_error err;
	int r = ctl_document(ctl, CTL_TRY, path,
	    bytes_str(slash != NULL ? slash + 1 : path), on_item, t, &err);

	if (r != 0)
		return complain("%s: %s", path, err.message);
	return t->a->json ? APP_DONE : show(t);
}

static int
try_file(const struct app *a, const char *path, bool text)
{
	struct trial *t = calloc(1, sizeof(*t));
	struct ctl_error err;
	struct ctl *ctl;
	int exit;

	if (t == NULL)
		return complain("out of memory.");
	*t = (struct trial){.a = a, .text = text};
	if (ctl_open(&ctl, a->control, &err) != 0) {
		free(t);
		return daemon_complain(&err);
	}
	exit = try_one(t, ctl, path);
	ctl_close(ctl);
	trial_clear(t);
	free(t);
	return exit;
}

static const struct cmd_option options[] = {
    {'t', "text", NULL, "the bare text of the article, and nothing around it"},
    {0},
};

static int
run(struct app *a)
{
	int letter, exit, worst = APP_DONE;
	bool text = false;
	const char *arg;

	while ((letter = app_option(a, &arg, &exit)) > 0)
		text = true;
	if (letter == APP_STOP)
		return exit;
	if (!app_operands(a, 1, -1))
		return APP_USAGE;
	for (int i = a->at; i < a->argc; i++) {
		exit = try_file(a, a->argv[i], text);
		worst = exit > worst ? exit : worst;
	}
	return worst;
}

const struct cmd cmd_try = {
    .name = "try",
    .args = "FILE...",
    .what = "show what would be published of a document or page",
    .option = options,
    .about =
	"Of a saved page of the web only the article is taken: menus, share buttons,\n"
	"players and boxes with other things are left out. Shows its title, authors,\n"
	"date, address and text as readers would get them; of a feed the first entries.\n"
	"Nothing is published.",
    .run = run,
};
