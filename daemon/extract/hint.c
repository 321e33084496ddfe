#include "daemon/extract/hint.h"

#include <string.h>
#include <strings.h>

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

/* Looked at in lower case; a leading blank is the beginning of a name. */
static const char *const beside[] = {"-ad-", "advert", "agegate", "aside",
    "banner", "breadcrumb", "combx", "comment", "community", "consent",
    "cookie", "cover-wrap", "disqus", "extra", "footer", "gdpr", "header",
    "legend", "login", "masthead", "menu", "modal", "most-read", "navbar",
    "newsletter", "outbrain", "pager", "pagination", "paywall", "popup",
    "promo", "recirc", "recommend", "related", "remark", "replies", "rss",
    "shoutbox", "sidebar", "skyscraper", "social", "sponsor", "subscribe",
    "supplemental", "taboola", "teaser", "toolbar", "trending", "werbung",
    "yom-remote", " ad-", " nav"};

static const char *const article[] = {"and", "article", "body", "column",
    "content", "main", "mathjax", "shadow", "story", "post-", "entry"};

static const char *const good[] = {"article", "blog", "body", "content",
    "entry", "hentry", "h-entry", "main", "page", "pagination", "post", "story",
    "text"};

static const char *const bad[] = {"-ad-", "banner", "combx", "comment", "com-",
    "contact", "foot", "gdpr", "hidden", "masthead", "media", "meta",
    "newsletter", "outbrain", "player", "promo", "recirc", "related", "scroll",
    "share", "shoutbox", "shopping", "sidebar", "skyscraper", "sponsor",
    "subscribe", "taboola", "tags", "teaser", "tool", "widget", " hid "};

static const char *const share[] = {"share", "sharing", "sharedaddy",
    "addtoany", "addthis", "teilen", "partage", "compartir", "social-links"};

static const char *const bylines[] = {
    "byline", "author", "dateline", "writtenby", "p-author"};

/* The value as " name name ", in lower case, cut to what tells enough. */
struct names {
	char text[320];
};

static void
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

static const char *
attribute(const GumboNode *n, const char *name)
{
	const GumboAttribute *a =
	    gumbo_get_attribute(&n->v.element.attributes, name);

	return a != NULL ? a->value : NULL;
}

static struct names
names_of(const GumboNode *n, const char *one, const char *two)
{
	struct names s = {""};

	names_add(&s, attribute(n, one));
	if (two != NULL)
		names_add(&s, attribute(n, two));
	return s;
}

static bool
has(const struct names *s, const char *const *words, size_t n)
{
	if (s->text[0] == '\0')
		return false;
	for (size_t i = 0; i < n; i++)
		if (strstr(s->text, words[i]) != NULL)
			return true;
	return false;
}

bool
hint_is_beside(const GumboNode *n)
{
	struct names s = names_of(n, "class", "id");

	return has(&s, beside, N_OF(beside)) &&
	       !has(&s, article, N_OF(article));
}

int
hint_weight(const GumboNode *n)
{
	static const char *const keys[] = {"class", "id"};
	int weight = 0;

	for (size_t i = 0; i < 2; i++) {
		struct names s = names_of(n, keys[i], NULL);

		if (has(&s, bad, N_OF(bad)))
			weight -= 25;
		if (has(&s, good, N_OF(good)))
			weight += 25;
	}
	return weight;
}

bool
hint_is_share(const GumboNode *n)
{
	struct names s = names_of(n, "class", "id");

	return has(&s, share, N_OF(share));
}

static bool
is_one_of(const char *value, const char *const *words, size_t n)
{
	for (size_t i = 0; value != NULL && i < n; i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
}

/* Style sheets are not read, but what stands in the element itself. */
bool
hint_is_styled_away(const GumboNode *n)
{
	static const char *const ways[] = {"display:none", "visibility:hidden"};
	const char *style = attribute(n, "style");
	char tight[256];
	size_t len = 0;

	if (style == NULL)
		return false;
	for (; *style != '\0' && len < sizeof(tight) - 1; style++)
		if (*style != ' ')
			tight[len++] = (char)(*style >= 'A' && *style <= 'Z'
						  ? *style | 0x20
						  : *style);
	tight[len] = '\0';
	return strstr(tight, ways[0]) != NULL || strstr(tight, ways[1]) != NULL;
}

bool
hint_is_hidden(const GumboNode *n)
{
	static const char *const roles[] = {"menu", "menubar", "complementary",
	    "navigation", "alert", "alertdialog", "dialog", "search", "banner",
	    "contentinfo"};
	static const char *const yes[] = {"true"};
	const char *class = attribute(n, "class");

	if (attribute(n, "hidden") != NULL || hint_is_styled_away(n) ||
	    is_one_of(attribute(n, "role"), roles, N_OF(roles)))
		return true;
	/* A picture of a formula may be hidden from those who are read to. */
	return is_one_of(attribute(n, "aria-hidden"), yes, 1) &&
	       (class == NULL || strstr(class, "fallback-image") == NULL);
}

bool
hint_is_byline(const GumboNode *n)
{
	static const char *const author[] = {"author"};
	const char *prop = attribute(n, "itemprop");
	struct names s = names_of(n, "class", "id");

	return is_one_of(attribute(n, "rel"), author, 1) ||
	       (prop != NULL && strstr(prop, "author") != NULL) ||
	       has(&s, bylines, N_OF(bylines));
}
