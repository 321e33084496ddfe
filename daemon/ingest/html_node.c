#include "daemon/ingest/html_node.h"

#include <string.h>

#include "daemon/extract/page.h"

const GumboElement *
html_element(const GumboNode *n)
{
	return n->type == GUMBO_NODE_ELEMENT ? &n->v.element : NULL;
}

bool
html_is(const GumboNode *n, GumboTag tag)
{
	return n->type == GUMBO_NODE_ELEMENT && n->v.element.tag == tag &&
	       n->v.element.tag_namespace == GUMBO_NAMESPACE_HTML;
}

const char *
html_attribute(const GumboNode *n, const char *name)
{
	const GumboAttribute *a =
	    gumbo_get_attribute(&n->v.element.attributes, name);

	return a != NULL ? a->value : NULL;
}

const GumboNode *
html_find(const GumboNode *n, GumboTag tag)
{
	const GumboElement *e = html_element(n);

	if (e == NULL)
		return NULL;
	if (html_is(n, tag))
		return n;
	for (unsigned i = 0; i < e->children.length; i++) {
		const GumboNode *found = html_find(e->children.data[i], tag);

		if (found != NULL)
			return found;
	}
	return NULL;
}

void
html_text(struct buf *dst, const GumboNode *n)
{
	const GumboElement *e = html_element(n);

	if (n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_WHITESPACE)
		buf_put_str(dst, n->v.text.text);
	if (e == NULL || e->tag == GUMBO_TAG_SCRIPT ||
	    e->tag == GUMBO_TAG_STYLE)
		return;
	if (e->tag == GUMBO_TAG_BR)
		buf_put_u8(dst, ' ');
	for (unsigned i = 0; i < e->children.length; i++)
		html_text(dst, e->children.data[i]);
}

bool
html_text_within(struct buf *dst, const GumboNode *n)
{
	const GumboElement *e = html_element(n);

	if (n->type == GUMBO_NODE_TEXT)
		buf_put_str(dst, n->v.text.text);
	if (n->type == GUMBO_NODE_WHITESPACE ||
	    (e != NULL && e->tag == GUMBO_TAG_BR))
		buf_put_u8(dst, ' ');
	if (e == NULL || page_is_never_text(e->tag))
		return buf_err(dst) == 0;
	for (unsigned i = 0; i < e->children.length; i++)
		if (!html_text_within(dst, e->children.data[i]))
			return false;
	return true;
}

struct bytes
html_first_word(const GumboNode *n)
{
	static const char blanks[] = " \t\r\n\f";
	const GumboElement *e = html_element(n);
	struct bytes found = bytes_of(NULL, 0);

	if (n->type == GUMBO_NODE_TEXT) {
		const char *text = n->v.text.text;

		text += strspn(text, blanks);
		return bytes_of(text, strcspn(text, blanks));
	}
	if (e == NULL || page_is_never_text(e->tag))
		return found;
	for (unsigned i = 0; i < e->children.length && found.n == 0; i++)
		found = html_first_word(e->children.data[i]);
	return found;
}
