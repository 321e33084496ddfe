#include <stdio.h>
#include <string.h>

#include "client/app.h"
#include "client/home.h"
#include "client/json.h"
#include "client/sources.h"
#include "client/term.h"

static void
list_one(const struct app *a, size_t place, const char *text)
{
	struct buf what, line;
	struct json j;

	buf_init(&what, 0);
	buf_init(&line, 0);
	sources_describe(&what, text);
	if (a->json) {
		json_init(&j, &line);
		json_open(&j, NULL, '{');
		json_uint(&j, "place", place);
		json_text(&j, "source", buf_bytes(&what));
		json_close(&j, '}');
		json_flush(&j);
	} else {
		buf_printf(&line, "%5zu  ", place);
		term_cut(&line, buf_bytes(&what), TERM_WIDTH_MAX);
		buf_put_u8(&line, '\n');
		say_bytes(buf_bytes(&line));
	}
	buf_done(&what);
	buf_done(&line);
}

static int
list(const struct app *a, const struct sources *s)
{
	for (size_t i = 0; i < s->n; i++)
		list_one(a, i + 1, s->text[i]);
	if (s->n == 0 && !a->json)
		note(a, "None. Those that follow links name are used at each "
			"sync; more: quire source add SOURCE");
	return APP_DONE;
}

static int
add(struct sources *s, const char *text)
{
	struct buf b;
	int exit;

	buf_init(&b, 0);
	exit = sources_read(&b, text);
	if (exit == 0)
		exit = sources_add(s, (const char *)b.p);
	buf_wipe(&b);
	return exit;
}

static int
remove_one(struct sources *s, const char *place)
{
	unsigned long long v;

	if (s->n == 0)
		return complain("no source is kept.");
	if (!app_number("remove", place, 1, s->n, &v))
		return APP_FAILED;
	sources_remove(s, (size_t)v - 1);
	return 0;
}

static int
change(struct app *a, struct home *h, struct sources *s)
{
	bool adds = strcmp(a->argv[a->at], "add") == 0;
	const char *what = a->argv[a->at + 1];
	int exit = adds ? add(s, what) : remove_one(s, what);

	if (exit == 0)
		exit = sources_save(s, h);
	if (exit == 0)
		say(a, adds ? "Used at each sync from now on."
			    : "Used no longer.");
	return exit;
}

static int
run(struct app *a)
{
	struct home h = {0};
	struct sources s = {.n = 0};
	const char *arg, *verb;
	bool lists;
	int exit;

	if (app_option(a, &arg, &exit) != 0)
		return exit;
	lists = a->at == a->argc;
	verb = lists ? "" : a->argv[a->at];
	if (!lists && strcmp(verb, "add") != 0 && strcmp(verb, "remove") != 0)
		return complain_usage(a, "there is no \"source %s\".", verb);
	if (!lists && !app_operands(a, 2, 2))
		return APP_USAGE;
	exit = home_begin(&h, a, !lists);
	if (exit == 0)
		exit = sources_load(&s, &h);
	if (exit == 0)
		exit = lists ? list(a, &s) : change(a, &h, &s);
	sources_done(&s);
	home_close(&h);
	return exit;
}

const struct cmd cmd_source = {
    .name = "source",
    .args = "[add SOURCE | remove NUMBER]",
    .what = "the sources that are used at each sync",
    .about =
	"SOURCE is an invite to a node (quire://...), a folder, a bundle (a tar) or the\n"
	"web address of a tree; \"-\" reads it from standard input, so that it does not\n"
	"stay in the shell's history. Without words the list is shown, and of an invite\n"
	"only where it leads.",
    .run = run,
};
