#include "daemon/extract/teaser.h"

#include <string.h>
#include <strings.h>

#include "daemon/extract/names.h"

#define LETTERS_MAX \
	800 /* of a teaser; an article may link twice to a page, too */
#define ABOVE_MIN 160 /* letters of prose; a lead may link to its pictures */
#define PROSE_MAX 40  /* percent of the article's */

/* A place in the page, a script's, a picture that is shown when one asks for it. */
static bool
is_elsewhere(const char *href)
{
	static const char *const pictures[] = {
	    ".jpg", ".jpeg", ".png", ".gif", ".webp"};
	size_t n = strlen(href);

	if (n == 0 || href[0] == '#' ||
	    strncasecmp(href, "javascript:", 11) == 0)
		return false;
	for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++) {
		size_t k = strlen(pictures[i]);

		if (n > k && strcasecmp(href + n - k, pictures[i]) == 0)
			return false;
	}
	return true;
}

static const char *
target(const struct page_element *e)
{
	const char *href = e->tag == GUMBO_TAG_A && !e->dead
			       ? names_attribute(e->node, "href")
			       : NULL;

	return href != NULL && is_elsewhere(href) ? href : NULL;
}

/* Wherever in it they lead: "/story" and "/story#comments". */
static bool
same_page(const char *a, const char *b)
{
	size_t n = strcspn(a, "#");

	return n == strcspn(b, "#") && memcmp(a, b, n) == 0;
}

/* Consecutive links to one page, between others. */
struct run {
	const char *href;
	uint32_t first, last, before, behind;
	uint32_t prose; /* letters of the article above it */
};

/* The smallest box that holds them all; 0 if it holds other links, too. */
static uint32_t
box(const struct page *p, const struct run *r)
{
	uint32_t i = r->first;

	while (i > 0 && (p->e[i].end <= r->last || !page_is_block(p->e[i].tag)))
		i = p->e[i].up;
	return i > r->before && p->e[i].end <= r->behind ? i : 0;
}

/* Nothing in |i| is before its element |first|. */
static bool
begins_with(const struct page *p, uint32_t i, uint32_t first)
{
	while (first != i) {
		uint32_t up = p->e[first].up;
		const GumboVector *c = &p->e[up].node->v.element.children;

		for (uint32_t k = up + 1; k < first; k = p->e[k].end)
			if (!p->e[k].dead && p->e[k].in.text > 0)
				return false;
		for (unsigned k = 0; k < c->length; k++) {
			const GumboNode *n = c->data[k];

			if (n == p->e[first].node)
				break;
			if (n->type == GUMBO_NODE_TEXT)
				return false;
		}
		first = up;
	}
	return true;
}

static void
end_run(struct page *p, uint32_t top, const struct run *r)
{
	uint32_t i = r->last > r->first ? box(p, r) : 0;
	const struct page_element *e = &p->e[i];
	uint32_t prose = e->in.prose + page_prose(e);

	if (i <= top || r->prose < ABOVE_MIN || e->in.text > LETTERS_MAX ||
	    (uint64_t)prose * 100 > (uint64_t)p->e[top].in.prose * PROSE_MAX ||
	    page_has_above(p, r->first, GUMBO_TAG_FIGURE) ||
	    !begins_with(p, i, r->first))
		return;
	page_kill(p, i);
}

void
teaser_kill(struct page *p, uint32_t top)
{
	struct run r = {NULL, top, top, top, top, 0};
	uint32_t above = 0;

	for (uint32_t i = top + 1; i < p->e[top].end;
	     i = p->e[i].dead ? p->e[i].end : i + 1) {
		const char *href = target(&p->e[i]);

		if (href != NULL &&
		    (r.href == NULL || !same_page(r.href, href))) {
			r.behind = i;
			end_run(p, top, &r);
			r = (struct run){href, i, i, r.last, i, above};
		}
		if (href != NULL)
			r.last = i;
		if (!p->e[i].dead)
			above += page_prose(&p->e[i]);
	}
	r.behind = p->e[top].end;
	end_run(p, top, &r);
}
