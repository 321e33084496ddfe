#include <strings.h>

#include "daemon/ingest/html.h"

static const char *const noscript[] = {"noscript", NULL};

static bool
is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool
in_list(struct bytes name, const char *const *list)
{
	for (; *list != NULL && name.n > 0; list++)
		if (**list == (name.p[0] | 0x20) && strlen(*list) == name.n &&
		    strncasecmp(*list, (const char *)name.p, name.n) == 0)
			return true;
	return false;
}

/* Elements that never stay open, or end with the next of their like: they nest
 * only with a counted one between. */
static bool
is_flat(struct bytes name)
{
	static const char *const flat[] = {"area", "base", "br", "col", "dd",
	    "dt", "embed", "hr", "img", "image", "input", "keygen", "li",
	    "link", "meta", "option", "p", "param", "rp", "rt", "source",
	    "tbody", "td", "th", "thead", "tfoot", "tr", "track", "wbr", "html",
	    "head", "body", "colgroup", "caption", NULL};

	return in_list(name, flat);
}

static bool
is_raw(struct bytes name)
{
	static const char *const raw[] = {"script", "style", "textarea",
	    "title", "xmp", "iframe", "noembed", "noframes", NULL};

	return in_list(name, raw);
}

/* The place of |what| (letters of any case) at or behind |i|, or the end. */
static size_t
seek(struct bytes s, size_t i, struct bytes what)
{
	for (; i + what.n <= s.n; i++)
		if ((s.p[i] | 0x20) == (what.p[0] | 0x20) &&
		    strncasecmp((const char *)s.p + i, (const char *)what.p,
			what.n) == 0)
			return i;
	return s.n;
}

/* "<!-->" and "<!--->" are whole comments, and "--!>" ends one too. */
static size_t
end_of_comment(struct bytes s, size_t i)
{
	for (i += 2; i + 2 < s.n; i++) {
		if (s.p[i] != '-' || s.p[i + 1] != '-')
			continue;
		if (s.p[i + 2] == '>')
			return i + 3;
		if (s.p[i + 2] == '!' && i + 3 < s.n && s.p[i + 3] == '>')
			return i + 4;
	}
	return s.n;
}

/* The same of |what| without letters. */
static size_t
seek_marks(struct bytes s, size_t i, const char *what)
{
	size_t n = strlen(what);

	for (const uint8_t *at; i + n <= s.n; i++) {
		at = memchr(s.p + i, what[0], s.n - i);
		i = at != NULL ? (size_t)(at - s.p) : s.n;
		if (i + n <= s.n && memcmp(at, what, n) == 0)
			return i;
	}
	return s.n;
}

/* Pass over the text of |name|, up to its end tag. */
static size_t
end_of_raw(struct bytes s, size_t i, struct bytes name)
{
	for (;;) {
		i = seek_marks(s, i, "</");
		if (i + 2 + name.n > s.n)
			return s.n;
		if (strncasecmp((const char *)s.p + i + 2, (const char *)name.p,
			name.n) == 0)
			return i;
		i += 2;
	}
}

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\f' || c == '\r';
}

static bool
ends_name(uint8_t c)
{
	return is_space(c) || c == '=' || c == '/' || c == '>';
}

static size_t
skip_spaces(struct bytes s, size_t i)
{
	while (i < s.n && is_space(s.p[i]))
		i++;
	return i;
}

/* The end of the value that begins at |i|, in quotes or without. */
static size_t
end_of_value(struct bytes s, size_t i)
{
	const uint8_t *end;

	i = skip_spaces(s, i);
	if (i < s.n && (s.p[i] == '"' || s.p[i] == '\'')) {
		end = memchr(s.p + i + 1, s.p[i], s.n - i - 1);
		return end == NULL ? s.n : (size_t)(end - s.p) + 1;
	}
	while (i < s.n && s.p[i] != '>' && !is_space(s.p[i]))
		i++;
	return i;
}

/* The end of the tag whose name ends at |i|, and how many attributes it has, as a
 * browser counts them (HTML §13.2.5.32 to 40). */
static size_t
end_of_tag(struct bytes s, size_t i, size_t *n)
{
	*n = 0;
	while (i < s.n && s.p[i] != '>') {
		if (is_space(s.p[i]) || s.p[i] == '/') {
			i++;
			continue;
		}
		/* Even '=' begins a name. */
		++*n;
		for (i++; i < s.n && !ends_name(s.p[i]);)
			i++;
		i = skip_spaces(s, i);
		if (i < s.n && s.p[i] == '=')
			i = end_of_value(s, i + 1);
	}
	return i < s.n ? i + 1 : s.n;
}

/* Script that says something of the page, or whose end only a browser knows. */
static bool
is_of_use(struct bytes tag, struct bytes text)
{
	return seek(tag, 0, bytes_str("ld+json")) < tag.n ||
	       seek_marks(text, 0, "<!--") < text.n;
}

/* Of an element that browsers that run scripts read as text, and show nobody: is it of
 * no use?  Pictures that a script brings are in <noscript>, too. */
static bool
is_needless(struct bytes name, struct bytes tag, struct bytes text, bool closed)
{
	static const char *const script[] = {"script", "style", NULL};

	if (in_list(name, noscript))
		return closed && html_shape(text).open > 0;
	return in_list(name, script) && !is_of_use(tag, text);
}

static struct bytes
tag_name(struct bytes s, size_t i)
{
	size_t end = i;

	while (end < s.n && is_letter(s.p[end]))
		end++;
	return bytes_of(s.p + i, end - i);
}

void
html_slim(struct buf *dst, struct bytes s)
{
	size_t i = 0, copied = 0;

	while (i < s.n) {
		const uint8_t *lt = memchr(s.p + i, '<', s.n - i);
		struct bytes name;
		size_t tag, text, n;

		if (lt == NULL)
			break;
		tag = (size_t)(lt - s.p);
		if (s.n - tag >= 4 && memcmp(lt, "<!--", 4) == 0) {
			i = end_of_comment(s, tag);
			continue;
		}
		name = tag_name(s, tag + 1);
		i = text =
		    name.n > 0 ? end_of_tag(s, tag + 1 + name.n, &n) : tag + 1;
		if (!is_raw(name) && !in_list(name, noscript))
			continue;
		i = end_of_raw(s, text, name);
		if (!is_needless(name, bytes_of(lt, text - tag),
			bytes_of(s.p + text, i - text), i < s.n))
			continue;
		buf_put(dst, s.p + copied, text - copied);
		copied = i;
	}
	buf_put(dst, s.p + copied, s.n - copied);
}

/*
 * Drawings and formulas (<svg>, <math>) have rules of their own (HTML §13.2.6.5): a
 * tag may end itself, as "<path/>", and the text of their <style> is none.  We follow
 * one as long as it is certain that the parser is in it, too; what could lead out of
 * it in a way that only the parser knows makes us unsure, and from there on nothing
 * ends itself and all text counts as tags: that counts too much, never too little.
 */
#define DRAWING_DEPTH_MAX 16

struct drawing {
	struct bytes open[DRAWING_DEPTH_MAX]; /* [0]: svg or math */
	size_t n;
	bool unsure;
};

static bool
same_name(struct bytes a, struct bytes b)
{
	return a.n == b.n &&
	       strncasecmp((const char *)a.p, (const char *)b.p, a.n) == 0;
}

static bool
begins_drawing(struct bytes name)
{
	static const char *const names[] = {"svg", "math", NULL};

	return in_list(name, names);
}

/* In a drawing, but tags in it are HTML's. */
static bool
holds_html(struct bytes name)
{
	static const char *const names[] = {"annotation", "desc",
	    "foreignobject", "mi", "mn", "mo", "ms", "mtext", "title", NULL};

	return in_list(name, names);
}

static bool
is_drawn(struct bytes name)
{
	static const char *const names[] = {"a", "animate", "circle",
	    "clippath", "defs", "ellipse", "feblend", "fecolormatrix",
	    "fecomposite", "feflood", "fegaussianblur", "femerge",
	    "femergenode", "feoffset", "filter", "g", "image", "line",
	    "lineargradient", "marker", "mask", "metadata", "mfenced", "mfrac",
	    "mover", "mpadded", "mphantom", "mroot", "mrow", "mspace", "msqrt",
	    "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtr",
	    "munder", "munderover", "path", "pattern", "polygon", "polyline",
	    "radialgradient", "rect", "script", "semantics", "stop", "style",
	    "symbol", "text", "tspan", "use", NULL};

	return in_list(name, names) || holds_html(name);
}

/* Go in with the start tag |name|; true if it adds no depth. */
static bool
draw(struct drawing *d, struct bytes name, bool ends_itself)
{
	bool drawn = d->n == 0
			 ? begins_drawing(name)
			 : is_drawn(name) && !holds_html(d->open[d->n - 1]);

	if (d->unsure || (d->n == 0 && !drawn))
		return false;
	if (drawn && ends_itself)
		return true;
	if (drawn && d->n < DRAWING_DEPTH_MAX)
		d->open[d->n++] = name;
	else
		d->unsure = true;
	return false;
}

static void
draw_end(struct drawing *d, struct bytes name)
{
	if (d->n > 0 && same_name(d->open[d->n - 1], name))
		d->n--;
	else if (d->n > 0)
		d->unsure = true;
}

struct html_shape
html_shape(struct bytes s)
{
	struct html_shape most = {0};
	struct drawing drawing = {.n = 0};
	size_t depth = 0, i = 0, end, n;

	while (i < s.n) {
		const uint8_t *lt = memchr(s.p + i, '<', s.n - i);
		struct bytes name;
		bool close, ends_itself;

		if (lt == NULL)
			break;
		i = (size_t)(lt - s.p);
		if (s.n - i >= 4 && memcmp(lt, "<!--", 4) == 0) {
			i = end_of_comment(s, i);
			continue;
		}
		close = i + 1 < s.n && s.p[i + 1] == '/';
		i += close ? 2 : 1;
		for (end = i; end < s.n && (is_letter(s.p[end]) ||
					       (end > i && s.p[end] >= '0' &&
						   s.p[end] <= '9'));)
			end++;
		name = bytes_of(s.p + i, end - i);
		i = end;
		if (name.n == 0)
			continue;
		i = end_of_tag(s, i, &n);
		ends_itself = i >= 2 && i <= s.n && s.p[i - 1] == '>' &&
			      s.p[i - 2] == '/';
		if (n > most.attributes)
			most.attributes = n;
		if (close)
			draw_end(&drawing, name);
		else if (draw(&drawing, name, ends_itself))
			continue;
		if (is_flat(name))
			continue;
		if (close)
			depth -= depth > 0;
		else if (is_raw(name) && drawing.n == 0 && !drawing.unsure)
			i = end_of_raw(s, i, name);
		else if (++depth > most.depth)
			most.depth = depth;
	}
	most.open = depth;
	return most;
}
