#include "daemon/ingest/walk_inner.h"

#include <string.h>
#include <strings.h>

#include "daemon/extract/hint.h"
#include "daemon/ingest/address.h"
#include "daemon/ingest/href.h"
#include "daemon/ingest/html_meta.h"
#include "daemon/ingest/img.h"
#include "proto/base/text.h"

/* Of pictures that are not there, how many are named, if their names are short. */
#define DROPPED_NAMES_MAX 3
#define DROPPED_NAME_MAX  100

#define BOX_NODES_MAX 40 /* in a box that may be a figure */
#define BOX_TEXT_MAX \
	120 /* bytes beside its caption: who made the picture, blanks */

static int
find_at(struct walk *w, struct bytes src)
{
	struct buf b;
	int r;

	if (w->at.n == 0)
		return w->src->find(w->src->arg, src);
	buf_init(&b, HREF_MAX);
	address_resolve(&b, w->at, src);
	r = buf_err(&b) == 0 ? w->src->find(w->src->arg, buf_bytes(&b)) : -1;
	buf_done(&b);
	return r;
}

/* The number of the picture |n| shows, if it is there; else as find() says. */
static int
find_picture(struct walk *w, const GumboNode *n)
{
	struct img_sources s;
	int none = -1;

	if (w->src->find == NULL)
		return none;
	img_sources(&s, n);
	for (size_t i = 0; i < s.n; i++) {
		int r = find_at(w, s.at[i]);

		if (r >= 0)
			return r;
		none = r == INGEST_TOLD ? r : none;
	}
	return none;
}

/* Enter a picture into the article; its index, or -1. */
static int
add_picture(struct walk *w, const GumboNode *n, int number)
{
	struct ingest_doc *d = w->doc;
	const char *alt = html_attribute(n, "alt");
	struct buf b;

	if (d->n_picture == ARTICLE_PICTURES_MAX)
		return -1;
	buf_init(&b, 0);
	if (alt != NULL)
		scribe_tidy(&b, bytes_str(alt));
	/* An alt longer than a summary describes nothing. */
	if (b.n > 1024)
		b.n = 0;
	buf_put_u8(&b, '\0');
	if (buf_err(&b) != 0) {
		buf_done(&b);
		return -1;
	}
	d->picture[d->n_picture] =
	    (struct ingest_picture){(uint32_t)number, (char *)b.p};
	return (int)d->n_picture++;
}

void
walk_deferred(struct walk *w)
{
	if (!scribe_takes_figure(&w->s))
		return;
	for (size_t i = 0; i < w->n_deferred; i++) {
		scribe_figure(&w->s, w->deferred[i]);
		scribe_figure_end(&w->s);
	}
	w->n_deferred = 0;
}

/* A picture of a dot is there to count readers. */
static bool
is_dot(const GumboNode *n)
{
	static const char *const sides[] = {"width", "height"};

	for (size_t i = 0; i < 2; i++) {
		const char *v = html_attribute(n, sides[i]);

		if (v != NULL && (strcmp(v, "0") == 0 || strcmp(v, "1") == 0))
			return true;
	}
	return false;
}

/* Remember that |n| is not there. */
static void
drop(struct walk *w, const GumboNode *n)
{
	const char *src = html_attribute(n, "src");
	size_t len = src != NULL ? strlen(src) : 0;

	if (++w->dropped > DROPPED_NAMES_MAX || len == 0 ||
	    len > DROPPED_NAME_MAX ||
	    text_check(bytes_of(src, len), false) != 0 ||
	    strncasecmp(src, "data:", 5) == 0)
		return;
	buf_put_str(&w->dropped_names, w->dropped_names.n > 0 ? ", " : ": ");
	buf_put(&w->dropped_names, src, len);
}

void
walk_tell_dropped(struct walk *w)
{
	const struct buf *b = &w->dropped_names;

	if (w->dropped == 0 || buf_err(b) != 0)
		return;
	ingest_warn(w->doc, "%zu of its pictures %s not here and left out%.*s.",
	    w->dropped, w->dropped == 1 ? "is" : "are", (int)b->n,
	    b->n > 0 ? (const char *)b->p : "");
}

void
walk_img(struct walk *w, const GumboNode *n)
{
	int number = is_dot(n) ? -1 : find_picture(w, n);
	int index = number >= 0 ? add_picture(w, n, number) : -1;

	if (index < 0) {
		if (!is_dot(n) && number != INGEST_TOLD)
			drop(w, n);
	} else if (scribe_takes_figure(&w->s)) {
		scribe_figure(&w->s, (size_t)index);
		scribe_figure_end(&w->s);
	} else if (w->n_deferred < DEFERRED_MAX) {
		w->deferred[w->n_deferred++] = (size_t)index;
	}
}

/* The first picture below |n| that is there. */
static const GumboNode *
shown(struct walk *w, const GumboNode *n, int *ret_number)
{
	const GumboElement *e = html_element(n);

	if (e == NULL || walk_drops(n))
		return NULL;
	if (e->tag == GUMBO_TAG_IMG || e->tag == GUMBO_TAG_IMAGE) {
		*ret_number = find_picture(w, n);
		return *ret_number >= 0 ? n : NULL;
	}
	for (unsigned i = 0; i < e->children.length; i++) {
		const GumboNode *found =
		    shown(w, e->children.data[i], ret_number);

		if (found != NULL)
			return found;
	}
	return NULL;
}

static bool
is_above(const GumboNode *n, const GumboNode *inner)
{
	while (inner != NULL && inner != n)
		inner = inner->parent;
	return inner != NULL;
}

/* Walk what is in a figure besides the picture and the caption shown already. */
static void
walk_figure_rest(struct walk *w, const GumboNode *n, const GumboNode *img,
    const GumboNode *caption)
{
	const GumboElement *e = html_element(n);

	if (n == img || n == caption)
		return;
	if (e == NULL ||
	    (html_find(n, GUMBO_TAG_IMG) == NULL && !is_above(n, caption))) {
		walk_node(w, n);
		return;
	}
	if (e->tag == GUMBO_TAG_IMG || e->tag == GUMBO_TAG_FIGURE ||
	    e->tag == GUMBO_TAG_TABLE) {
		walk_node(w, n);
		return;
	}
	for (unsigned i = 0; i < e->children.length; i++)
		walk_figure_rest(w, e->children.data[i], img, caption);
}

/* What a box holds, as far as it is looked at. */
struct box {
	const GumboNode *caption;
	unsigned pictures, figures, nodes;
	size_t text; /* bytes that are not the caption's */
};

static void
look_into(struct box *b, const struct walk *w, const GumboNode *n)
{
	const GumboElement *e = html_element(n);

	if (n->type == GUMBO_NODE_TEXT)
		b->text += strlen(n->v.text.text);
	if (++b->nodes > BOX_NODES_MAX || e == NULL || walk_is_noise(w, n))
		return;
	b->pictures += e->tag == GUMBO_TAG_IMG;
	b->figures += e->tag == GUMBO_TAG_FIGURE;
	if (b->caption == NULL && html_find(n, GUMBO_TAG_IMG) == NULL &&
	    hint_is_caption(n)) {
		b->caption = n;
		return;
	}
	for (unsigned i = 0; i < e->children.length; i++)
		look_into(b, w, e->children.data[i]);
}

bool
walk_is_figure(const struct walk *w, const GumboNode *n)
{
	const GumboVector *c = &n->v.element.children;
	struct box b = {.nodes = 0};

	if (n->v.element.tag != GUMBO_TAG_DIV || c->length > BOX_NODES_MAX)
		return false;
	for (unsigned i = 0; i < c->length && b.nodes <= BOX_NODES_MAX; i++)
		look_into(&b, w, c->data[i]);
	return b.nodes <= BOX_NODES_MAX && b.pictures == 1 && b.figures == 0 &&
	       b.caption != NULL && b.text <= BOX_TEXT_MAX;
}

static const GumboNode *
caption_of(const struct walk *w, const GumboNode *n)
{
	const GumboNode *caption = html_find(n, GUMBO_TAG_FIGCAPTION);
	struct box b = {.nodes = 0};

	if (caption != NULL)
		return caption;
	for (unsigned i = 0;
	     i < n->v.element.children.length && b.nodes <= BOX_NODES_MAX; i++)
		look_into(&b, w, n->v.element.children.data[i]);
	return b.nodes <= BOX_NODES_MAX ? b.caption : NULL;
}

void
walk_figure(struct walk *w, const GumboNode *n)
{
	const GumboNode *caption = caption_of(w, n);
	int number = -1, index;
	const GumboNode *img = shown(w, n, &number);

	scribe_boundary(&w->s);
	if (img == NULL || !scribe_takes_figure(&w->s) ||
	    (index = add_picture(w, img, number)) < 0) {
		walk_children(w, n);
		scribe_boundary(&w->s);
		return;
	}
	scribe_figure(&w->s, (size_t)index);
	if (caption != NULL)
		walk_children(w, caption);
	scribe_figure_end(&w->s);
	walk_deferred(w);
	for (unsigned i = 0; i < n->v.element.children.length; i++)
		walk_figure_rest(w, n->v.element.children.data[i], img,
		    caption);
	scribe_boundary(&w->s);
}
