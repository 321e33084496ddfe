#include "daemon/ingest/walk_inner.h"

#include <string.h>
#include <strings.h>

#include "daemon/ingest/html_meta.h"

/*
 * MathML (W3C, MathML Core) on a line: fractions with a stroke, powers as 10² or
 * x^(n+1), roots with their sign.  What cannot be told so is told by what it holds.
 */
static void put(struct buf *dst, const GumboNode *n);

static bool
is(const GumboNode *n, const char *name)
{
	GumboStringPiece own;

	if (n->type != GUMBO_NODE_ELEMENT)
		return false;
	own = n->v.element.original_tag;
	gumbo_tag_from_original_text(&own);
	return own.data != NULL && own.length == strlen(name) &&
	       strncasecmp(own.data, name, own.length) == 0;
}

/* Element number |k| in |n|, or NULL. */
static const GumboNode *
child(const GumboNode *n, size_t k)
{
	const GumboVector *c = &n->v.element.children;

	for (unsigned i = 0; i < c->length; i++) {
		const GumboNode *e = c->data[i];

		if (e->type == GUMBO_NODE_ELEMENT && k-- == 0)
			return e;
	}
	return NULL;
}

static void
put_all(struct buf *dst, const GumboNode *n)
{
	const GumboVector *c = &n->v.element.children;

	for (unsigned i = 0; i < c->length; i++)
		put(dst, c->data[i]);
}

/* One number, name or sign needs no brackets. */
static bool
is_simple(struct bytes s)
{
	size_t letters = 0;

	for (size_t i = 0; i < s.n; i++) {
		letters += (s.p[i] & 0xc0) != 0x80;
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '.' &&
		    letters > 1)
			return false;
	}
	return true;
}

/* |s| as one thing: in brackets, if it is more. */
static void
put_whole(struct buf *dst, struct bytes s)
{
	bool simple = is_simple(s);

	if (!simple)
		buf_put_u8(dst, '(');
	buf_put(dst, s.p, s.n);
	if (!simple)
		buf_put_u8(dst, ')');
}

static void
put_one(struct buf *dst, const GumboNode *n)
{
	struct buf b;

	if (n == NULL)
		return;
	buf_init(&b, 0);
	put(&b, n);
	put_whole(dst, buf_bytes(&b));
	buf_fail(dst, buf_err(&b));
	buf_done(&b);
}

/* Above or below what is before it. */
static void
put_script(struct buf *dst, const GumboNode *n, bool up)
{
	struct buf b;

	if (n == NULL)
		return;
	buf_init(&b, 0);
	put(&b, n);
	if (b.n > 0 && !walk_raise(dst, buf_bytes(&b), up)) {
		buf_put_u8(dst, up ? '^' : '_');
		put_whole(dst, buf_bytes(&b));
	}
	buf_fail(dst, buf_err(&b));
	buf_done(&b);
}

/* How many elements in |n| are its own, and where the scripts stand. */
static const struct form {
	const char *name;
	const char *how; /* of each element: 1 as it is, ^ above, _ below */
} forms[] = {{"msup", "1^"}, {"msub", "1_"}, {"msubsup", "1_^"},
    {"mover", "1^"}, {"munder", "1_"}, {"munderover", "1_^"}};

static bool
put_form(struct buf *dst, const GumboNode *n)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!is(n, forms[i].name))
			continue;
		for (size_t k = 0; forms[i].how[k] != '\0'; k++)
			if (forms[i].how[k] == '1')
				put_one(dst, child(n, k));
			else
				put_script(dst, child(n, k),
				    forms[i].how[k] == '^');
		return true;
	}
	return false;
}

/* Rows, with marks between them and what is in them. */
static void
put_rows(struct buf *dst, const GumboNode *n, const char *mark)
{
	const GumboNode *e;

	for (size_t k = 0; (e = child(n, k)) != NULL; k++) {
		if (k > 0)
			buf_put_str(dst, mark);
		if (is(e, "mtr"))
			put_rows(dst, e, ", ");
		else
			put(dst, e);
	}
}

static void
put_sign(struct buf *dst, const GumboNode *n)
{
	static const char *const apart[] = {"=", "≠", "<", ">", "≤", "≥", "≈",
	    "≡", "∼", "→", "⇒", "⇔", "∈", "∉", "⊂", "±", "+"};
	/* To be read, not to be seen: "times", "of" and the like. */
	static const char *const unseen[] = {
	    "\u2061", "\u2062", "\u2063", "\u2064"};
	struct buf raw, b;

	buf_init(&raw, 0);
	buf_init(&b, 0);
	html_text(&raw, n);
	scribe_tidy(&b, buf_bytes(&raw));
	for (size_t i = 0; i < 4; i++)
		if (bytes_eq(buf_bytes(&b), bytes_str(unseen[i])))
			buf_clear(&b);
	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++)
		if (bytes_eq(buf_bytes(&b), bytes_str(apart[i]))) {
			buf_printf(dst, "%s%s%s", dst->n > 0 ? " " : "",
			    apart[i], dst->n > 0 ? " " : "");
			buf_clear(&b);
		}
	buf_put(dst, b.p, b.n);
	buf_done(&raw);
	buf_done(&b);
}

static void
put(struct buf *dst, const GumboNode *n)
{
	if (n->type == GUMBO_NODE_TEXT) {
		scribe_tidy(dst, bytes_str(n->v.text.text));
	} else if (n->type != GUMBO_NODE_ELEMENT || is(n, "annotation") ||
		   is(n, "annotation-xml") || is(n, "mphantom") ||
		   put_form(dst, n)) {
		return;
	} else if (is(n, "mo")) {
		put_sign(dst, n);
	} else if (is(n, "mfrac")) {
		put_one(dst, child(n, 0));
		buf_put_u8(dst, '/');
		put_one(dst, child(n, 1));
	} else if (is(n, "mroot")) {
		put_script(dst, child(n, 1), true);
		buf_put_str(dst, "√");
		put_one(dst, child(n, 0));
	} else if (is(n, "msqrt")) {
		buf_put_str(dst, "√(");
		put_all(dst, n);
		buf_put_u8(dst, ')');
	} else if (is(n, "mfenced")) {
		buf_put_u8(dst, '(');
		put_rows(dst, n, ", ");
		buf_put_u8(dst, ')');
	} else if (is(n, "mtable")) {
		buf_put_u8(dst, '[');
		put_rows(dst, n, "; ");
		buf_put_u8(dst, ']');
	} else {
		put_all(dst, n);
	}
}

void
walk_math(struct walk *w, const GumboNode *n)
{
	const char *alt = html_attribute(n, "alttext");
	struct buf b;

	buf_init(&b, 0);
	put(&b, n);
	if (b.n == 0 && alt != NULL)
		buf_put_str(&b, alt);
	html_trace_keep(&w->trace, n);
	buf_fail(&w->s.out, buf_err(&b));
	scribe_text(&w->s, buf_bytes(&b));
	buf_done(&b);
}
