#include "daemon/extract/pick.h"
#include "proto/base/qerr.h"
#include "tests/lib/check.h"

/*
 * Rules of operators: what is a rule and what is a mistake, which elements a selector
 * means, and that tables end where they say.
 */
static const char page[] =
    "<html><head><meta name=author content=Me></head><body>"
    "<div id=top class='wide box'><p class=lead>1</p><div><p>2</p></div></div>"
    "<story-player kind='a b'><p>3</p></story-player>"
    "<article><section><p>4</p></section><div class=boxes>5</div></article>"
    "</body></html>";

static struct rules *
rules(const char *text)
{
	struct rules *r;
	struct buf why;

	buf_init(&why, 0);
	if (rules_parse(&r, bytes_str(text), &why) != 0)
		fprintf(stderr, "%s: %.*s\n", text, (int)why.n,
		    (const char *)why.p);
	check(r != NULL);
	buf_done(&why);
	return r;
}

static void
put_text(struct buf *b, const GumboNode *n)
{
	const GumboVector *c = &n->v.element.children;

	if (n->type == GUMBO_NODE_TEXT)
		buf_put_str(b, n->v.text.text);
	for (unsigned i = 0; n->type == GUMBO_NODE_ELEMENT && i < c->length;
	     i++)
		put_text(b, c->data[i]);
}

/* What |selector| keeps of the page: the text of each, with a blank behind it. */
static void
keeps(const char *selector, const char *want)
{
	GumboOutput *tree = gumbo_parse(page);
	char line[2048];
	struct rules *r;
	struct pick p;
	struct buf b;

	snprintf(line, sizeof(line), "keep %s\n", selector);
	r = rules(line);
	check(pick_find(&p, r, bytes_str(""), tree->root) == 0);
	buf_init(&b, 0);
	for (size_t i = 0; i < p.n_keep; i++) {
		put_text(&b, p.keep[i]);
		buf_put_str(&b, " ");
	}
	if (!bytes_eq(buf_bytes(&b), bytes_str(want)))
		fprintf(stderr, "%s keeps %.*s\n", selector, (int)b.n,
		    (const char *)b.p);
	check(bytes_eq(buf_bytes(&b), bytes_str(want)));
	buf_done(&b);
	pick_done(&p);
	rules_free(r);
	gumbo_destroy_output(&kGumboDefaultOptions, tree);
}

static void
selectors(void)
{
	keeps("p", "1 2 3 4 ");
	keeps("P", "1 2 3 4 ");
	keeps("p.lead", "1 ");
	keeps(".box",
	    "12 "); /* and not .boxes; what is in it is kept with it */
	keeps(".box.wide", "12 ");
	keeps(".box.narrow", "");
	keeps("div#top", "12 ");
	keeps("#top p", "1 2 ");
	keeps("#top > p", "1 ");
	keeps("#top>p", "1 ");
	keeps("div > div > p", "2 ");
	keeps("div div p", "2 ");
	keeps("article > p", "");
	keeps("article p", "4 ");
	keeps("body > article  section>p", "4 ");
	keeps("story-player", "3 ");
	keeps("story-play", "");
	keeps("[kind]", "3 ");
	keeps("[KIND=\"a b\"]", "3 ");
	keeps("[kind=a b] p", "3 ");
	keeps("[kind=a]", "");
	/* The nearest "div" is no way there, one further out is. */
	keeps("body > div p", "1 2 ");
	keeps("meta[name=author]", " ");
}

static void
wrong(const char *text, const char *want)
{
	struct rules *r;
	struct buf why;

	buf_init(&why, 0);
	check(rules_parse(&r, bytes_str(text), &why) == QERR_TEXT);
	check(r == NULL);
	buf_put_u8(&why, 0);
	if (strstr((const char *)why.p, want) == NULL)
		fprintf(stderr, "%s\n  is told: %s\n", text, why.p);
	check(strstr((const char *)why.p, want) != NULL);
	buf_done(&why);
}

static void
mistakes(void)
{
	wrong("remove p", "line 1: this is no rule");
	wrong("# x\n\nkeep p\nkeeps p\n", "line 4: this is no rule");
	wrong("keep", "line 1: this rule needs a selector");
	wrong("keep p, div", "line 1: the selector is not made of");
	wrong("keep p:first-child", "the selector is not made of");
	wrong("keep p +b", "the selector is not made of");
	wrong("keep *", "the selector is not made of");
	wrong("keep > p", "the selector is not made of");
	wrong("keep p >", "the selector is not made of");
	wrong("keep p > > b", "the selector is not made of");
	wrong("keep .", "lacks a name");
	wrong("keep p.", "lacks a name");
	wrong("keep [=x]", "lacks a name");
	wrong("keep [a", "neither [name] nor");
	wrong("keep [a^=b]", "neither [name] nor");
	wrong("keep [a=b", "lacks \"]\"");
	wrong("keep [a=\"b]", "lacks \"]\"");
	wrong("keep [a=\"b\"x]", "lacks \"]\"");
	wrong("keep \"x\"", "keep takes a selector");
	wrong("title \"x\"", "write \"after\"");
	wrong("title from \"x\"", "a pattern stands behind");
	wrong("drop after \"x\"", "a pattern stands behind");
	wrong("drop \"", "between quotation marks");
	wrong("drop from \"\"", "between quotation marks");
	wrong("drop \"x", "between quotation marks");
	wrong("headings h2", "headings stands alone");
	wrong("site", "site needs the name");
	wrong("site https://example.org/", "names of hosts alone");
	wrong("keep p\xff", "this is not text");
}

static void
texts(void)
{
	struct rules *r = rules("drop \"a\"\ndrop from \"b c\"\r\n"
				" drop until  \"* d\"\ndrop repeated\n"
				"author after \"e\"\nheadings\ndrop from b");
	static const enum rule_how want[] = {RULE_LINE, RULE_FROM, RULE_UNTIL,
	    RULE_REPEATED, RULE_AFTER, RULE_ALL, RULE_SELECT};

	check(r->n == 7);
	for (size_t i = 0; i < r->n; i++)
		check(r->rule[i].how == want[i]);
	check(bytes_eq(r->rule[1].pattern, bytes_str("b c")));
	check(r->rule[4].what == RULE_AUTHOR);
	rules_free(r);
}

static void
matches(const char *pattern, const char *line, bool want)
{
	check(rule_matches(bytes_str(pattern), bytes_str(line)) == want);
}

static void
patterns(void)
{
	matches("please wait", "please wait", true);
	matches("please wait", "please wait!", false);
	matches("please", "please wait", false);
	matches("*", "", true);
	matches("a*", "a", true);
	matches("*b*d", "abcbd", true);
	matches("*b*d", "abcbdx", false);
	matches("0:00 *", "0:00 0:03:49 0:00", true);
	matches("", "x", false);
}

static bool
is_for(const char *text, const char *host)
{
	struct rules *r = rules(text);
	bool is = rule_is_for(&r->rule[r->n - 1], bytes_str(host));

	rules_free(r);
	return is;
}

static void
sites(void)
{
	check(is_for("keep p", "a.org") && is_for("keep p", ""));
	check(is_for("site a.org\nkeep p", "a.org"));
	check(is_for("site a.org\nkeep p", "WWW.A.org"));
	check(!is_for("site a.org\nkeep p", "xa.org"));
	check(!is_for("site a.org\nkeep p", "a.org.x"));
	check(!is_for("site a.org\nkeep p", ""));
	check(is_for("site a.org b.net\nkeep p", "b.net"));
	check(!is_for("site a.org\nsite b.net\nkeep p", "a.org"));
}

static void
repeat(struct buf *b, const char *what, size_t n)
{
	while (n-- > 0)
		buf_put_str(b, what);
}

/* As many as there may be, and one more. */
static void
limits(void)
{
	static const struct {
		const char *before, *what, *after;
		size_t max;
		const char *wrong;
	} limit[] = {
	    {"", "keep p\n", "", RULES_MAX, "more than 128 rules"},
	    {"keep p", ".a", "", SELECT_TESTS_MAX - 1, "more than 8 things"},
	    {"keep p", " b", "", SELECT_PARTS_MAX - 1, "more than 8 elements"},
	    {"keep p\n", "#", "\n", RULES_FILE_MAX - 8, "more than 64 KiB"},
	};

	for (size_t i = 0; i < sizeof(limit) / sizeof(limit[0]); i++)
		for (size_t more = 0; more < 2; more++) {
			struct buf b;

			buf_init(&b, 0);
			buf_put_str(&b, limit[i].before);
			repeat(&b, limit[i].what, limit[i].max + more);
			buf_put_str(&b, limit[i].after);
			buf_put_u8(&b, 0);
			if (more == 0)
				rules_free(rules((const char *)b.p));
			else
				wrong((const char *)b.p, limit[i].wrong);
			buf_done(&b);
		}
}

/* Authors beyond the limit are dropped from the text all the same. */
static void
picks(void)
{
	struct rules *r = rules("author p\ntitle h1\ndrop .x\ndate time");
	struct pick p;
	struct buf b;
	GumboOutput *tree;

	buf_init(&b, 0);
	repeat(&b, "<p>a", PICK_AUTHORS_MAX + 1);
	buf_put_str(&b, "<h1>t</h1><h1 class=x>u</h1><i class=x>v</i>");
	buf_put_u8(&b, 0);
	tree = gumbo_parse((const char *)b.p);
	check(pick_find(&p, r, bytes_str(""), tree->root) == 0);
	check(p.n_author == PICK_AUTHORS_MAX && p.date == NULL);
	check(p.n_drop == PICK_AUTHORS_MAX + 4);
	check(p.title != NULL && pick_drops(&p, p.title));
	check(!pick_drops(&p, p.title->parent));
	pick_done(&p);
	rules_free(r);
	r = rules("keep i\nkeep body\ndrop .x");
	check(pick_find(&p, r, bytes_str(""), tree->root) == 0);
	check(p.n_keep == 1 && p.keep[0]->v.element.tag == GUMBO_TAG_BODY);
	pick_done(&p);
	rules_free(r);
	r = rules("keep i\ndrop body"); /* what is dropped stays dropped */
	check(pick_find(&p, r, bytes_str(""), tree->root) == 0);
	check(p.n_keep == 0);
	pick_done(&p);
	rules_free(r);
	buf_done(&b);
	gumbo_destroy_output(&kGumboDefaultOptions, tree);
}

/* Deep inside each other, a selector of many parts costs no more than the depth. */
static void
depth(void)
{
	struct rules *r = rules("keep div div div div div div div b");
	GumboOutput *tree;
	struct pick p;
	struct buf b;

	buf_init(&b, 0);
	repeat(&b, "<div>", 400);
	repeat(&b, "<i><b></b></i>", 100);
	buf_put_u8(&b, 0);
	tree = gumbo_parse((const char *)b.p);
	check(pick_find(&p, r, bytes_str(""), tree->root) == 0);
	check(p.n_keep == 100);
	pick_done(&p);
	rules_free(r);
	r = rules("keep div div div div div i > i > b");
	check(pick_find(&p, r, bytes_str(""), tree->root) == 0);
	check(p.n_keep == 0);
	pick_done(&p);
	rules_free(r);
	buf_done(&b);
	gumbo_destroy_output(&kGumboDefaultOptions, tree);
}

int
main(void)
{
	selectors();
	mistakes();
	texts();
	patterns();
	sites();
	limits();
	picks();
	depth();
	return 0;
}
