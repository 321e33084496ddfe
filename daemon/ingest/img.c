#include "daemon/ingest/img.h"

#include <string.h>
#include <strings.h>

#include "daemon/ingest/html_node.h"
#include "proto/base/text.h"

#define N_OF(a)   (sizeof(a) / sizeof((a)[0]))
#define WIDTH_MAX 1600 /* of what is made from it; wider ones are only slower */
#define SCALE     800  /* pixels, as if, of what is said to be "1x" */

static const char *const lazy[] = {"data-src", "data-original", "data-lazy-src",
    "data-lazy", "lazy-src", "data-fallback-src", "data-hi-res-src",
    "data-full-src"};
static const char *const lazy_sets[] = {
    "data-srcset", "data-lazy-srcset", "lazy-srcset"};

/* Parts of the names of what stands there until the picture is. */
static const char *const dummies[] = {"placeholder", "blank.", "spacer", "1x1",
    "transparent", "lazy", "loading", "pixel.", "grey.", "gray."};

static void
add(struct img_sources *s, struct bytes at)
{
	at = text_trim(at);
	if (at.n == 0 || s->n == IMG_SOURCES_MAX || at.p[0] == '{' ||
	    (at.n > 5 && strncasecmp((const char *)at.p, "data:", 5) == 0))
		return;
	for (size_t i = 0; i < s->n; i++)
		if (bytes_eq(s->at[i], at))
			return;
	s->at[s->n++] = at;
}

static bool
is_dummy(const char *src)
{
	const char *name = strrchr(src, '/');

	for (size_t i = 0; i < N_OF(dummies); i++)
		if (strcasestr(name != NULL ? name : src, dummies[i]) != NULL)
			return true;
	return false;
}

/* "640w", "2x" or nothing as a width. */
static unsigned
width_of(struct bytes s)
{
	unsigned n = 0, tenths = 0;
	size_t i = 0;

	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && n < 100000; i++)
		n = 10 * n + (s.p[i] - '0');
	if (i + 1 < s.n && s.p[i] == '.' && s.p[i + 1] >= '0' &&
	    s.p[i + 1] <= '9') {
		tenths = s.p[i + 1] - '0';
		i += 2;
	}
	if (i < s.n && s.p[i] == 'w')
		return n;
	return n + tenths > 0 ? SCALE * n + SCALE * tenths / 10 : SCALE;
}

/* The widest that is not too wide; else the narrowest. */
static bool
is_better(unsigned now, unsigned best)
{
	if (best == 0 || best > WIDTH_MAX)
		return best == 0 || now < best;
	return now <= WIDTH_MAX && now > best;
}

static const char *
skip(const char *s, const char *set, bool in)
{
	return s + (in ? strspn(s, set) : strcspn(s, set));
}

/* HTML §4.8.4.2.1: addresses may have commas in them, but not at their end. */
static void
add_set(struct img_sources *s, const char *set)
{
	struct bytes best = bytes_of(NULL, 0);
	unsigned width = 0;

	while (set != NULL && *(set = skip(set, " \t\r\n,", true)) != '\0') {
		const char *end = skip(set, " \t\r\n", false), *word;
		struct bytes at = bytes_of(set, (size_t)(end - set));
		unsigned w;

		set = end;
		if (at.p[at.n - 1] == ',') {
			at.n--;
			w = SCALE;
		} else {
			word = skip(set, " \t\r\n", true);
			set = skip(word, ",", false);
			w = width_of(bytes_of(word, (size_t)(set - word)));
		}
		if (is_better(w, width)) {
			width = w;
			best = at;
		}
	}
	if (best.p != NULL)
		add(s, best);
}

static void
add_named(struct img_sources *s, const GumboNode *n)
{
	for (size_t i = 0; i < N_OF(lazy); i++) {
		const char *at = html_attribute(n, lazy[i]);

		if (at != NULL)
			add(s, bytes_str(at));
	}
	for (size_t i = 0; i < N_OF(lazy_sets) && s->n == 0; i++)
		add_set(s, html_attribute(n, lazy_sets[i]));
}

/* Of what the <picture> around it has for screens of all kinds. */
static void
add_picture(struct img_sources *s, const GumboNode *picture)
{
	const GumboVector *c = &picture->v.element.children;

	for (unsigned i = 0; i < c->length && s->n == 0; i++) {
		const GumboNode *n = c->data[i];

		if (n->type != GUMBO_NODE_ELEMENT ||
		    n->v.element.tag != GUMBO_TAG_SOURCE)
			continue;
		add_set(s, html_attribute(n, "data-srcset"));
		if (s->n == 0)
			add_set(s, html_attribute(n, "srcset"));
	}
}

static void
add_noscript(struct img_sources *s, const GumboNode *up)
{
	const GumboVector *c = &up->v.element.children;

	for (unsigned i = 0; i < c->length && s->n == 0; i++) {
		const GumboNode *n = c->data[i], *img;
		const char *src;

		if (n->type != GUMBO_NODE_ELEMENT ||
		    n->v.element.tag != GUMBO_TAG_NOSCRIPT ||
		    (img = html_find(n, GUMBO_TAG_IMG)) == NULL)
			continue;
		src = html_attribute(img, "src");
		add_set(s, html_attribute(img, "srcset"));
		if (src != NULL)
			add(s, bytes_str(src));
	}
}

void
img_sources(struct img_sources *ret, const GumboNode *img)
{
	const char *src = html_attribute(img, "src");
	const GumboNode *up = img->parent;

	ret->n = 0;
	add_named(ret, img);
	if (src != NULL && (ret->n == 0 || !is_dummy(src)))
		add(ret, bytes_str(src));
	if (ret->n == 0)
		add_set(ret, html_attribute(img, "srcset"));
	if (ret->n > 0 || up == NULL || up->type != GUMBO_NODE_ELEMENT)
		return;
	add_picture(ret, up);
	add_noscript(ret, up);
}
