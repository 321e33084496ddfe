#include "daemon/extract/names.h"

#include <string.h>

void
names_add(struct names *s, const char *value)
{
	size_t n = strlen(s->text);

	if (value == NULL || n >= sizeof(s->text) - 2)
		return;
	s->text[n++] = ' ';
	for (; *value != '\0' && n < sizeof(s->text) - 2; value++) {
		char c = *value;

		s->text[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
	}
	s->text[n++] = ' ';
	s->text[n] = '\0';
}

const char *
names_attribute(const GumboNode *n, const char *name)
{
	const GumboAttribute *a =
	    gumbo_get_attribute(&n->v.element.attributes, name);

	return a != NULL ? a->value : NULL;
}

struct names
names_of(const GumboNode *n, const char *one, const char *two)
{
	struct names s = {""};

	names_add(&s, names_attribute(n, one));
	if (two != NULL)
		names_add(&s, names_attribute(n, two));
	return s;
}

bool
names_have(const struct names *s, const char *const *parts, size_t n)
{
	if (s->text[0] == '\0')
		return false;
	for (size_t i = 0; i < n; i++)
		if (strstr(s->text, parts[i]) != NULL)
			return true;
	return false;
}
