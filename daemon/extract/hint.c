#include "daemon/extract/hint.h"

#include <string.h>
#include <strings.h>

#include "daemon/extract/names.h"

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

/* Parts of names. */
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

int
hint_weight(const GumboNode *n)
{
	static const char *const keys[] = {"class", "id"};
	int weight = 0;

	for (size_t i = 0; i < 2; i++) {
		struct names s = names_of(n, keys[i], NULL);

		if (names_have(&s, bad, N_OF(bad)))
			weight -= 25;
		if (names_have(&s, good, N_OF(good)))
			weight += 25;
	}
	return weight;
}

bool
hint_is_share(const GumboNode *n)
{
	struct names s = names_of(n, "class", "id");

	return names_have(&s, share, N_OF(share));
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
	const char *style = names_attribute(n, "style");
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

/* Whole names of what is for those alone who are read to. */
static const char *const unseen[] = {" sr-only ", " screen-reader-text ",
    " screen-reader-only ", " screenreader ", " visually-hidden ",
    " visuallyhidden ", " u-visually-hidden ", " visibility-hidden ",
    " element-invisible ", " show-for-sr ", " a11y-hidden ", " offscreen ",
    " u-offscreen ", " h-offscreen ", " hidecompletely "};

/* Of what a script shows, or a screen of another size .. */
static const char *const folded[] = {" u-hidden ", " is-hidden ", " d-none ",
    " hidden ", " hide ", " invisible "};

/* .. which these say. */
static const char *const seen[] = {":block", ":flex", ":grid", ":inline",
    ":contents", ":visible", ":not-sr-only", " d-sm-", " d-md-", " d-lg-",
    " d-xl-", " visible-", " d-print-"};

/* Every name above has one of these; few others have. */
static bool
may_be_named_away(const char *class)
{
	return class != NULL &&
	       (strstr(class, "hid") != NULL || strstr(class, "sr") != NULL ||
		   strstr(class, "creen") != NULL ||
		   strstr(class, "visib") != NULL ||
		   strstr(class, "none") != NULL);
}

static bool
is_named_away(const GumboNode *n, const char *const *names, size_t n_name)
{
	struct names s;

	if (!may_be_named_away(names_attribute(n, "class")))
		return false;
	s = names_of(n, "class", NULL);
	return names_have(&s, names, n_name) &&
	       !names_have(&s, seen, N_OF(seen));
}

bool
hint_is_folded(const GumboNode *n)
{
	return is_named_away(n, folded, N_OF(folded));
}

bool
hint_is_hidden(const GumboNode *n)
{
	static const char *const roles[] = {"menu", "menubar", "complementary",
	    "navigation", "alert", "alertdialog", "dialog", "search", "banner",
	    "contentinfo"};
	static const char *const yes[] = {"true"};
	const char *class = names_attribute(n, "class");

	if (names_attribute(n, "hidden") != NULL || hint_is_styled_away(n) ||
	    is_named_away(n, unseen, N_OF(unseen)) ||
	    is_one_of(names_attribute(n, "role"), roles, N_OF(roles)))
		return true;
	/* A picture of a formula may be hidden from those who are read to. */
	return is_one_of(names_attribute(n, "aria-hidden"), yes, 1) &&
	       (class == NULL || strstr(class, "fallback-image") == NULL);
}

bool
hint_is_caption(const GumboNode *n)
{
	static const char *const words[] = {"caption", "image-desc", "img-desc",
	    "photo-desc", "cutline", "bildunterschrift", "bildtext"};
	struct names s = names_of(n, "class", NULL);

	return names_have(&s, words, N_OF(words));
}

bool
hint_is_byline(const GumboNode *n)
{
	static const char *const author[] = {"author"};
	const char *prop = names_attribute(n, "itemprop");
	struct names s = names_of(n, "class", "id");

	return is_one_of(names_attribute(n, "rel"), author, 1) ||
	       (prop != NULL && strstr(prop, "author") != NULL) ||
	       names_have(&s, bylines, N_OF(bylines));
}
