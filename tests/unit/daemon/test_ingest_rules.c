#include <stdlib.h>

#include "daemon/ingest/ingest.h"
#include "daemon/ingest/trace.h"
#include "daemon/work/ingest_wire.h"
#include "proto/base/qerr.h"
#include "tests/lib/check.h"

/* What rules make of documents, and the traces that tell of it. */
#define LONG                                                                 \
	"<p>The ministry, which had said nothing for weeks, confirmed the "  \
	"arrests on Tuesday, after relatives, lawyers and two of the men's " \
	"colleagues had spoken to reporters in the capital, and again.</p>"
#define PAGE(body)                                                 \
	"<html lang=en><head><title>T</title>"                     \
	"<link rel=canonical href=https://www.a.org/1><script>x()" \
	"</script></head><body>" body "</body></html>"

static int
take(struct ingest_doc *d, enum ingest_kind kind, const char *rules,
    const char *text, struct buf *why)
{
	struct ingest_source src = {.kind = kind,
	    .data = bytes_str(text),
	    .file = bytes_str("a"),
	    .lang = bytes_str("en"),
	    .rules = bytes_str(rules),
	    .trace = true};
	struct ingest_source back;
	struct buf b;
	bool list;
	int r;

	/* The rules cross the wire as everything else does. */
	buf_init(&b, 0);
	ingest_put_source(&b, &src, false);
	check(ingest_get_source(&back, &list, buf_bytes(&b)) == 0);
	check(back.trace && bytes_eq(back.rules, src.rules));
	ingest_init(d);
	r = ingest(d, &back, why);
	buf_done(&b);
	return r;
}

/* And so does the trace. */
static void
crosses(const struct ingest_doc *d)
{
	struct ingest_doc back;
	struct buf b;

	buf_init(&b, 0);
	ingest_put_doc(&b, d);
	ingest_init(&back);
	check(ingest_get_doc(&back, buf_bytes(&b), 1) == 0);
	check(bytes_eq(buf_bytes(&back.trace), buf_bytes(&d->trace)));
	ingest_done(&back);
	buf_done(&b);
}

static void
is(const char *what, struct bytes have, const char *want)
{
	if (!bytes_eq(have, bytes_str(want)))
		fprintf(stderr, "%s is\n%.*s\n  but not\n%s\n", what,
		    (int)have.n, (const char *)have.p, want);
	check(bytes_eq(have, bytes_str(want)));
}

static void
becomes(enum ingest_kind kind, const char *rules, const char *text,
    const char *body, const char *trace)
{
	struct ingest_doc d;
	struct buf why;

	buf_init(&why, 0);
	check(take(&d, kind, rules, text, &why) == 0);
	is("the body", buf_bytes(&d.body), body);
	if (trace != NULL)
		is("the trace", buf_bytes(&d.trace), trace);
	crosses(&d);
	ingest_done(&d);
	buf_done(&why);
}

static void
pages(void)
{
	static const char page[] =
	    PAGE("<nav>menu</nav><div class=in>" LONG
		 "<p class=x>box</p></div><div class=out>"
		 "other</div>");
	static const char two[] = "<p>box</p><p>other</p>";

	becomes(INGEST_HTML, "keep .x\nkeep .out", page, two, NULL);
	becomes(INGEST_HTML, "site a.org\nkeep .x\nkeep .out", page, two, NULL);
	becomes(INGEST_HTML, "keep div\ndrop p", page, "<p>other</p>",
	    "-menu\n-The ministry, which had said nothing for weeks, confirmed "
	    "the arrests on Tuesday, after relatives, lawyers and two of the "
	    "men's colleagues had spoken to reporters in the capital, and "
	    "again.\n-box\n+other\n");
}

static bool
says(const struct ingest_doc *d, const char *words)
{
	return memmem(d->body.p, d->body.n, words, strlen(words)) != NULL;
}

/* What is dropped is dropped from what is found, too; another site's rules do nothing. */
static void
drops(void)
{
	static const char page[] =
	    PAGE("<div class=text>" LONG "<p class=x>box, "
		 "which looks as a paragraph does.</p>" LONG "</div>");
	struct ingest_doc d;
	struct buf why;

	buf_init(&why, 0);
	check(take(&d, INGEST_HTML, "drop .x", page, &why) == 0);
	check(says(&d, "The ministry") && !says(&d, "box"));
	check(memmem(d.trace.p, d.trace.n, "\n-box", 5) != NULL);
	ingest_done(&d);
	check(take(&d, INGEST_HTML, "site b.org\ndrop .x", page, &why) == 0);
	check(says(&d, "box"));
	ingest_done(&d);
	check(take(&d, INGEST_HTML, "drop html", page, &why) == QERR_MISSING);
	ingest_done(&d);
	buf_clear(&why);
	/* If nothing is left, that is said. */
	check(take(&d, INGEST_HTML, "drop body", page, &why) == QERR_MISSING);
	ingest_done(&d);
	buf_clear(&why);
	check(take(&d, INGEST_HTML, "\nkeep", page, &why) == QERR_TEXT);
	buf_put_u8(&why, 0);
	check(strcmp((const char *)why.p,
		  "The rules, line 2: this rule needs a selector.") == 0);
	ingest_done(&d);
	buf_done(&why);
}

static void
says_of_itself(void)
{
	static const char page[] =
	    PAGE("<h1>Wrong</h1><h2 class=t>Right</h2><p class=by>By Ann Lee "
		 "and Bo Sun</p><b class=when>2 May 2024</b>" LONG);
	struct ingest_doc d;
	struct buf why;

	buf_init(&why, 0);
	check(take(&d, INGEST_HTML,
		  "title .t\nauthor .by\ndate .when\nkeep body", page,
		  &why) == 0);
	check(strcmp(d.title, "Right") == 0 && d.n_author == 2);
	check(strcmp(d.author[0], "Ann Lee") == 0);
	check(strcmp(d.author[1], "Bo Sun") == 0);
	check(d.has_published && d.published / 86400 == 19845);
	check(!says(&d, "Right") && !says(&d, "Ann") && !says(&d, "2024"));
	ingest_done(&d);
	buf_done(&why);
}

/* A page that was saved as text has its menu, player and foot in it. */
static void
texts(void)
{
	static const char rules[] =
	    "drop until \"News*\"\ndrop \"please wait\"\ndrop \"0:00 *\"\n"
	    "drop repeated\nauthor after \"*Image\"\ndrop from \"*Image\"\n"
	    "headings\nkeep .nothing\n";
	static const char text[] =
	    "Links\n\nNews\n\nThe Title\n\n\nA picture shows it.\n"
	    "A picture shows it.\n\nThe first, which is a long sentence.\n\n"
	    "What Is New?\n\nThe second, which is a long sentence, too.\n\n"
	    "Another thing\nplease wait\n\n0:00 1:00 0:00\n\nThe end.\n\n"
	    "  * Image\n\n    Ann Lee\n\n    She writes.\n\nXS\nSM\n";

	becomes(INGEST_TEXT, rules, text,
	    "<p>A picture shows it.</p><p>The first, which is a long "
	    "sentence.</p><h2>What Is New?</h2><p>The second, which is a long "
	    "sentence, too.</p><p>The end.</p>",
	    "-Links\n-News\n+The Title\n+A picture shows it.\n"
	    "-A picture shows it.\n+The first, which is a long sentence.\n"
	    "+What Is New?\n+The second, which is a long sentence, too.\n"
	    "-Another thing\n-please wait\n-0:00 1:00 0:00\n+The end.\n"
	    "-* Image\n+Ann Lee\n-She writes.\n-XS\n-SM\n");
	becomes(INGEST_TEXT, "", "T\n\na\nb\n", "<p>a b</p>", "+T\n+a\n+b\n");
	/* Other sites' rules, and patterns that nothing is like. */
	becomes(INGEST_TEXT, "drop from \"z\"\nsite b.org\ndrop \"a\"",
	    "T\n\na\nb\n", "<p>a b</p>", NULL);
}

/* A trace ends where it is full, with a whole line, and the article is whole. */
static void
trace_is_full(void)
{
	struct ingest_doc d;
	struct buf text, why;

	buf_init(&text, 0);
	buf_init(&why, 0);
	buf_put_str(&text, "T\n\n");
	while (text.n < TRACE_MAX / 8 * 7)
		buf_put_str(&text, "abc\n");
	buf_put_u8(&text, 0);
	check(take(&d, INGEST_TEXT, "", (const char *)text.p, &why) == 0);
	check(d.trace.n > TRACE_MAX - 8 && d.trace.n <= TRACE_MAX);
	check(trace_check(buf_bytes(&d.trace)));
	check(d.body.n > TRACE_MAX / 8 * 7 - 16);
	crosses(&d);
	ingest_done(&d);
	buf_done(&text);
	buf_done(&why);
}

static void
trace_is_strict(void)
{
	check(trace_check(bytes_str("")) && trace_check(bytes_str("+a\n-b\n")));
	check(!trace_check(bytes_str("a\n")) && !trace_check(bytes_str("+a")));
	check(!trace_check(bytes_str("\n")) &&
	      !trace_check(bytes_str("+\x1b\n")));
}

int
main(void)
{
	pages();
	drops();
	says_of_itself();
	texts();
	trace_is_full();
	trace_is_strict();
	return 0;
}
