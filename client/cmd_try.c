#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "client/app.h"
#include "client/corrected.h"
#include "client/daemon_call.h"
#include "client/date.h"
#include "client/render.h"
#include "client/term.h"
#include "client/trial.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/object/markup.h"

struct trying {
	const struct app *a;
	const char *rules, *page; /* their files; NULL: none */
	struct bytes feed;        /* NULL: the only one */
	bool text;
	struct trial trial;
	struct buf change; /* of what is published, as it is shown */
	bool any;          /* it holds one */
	struct buf html;
	size_t n; /* in it */
};

static void
put_line(struct buf *b, const struct app *a, enum style s, struct bytes text)
{
	if (text.n == 0)
		return;
	buf_put_str(b, style(a, s));
	term_cut(b, text, TERM_WIDTH_MAX);
	buf_put_str(b, style(a, STYLE_PLAIN));
	buf_put_str(b, "\n");
}

/* Who, when, in which language: what is not known is said, too. */
static void
put_about(struct buf *dst, const struct app *a, const struct trial *t)
{
	struct bytes who = trial_text(t, TRIAL_AUTHORS);
	struct bytes lang = trial_text(t, TRIAL_LANG);
	char date[DATE_MAX] = "no date";
	struct buf b;

	buf_init(&b, 0);
	if (t->published != 0)
		date_minute(date, (int64_t)t->published);
	buf_put(&b, who.p, who.n);
	buf_printf(&b, "%s, %s, %.*s", who.n > 0 ? "" : "no author", date,
	    (int)lang.n, (const char *)lang.p);
	put_line(dst, a, STYLE_DIM, buf_bytes(&b));
	buf_done(&b);
}

static void
put_head(struct buf *b, const struct app *a, const struct trial *t)
{
	put_line(b, a, STYLE_BOLD, trial_text(t, TRIAL_TITLE));
	put_about(b, a, t);
	put_line(b, a, STYLE_DIM, trial_text(t, TRIAL_SECTION));
	put_line(b, a, STYLE_DIM, trial_text(t, TRIAL_ADDRESS));
	put_line(b, a, STYLE_DIM, trial_text(t, TRIAL_SUMMARY));
	buf_put_str(b, "\n");
}

/* What would become of it, if it is published. */
static void
put_outcome(struct buf *b, const struct trying *t)
{
	const char *words = trial_outcome(&t->trial);
	struct bytes change = buf_bytes(&t->change);

	if (words == NULL)
		return;
	put_line(b, t->a, STYLE_BOLD, bytes_str(words));
	buf_put(b, change.p, change.n);
	buf_put_str(b, "\n");
}

static void
put_kept(struct buf *b, const struct app *a, size_t n)
{
	if (n > 0)
		buf_printf(b, "%s  (%zu line%s published)%s\n",
		    style(a, STYLE_DIM), n, n == 1 ? " is" : "s are",
		    style(a, STYLE_PLAIN));
}

/* What the document has and the article has not, where it stood. */
static void
put_left_out(struct buf *b, const struct app *a, const struct trial *t,
    size_t width)
{
	struct bytes lines = buf_bytes(&t->lines), text;
	size_t n = 0;
	bool kept;

	if (t->dropped == 0)
		return;
	buf_put_str(b, "\n");
	put_line(b, a, STYLE_BOLD, bytes_str("Left out:"));
	while (trial_line(&lines, &kept, &text)) {
		if (kept) {
			n++;
			continue;
		}
		put_kept(b, a, n);
		n = 0;
		buf_put_str(b, style(a, STYLE_DIM));
		buf_put_str(b, "- ");
		term_cut(b, text, width > 12 ? width - 2 : 10);
		buf_put_str(b, style(a, STYLE_PLAIN));
		buf_put_str(b, "\n");
	}
	put_kept(b, a, n);
}

static int
put_trial(struct buf *b, const struct trying *t, const struct article *article)
{
	size_t width = term_width();
	struct render r = {.article = article,
	    .body = buf_bytes(&t->trial.body),
	    .width = width < RENDER_WIDTH_MAX ? width : RENDER_WIDTH_MAX,
	    .color = t->a->color};
	int err;

	if (t->text) {
		markup_text(b, r.body);
		return 0;
	}
	put_head(b, t->a, &t->trial);
	put_outcome(b, t);
	err = render(b, &r);
	put_left_out(b, t->a, &t->trial, r.width);
	return err;
}

static void
forget(struct trying *t)
{
	trial_done(&t->trial);
	buf_done(&t->change);
	t->any = false;
}

/* Show what came, or put it into the page. */
static int
show(struct trying *t)
{
	struct article *article = calloc(1, sizeof(*article));
	struct bytes message = trial_text(&t->trial, TRIAL_MESSAGE);
	int err = article == NULL ? QERR_NOMEM : 0;
	struct buf b;

	buf_init(&b, 0);
	if (message.n > 0 && t->page == NULL)
		note(t->a, "%.*s", (int)message.n, (const char *)message.p);
	if (err == 0)
		err = trial_check(&t->trial, article);
	if (err == 0 && t->page != NULL) {
		trial_page_put(&t->html, &t->trial, buf_bytes(&t->change));
		t->n++;
	} else if (err == 0) {
		err = put_trial(&b, t, article);
	}
	if (err == 0 && (err = buf_err(&b)) == 0 && t->page == NULL)
		term_page(buf_bytes(&b));
	buf_done(&b);
	free(article);
	forget(t);
	return err == 0 ? APP_DONE : complain_of("the answer", "shown", err);
}

static void
take_change(struct trying *t, const struct ctl_item *it)
{
	if (t->page != NULL)
		trial_page_change(&t->change, it);
	else if (ctl_is(it, "change"))
		corrected_words(&t->change, t->a, it);
	else
		corrected_parts(&t->change, it);
}

static int
on_item(void *arg, const struct ctl_item *it)
{
	struct trying *t = arg;

	if (t->a->json)
		return daemon_json(NULL, it);
	/* Of a feed there are several. */
	if (ctl_is(it, "article") && t->any && show(t) != APP_DONE)
		return QERR_PROTOCOL;
	t->any = t->any || ctl_is(it, "article");
	if (ctl_text(it, "parts").n > 0 || ctl_is(it, "change"))
		take_change(t, it);
	trial_take(&t->trial, it);
	return 0;
}

static bool
is_address(const char *what)
{
	return strncasecmp(what, "http://", 7) == 0 ||
	       strncasecmp(what, "https://", 8) == 0;
}

static int
try_one(struct trying *t, struct ctl *ctl, const char *what)
{
	const char *slash = strrchr(what, '/');
	struct ctl_request rq = {.kind = CTL_TRY, .feed = t->feed};
	struct ctl_error err;
	int r;

	if (is_address(what)) {
		rq.address = bytes_str(what);
		r = ctl_address(ctl, &rq, t->rules, on_item, t, &err);
	} else {
		rq.text = bytes_str(slash != NULL ? slash + 1 : what);
		r = ctl_document(ctl, &rq, what, t->rules, on_item, t, &err);
	}
	if (r != 0)
		return complain("%s: %s%s%s", what, err.message,
		    err.hint[0] != '\0' ? " " : "", err.hint);
	return t->any ? show(t) : APP_DONE;
}

static int
try_in_turn(struct trying *t, const char *what)
{
	struct ctl_error err;
	struct ctl *ctl;
	int exit;

	if (ctl_open(&ctl, t->a->control, &err) != 0)
		return daemon_complain(&err);
	exit = try_one(t, ctl, what);
	ctl_close(ctl);
	forget(t);
	return exit;
}

static int
write_page(struct trying *t)
{
	int err;

	trial_page_end(&t->html);
	err = buf_err(&t->html);
	if (err == 0)
		err = file_write(AT_FDCWD, t->page, buf_bytes(&t->html), 0644);
	if (err != 0)
		return complain_of(t->page, "written", err);
	say(t->a, "%s shows what would be published", t->page);
	return APP_DONE;
}

static const struct cmd_option options[] = {
    {'f', "feed", "FEED", "whose, if quired publishes several"},
    {'r', "rules", "FILE",
	"with these rules, instead of those of the settings"},
    {'p', "page", "HTML", "write a page that shows it before and after"},
    {'t', "text", NULL, "the bare text of the article, and nothing around it"},
    {0},
};

static int
try_all(struct app *a, struct trying *t)
{
	int exit, worst = APP_DONE;

	if (t->page != NULL)
		trial_page_begin(&t->html);
	for (int i = a->at; i < a->argc; i++) {
		exit = try_in_turn(t, a->argv[i]);
		worst = exit > worst ? exit : worst;
	}
	if (t->n > 0 && write_page(t) != APP_DONE && worst < APP_FAILED)
		worst = APP_FAILED;
	return worst;
}

static int
run(struct app *a)
{
	struct trying *t = calloc(1, sizeof(*t));
	int letter, exit = APP_USAGE;
	const char *arg;

	if (t == NULL)
		return complain("out of memory.");
	t->a = a;
	while ((letter = app_option(a, &arg, &exit)) > 0) {
		t->text = t->text || letter == 't';
		if (letter == 'f')
			t->feed = bytes_str(arg);
		t->rules = letter == 'r' ? arg : t->rules;
		t->page = letter == 'p' ? arg : t->page;
	}
	if (letter != APP_STOP && t->page != NULL && (t->text || a->json))
		exit = complain_usage(a, "--page goes with neither --text nor "
					 "--json");
	else if (letter != APP_STOP)
		exit = app_operands(a, 1, -1) ? try_all(a, t) : APP_USAGE;
	buf_done(&t->html);
	free(t);
	return exit;
}

const struct cmd cmd_try = {
    .name = "try",
    .args = "FILE|ADDRESS...",
    .what = "show what would be published of a document or page",
    .option = options,
    .about =
	"Of a page of the web, saved or at its address, only the article is taken: menus,\n"
	"share buttons, players and boxes with other things are left out. Shows its\n"
	"title, authors, date, address and text as readers would get them, and then what\n"
	"is left out; of a feed the first entries. If it is published already, it shows\n"
	"what would be corrected (where quired publishes several feeds, of the one that\n"
	"--feed names). Where too little or too much is, rules help: quired.conf(5).\n"
	"Nothing is published.",
    .run = run,
};
