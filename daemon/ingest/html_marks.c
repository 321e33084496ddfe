#include "daemon/ingest/html_marks.h"

#include <string.h>

bool
html_marks(struct marks *m, const GumboElement *e)
{
	bool any = e->tag == GUMBO_TAG_TIME;

	m->tag = e->tag;
	m->names.text[0] = m->prop.text[0] = '\0';
	m->class = m->rel = m->href = NULL;
	m->pubdate = m->content = m->title = false;
	for (unsigned i = 0; i < e->attributes.length; i++) {
		const GumboAttribute *a = e->attributes.data[i];
		bool known = true;

		if (strcmp(a->name, "class") == 0)
			names_add(&m->names, m->class = a->value);
		else if (strcmp(a->name, "id") == 0)
			names_add(&m->names, a->value);
		else if (strcmp(a->name, "itemprop") == 0 ||
			 strcmp(a->name, "property") == 0)
			names_add(&m->prop, a->value);
		else if (strcmp(a->name, "rel") == 0)
			m->rel = a->value;
		else if (strcmp(a->name, "href") == 0)
			m->href = a->value;
		else if (strcmp(a->name, "title") == 0)
			m->title = true;
		else if (strcmp(a->name, "content") == 0)
			m->content = true;
		else if (strcmp(a->name, "pubdate") == 0)
			m->pubdate = true;
		else
			known = false;
		any = any || known;
	}
	return any;
}

bool
html_marks_comments(const struct marks *m)
{
	static const char *const parts[] = {
	    " comment", " kommentar", " komentar", " disqus", " respond"};

	/* These say whether there may be any. */
	if (m->tag == GUMBO_TAG_BODY || m->tag == GUMBO_TAG_HTML ||
	    m->tag == GUMBO_TAG_ARTICLE || m->tag == GUMBO_TAG_MAIN)
		return false;
	return names_have(&m->names, parts, sizeof(parts) / sizeof(parts[0]));
}
