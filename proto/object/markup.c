#include "proto/object/markup.h"

#include "proto/base/buf.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

#define HREF_MAX 2048

/* What may stand inside an element. */
enum model {
	NOTHING, /* it has no end tag */
	BLOCKS,
	INLINE,
	FLOW, /* INLINE or BLOCKS: the first child decides */
	ITEMS,
	ROWS,
	CELLS,
	FIGURE,
	PRE,
	TEXT,
};

enum {
	IS_BLOCK = 1,
	IS_INLINE = 2,
	NOT_EMPTY = 4,
	HAS_LANG = 8, /* may have dir and lang */
};

static const struct element {
	const char *name;
	enum model model;
	unsigned flags;
} elements[MARKUP_TAGS] = {
    [MARKUP_TEXT] = {"", NOTHING, IS_INLINE},
    [MARKUP_P] = {"p", INLINE, IS_BLOCK | NOT_EMPTY | HAS_LANG},
    [MARKUP_H2] = {"h2", INLINE, IS_BLOCK | HAS_LANG},
    [MARKUP_H3] = {"h3", INLINE, IS_BLOCK | HAS_LANG},
    [MARKUP_H4] = {"h4", INLINE, IS_BLOCK | HAS_LANG},
    [MARKUP_UL] = {"ul", ITEMS, IS_BLOCK | NOT_EMPTY | HAS_LANG},
    [MARKUP_OL] = {"ol", ITEMS, IS_BLOCK | NOT_EMPTY | HAS_LANG},
    [MARKUP_LI] = {"li", FLOW, HAS_LANG},
    [MARKUP_BLOCKQUOTE] = {"blockquote", BLOCKS,
	IS_BLOCK | NOT_EMPTY | HAS_LANG},
    [MARKUP_PRE] = {"pre", PRE, IS_BLOCK | HAS_LANG},
    [MARKUP_CODE] = {"code", TEXT, IS_INLINE | NOT_EMPTY},
    [MARKUP_EM] = {"em", INLINE, IS_INLINE | NOT_EMPTY},
    [MARKUP_STRONG] = {"strong", INLINE, IS_INLINE | NOT_EMPTY},
    [MARKUP_A] = {"a", INLINE, IS_INLINE | NOT_EMPTY},
    [MARKUP_FIGURE] = {"figure", FIGURE, IS_BLOCK | NOT_EMPTY | HAS_LANG},
    [MARKUP_IMG] = {"img", NOTHING, 0},
    [MARKUP_FIGCAPTION] = {"figcaption", INLINE, 0},
    [MARKUP_TABLE] = {"table", ROWS, IS_BLOCK | NOT_EMPTY | HAS_LANG},
    [MARKUP_TR] = {"tr", CELLS, NOT_EMPTY},
    [MARKUP_TD] = {"td", INLINE, HAS_LANG},
    [MARKUP_TH] = {"th", INLINE, HAS_LANG},
    [MARKUP_BR] = {"br", NOTHING, IS_INLINE},
    [MARKUP_HR] = {"hr", NOTHING, IS_BLOCK | HAS_LANG},
    [MARKUP_SPAN] = {"span", INLINE, IS_INLINE | NOT_EMPTY | HAS_LANG},
};

static const struct entity {
	const char *name;
	char is;
} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}};

const char *
markup_name(enum markup_tag tag)
{
	return elements[tag].name;
}

/* The entity that |s| begins with, or NULL. */
static const struct entity *
entity_at(struct bytes s)
{
	if (s.n == 0 || s.p[0] != '&')
		return NULL; /* as most are, and every byte is asked for */
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		size_t n = strlen(entities[i].name);

		if (s.n >= n && memcmp(s.p, entities[i].name, n) == 0)
			return &entities[i];
	}
	return NULL;
}

static struct bytes
skip(struct bytes s, size_t n)
{
	return bytes_of(s.p + n, s.n - n);
}

/*
 * Tokens.  The same strict scanner serves the check and the walk, so what one
 * of them saw the other sees too.
 */
struct scan {
	struct bytes left;
	bool bad;
};

static bool
take(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if (s->left.n < n || memcmp(s->left.p, word, n) != 0)
		return false;
	s->left = skip(s->left, n);
	return true;
}

/* Everything before the first |a| or |b|, which may be the end if |open|. */
static struct bytes
take_until(struct scan *s, char a, char b, bool open)
{
	struct bytes all = s->left;
	size_t i = 0;

	while (i < all.n && all.p[i] != (uint8_t)a && all.p[i] != (uint8_t)b)
		i++;
	if (i == all.n && !open)
		s->bad = true;
	s->left = skip(all, i);
	return bytes_of(all.p, i);
}

/* An attribute |name|, which the caller knows to be written ` name="…"`. */
static struct bytes
take_attribute(struct scan *s, const char *name)
{
	struct bytes v = {NULL, 0};

	if (take(s, name)) {
		v = take_until(s, '"', '"', false);
		if (!s->bad)
			s->left = skip(s->left, 1);
	}
	return v;
}

static enum markup_tag
take_name(struct scan *s)
{
	size_t n = 0;

	while (n < s->left.n &&
	       ((s->left.p[n] >= 'a' && s->left.p[n] <= 'z') ||
		   (s->left.p[n] >= '2' && s->left.p[n] <= '4')))
		n++;
	for (int t = MARKUP_P; t < MARKUP_TAGS; t++)
		if (bytes_eq(bytes_str(elements[t].name),
			bytes_of(s->left.p, n))) {
			s->left = skip(s->left, n);
			return (enum markup_tag)t;
		}
	s->bad = true;
	return MARKUP_TEXT;
}

/* One token of at least one byte; false if there is none. */
static bool
scan_token(struct scan *s, struct markup_token *ret)
{
	*ret = (struct markup_token){.tag = MARKUP_TEXT, .open = true};
	if (!take(s, "<")) {
		ret->text = take_until(s, '<', '<', true);
		return true;
	}
	ret->open = !take(s, "/");
	ret->tag = take_name(s);
	if (ret->open) {
		ret->dir = take_attribute(s, " dir=\"");
		ret->href = take_attribute(s, " href=\"");
		ret->lang = take_attribute(s, " lang=\"");
		ret->src = take_attribute(s, " src=\"");
	}
	return take(s, ">") && !s->bad;
}

bool
markup_next(struct bytes body, size_t *at, struct markup_token *ret)
{
	struct scan s = {.left = skip(body, *at)};

	if (s.left.n == 0 || !scan_token(&s, ret))
		return false;
	*at = body.n - s.left.n;
	return true;
}

/*
 * The check: a stack of open elements, each knowing what may come next in it.
 */
struct level {
	enum markup_tag tag;
	enum model model;
	size_t children;
};

struct check {
	struct level level[MARKUP_DEPTH_MAX + 1]; /* [0] is the body */
	size_t depth;
	size_t n_pictures;
	bool in_a;
};

/* True if |s| is escaped, and only where it has to be. */
static bool
escaped(struct bytes s, bool quoted)
{
	while (s.n > 0) {
		const struct entity *e = entity_at(s);

		if (s.p[0] == '<' || s.p[0] == '>')
			return false;
		if (s.p[0] == '&' && (e == NULL || (e->is == '"' && !quoted)))
			return false;
		s = skip(s, e == NULL ? 1 : strlen(e->name));
	}
	return true;
}

static bool
href_allowed(struct bytes v)
{
	static const char *const start[] = {
	    "http://", "https://", "mailto:", "#"};
	struct bytes s;
	size_t n = 0;

	if (!escaped(v, true) || memchr(v.p, '\n', v.n) != NULL)
		return false;
	for (s = v; s.n > 0; n++) {
		const struct entity *e = entity_at(s);

		s = skip(s, e == NULL ? 1 : strlen(e->name));
	}
	for (size_t i = 0; i < sizeof(start) / sizeof(start[0]); i++) {
		size_t len = strlen(start[i]);

		if (v.n > len && memcmp(v.p, start[i], len) == 0)
			return n <= HREF_MAX;
	}
	return false;
}

static bool
dir_allowed(struct bytes v)
{
	return bytes_eq(v, bytes_str("ltr")) || bytes_eq(v, bytes_str("rtl")) ||
	       bytes_eq(v, bytes_str("auto"));
}

static bool
attributes_allowed(const struct check *c, const struct markup_token *t)
{
	bool said = t->dir.p != NULL || t->lang.p != NULL;
	uint64_t n;

	if (said && (elements[t->tag].flags & HAS_LANG) == 0)
		return false;
	if (t->tag == MARKUP_SPAN && !said)
		return false;
	if (t->dir.p != NULL && !dir_allowed(t->dir))
		return false;
	if (t->lang.p != NULL && lang_check(t->lang) != 0)
		return false;
	if ((t->href.p != NULL) != (t->tag == MARKUP_A) ||
	    (t->src.p != NULL) != (t->tag == MARKUP_IMG))
		return false;
	if (t->href.p != NULL && !href_allowed(t->href))
		return false;

	return t->src.p == NULL ||
	       (dec_parse(&n, (const char *)t->src.p, t->src.n) == 0 &&
		   n < c->n_pictures);
}

/* True if |tag| may be the next child of |in|. */
static bool
child_allowed(struct level *in, enum markup_tag tag)
{
	unsigned flags = elements[tag].flags;

	if (in->model == FLOW)
		in->model = (flags & IS_BLOCK) != 0 ? BLOCKS : INLINE;
	switch (in->model) {
	case BLOCKS:
		return (flags & IS_BLOCK) != 0;
	case INLINE:
		return (flags & IS_INLINE) != 0;
	case ITEMS:
		return tag == MARKUP_LI;
	case ROWS:
		return tag == MARKUP_TR;
	case CELLS:
		return tag == MARKUP_TD || tag == MARKUP_TH;
	case FIGURE:
		return (in->children == 0 && tag == MARKUP_IMG) ||
		       (in->children == 1 && tag == MARKUP_FIGCAPTION);
	case PRE:
		return in->children == 0 &&
		       (tag == MARKUP_TEXT || tag == MARKUP_CODE);
	case TEXT:
		return tag == MARKUP_TEXT;
	case NOTHING:
	case FLOW:
		break;
	}
	return false;
}

static bool
text_allowed(const struct check *c, struct bytes s)
{
	const struct level *l = &c->level[c->depth];
	bool pre = l->tag == MARKUP_PRE ||
		   (l->tag == MARKUP_CODE && l[-1].tag == MARKUP_PRE);

	return escaped(s, false) && (pre || memchr(s.p, '\n', s.n) == NULL);
}

static bool
open_allowed(struct check *c, const struct markup_token *t)
{
	if (!child_allowed(&c->level[c->depth], t->tag))
		return false;
	c->level[c->depth].children++;
	if (t->tag == MARKUP_TEXT)
		return text_allowed(c, t->text);
	if (!attributes_allowed(c, t) || (t->tag == MARKUP_A && c->in_a))
		return false;
	if (c->depth == MARKUP_DEPTH_MAX)
		return false;
	if (elements[t->tag].model == NOTHING)
		return true;

	c->in_a = c->in_a || t->tag == MARKUP_A;
	c->level[++c->depth] =
	    (struct level){t->tag, elements[t->tag].model, 0};
	return true;
}

static bool
close_allowed(struct check *c, const struct markup_token *t)
{
	const struct level *l = &c->level[c->depth];

	if (c->depth == 0 || l->tag != t->tag)
		return false;
	if (l->children == 0 && (elements[t->tag].flags & NOT_EMPTY) != 0)
		return false;

	if (t->tag == MARKUP_A)
		c->in_a = false;
	c->depth--;
	return true;
}

/* Where text_check() found something to refuse. */
static size_t
bad_text_at(struct bytes body)
{
	size_t i = 0, n;

	for (; i < body.n; i += n) {
		uint8_t b = body.p[i];

		n = b < 0xc0 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
		if (n > body.n - i ||
		    text_check(bytes_of(body.p + i, n), true) != 0)
			break;
	}
	return i;
}

int
markup_check(struct bytes body, size_t n_pictures, size_t *ret_at)
{
	struct check c = {
	    .level[0] = {MARKUP_TEXT, BLOCKS, 0}, .n_pictures = n_pictures};
	struct scan s = {.left = body};
	struct markup_token t;
	size_t none, *at = ret_at != NULL ? ret_at : &none;

	*at = 0;
	if (body.n > MARKUP_MAX)
		return QERR_TOOBIG;
	if (text_check(body, true) != 0) {
		*at = bad_text_at(body);
		return QERR_TEXT;
	}
	while (s.left.n > 0) {
		*at = body.n - s.left.n;
		if (!scan_token(&s, &t) ||
		    !(t.open ? open_allowed(&c, &t) : close_allowed(&c, &t)))
			return QERR_MARKUP;
	}
	*at = body.n;

	return c.depth == 0 ? 0 : QERR_MARKUP;
}

void
markup_unescape(struct buf *dst, struct bytes text)
{
	while (text.n > 0) {
		const struct entity *e = entity_at(text);
		size_t n = 1;

		if (e != NULL) {
			buf_put_u8(dst, (uint8_t)e->is);
			n = strlen(e->name);
		} else {
			while (n < text.n && text.p[n] != '&')
				n++;
			buf_put(dst, text.p, n);
		}
		text = skip(text, n);
	}
}

static const char *
entity_for(uint8_t c, bool quote)
{
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (c == (uint8_t)entities[i].is && (c != '"' || quote))
			return entities[i].name;
	return NULL;
}

void
markup_escape(struct buf *dst, struct bytes text, bool quote)
{
	size_t from = 0;

	for (size_t i = 0; i < text.n; i++) {
		const char *e = entity_for(text.p[i], quote);

		if (e == NULL)
			continue;
		buf_put(dst, text.p + from, i - from);
		buf_put_str(dst, e);
		from = i + 1;
	}
	buf_put(dst, text.p + from, text.n - from);
}
