#include "daemon/extract/beside.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/extract/names.h"

#define N_OF(a)  (sizeof(a) / sizeof((a)[0]))
#define WORD_MAX 15 /* letters, with an "s" */

/*
 * Whole words of names, in the singular, sorted: "c-article__related-links" says that
 * links stand there, to what is related, whatever they are in.  In the languages of
 * those who make pages.
 */
static const char *const hard[] = {"agegate", "cmp", "combx", "comentario",
    "comment", "commentaire", "commentform", "commenti", "commentlist",
    "consent", "cookie", "correlati", "didomi", "disqus", "dsgvo", "gdpr",
    "komentar", "komentarz", "komentarze", "kommentar", "kommentare",
    "onetrust", "optanon", "outbrain", "privacy", "reacties", "recirc",
    "relacionada", "relacionado", "related", "replies", "reply", "respond",
    "shoutbox", "taboola", "usercentrics", "yorum", "yorumlar"};
static const char *const soft[] = {"account", "ad", "adv", "advert",
    "advertentie", "advertisement", "advertorial", "affiliate", "also",
    "ankieta", "annonce", "annons", "annonse", "anuncio", "anzeige",
    "assessment", "bagikan", "banner", "billboard", "bio", "biography",
    "bookmark", "breadcrumb", "burger", "button", "byline", "carousel",
    "colophon", "compartilhar", "compartir", "condividi", "copyright", "crumb",
    "cta", "dialog", "donate", "donation", "drawer", "dropdown", "encuesta",
    "feedback", "flyout", "follow", "footer", "hamburger", "iklan", "keyword",
    "leaderboard", "loggedin", "loggedout", "login", "logout", "masthead",
    "menu", "modal", "nav", "navbar", "navi", "navigation", "newsletter",
    "newsticker", "offcanvas", "othernews", "overlay", "pager", "pagination",
    "partage", "paylas", "paywall", "podobne", "poll", "popover", "popular",
    "popularne", "popup", "postmetadata", "premium", "promo", "promotion",
    "pubblicita", "publicidad", "publicidade", "publicite", "quiz", "ranking",
    "rating", "recommendation", "recommended", "register", "registration",
    "reklam", "reklama", "rss", "search", "share", "sharedaddy", "sharing",
    "shop", "shopping", "sidebar", "signin", "signup", "similar", "similares",
    "skiplink", "skyscraper", "social", "sonda", "sondage", "sponsor",
    "sponsored", "subnav", "subscribe", "subscriber", "subscription",
    "suggestion", "survey", "tag", "teaser", "teilen", "ticker", "timestamp",
    "toolbar", "tooltip", "topic", "trending", "udostepnij", "umfrage", "vcard",
    "weather", "werbung", "widget"};

/* Parts of names; a leading blank is the beginning of one.  They count where no word
 * of an article is beside them .. */
static const char *const parts[] = {"-ad-", "advert", "agegate", "aside",
    "banner", "breadcrumb", "combx", "comment", "community", "consent",
    "cookie", "cover-wrap", "disqus", "extra", "footer", "gdpr", "header",
    "legend", "login", "masthead", "menu", "modal", "most-read", "navbar",
    "newsletter", "outbrain", "pager", "pagination", "paywall", "popup",
    "promo", "recirc", "recommend", "related", "remark", "replies", "rss",
    "shoutbox", "sidebar", "skyscraper", "social", "sponsor", "subscribe",
    "supplemental", "taboola", "teaser", "toolbar", "trending", "werbung",
    "yom-remote", " ad-", " nav"};

/* .. which are these.  Both lists are Readability's. */
static const char *const article[] = {"and", "article", "body", "column",
    "content", "main", "mathjax", "shadow", "story", "post-", "entry"};

/* Of the parts, what is never an article, however long it is. */
static const char *const never[] = {"agegate", "breadcrumb", "combx", "comment",
    "consent", "cookie", "disqus", "footer", "gdpr", "legend", "most-read",
    "newsletter", "outbrain", "recirc", "recommend", "related", "remark",
    "replies", "shoutbox", "skyscraper", "sponsor", "taboola", "trending",
    "werbung", "yom-remote"};

static bool
is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Take the next word off the front of |*name| into |ret|, in lower case: "relatedLinks"
 * has two.  False if there is none. */
static bool
next_word(const char **name, char ret[WORD_MAX + 1])
{
	const char *s = *name;
	size_t n = 0;

	while (*s != '\0' && !is_letter(*s))
		s++;
	if (*s == '\0')
		return false;
	do {
		if (n < WORD_MAX)
			ret[n++] = (char)(*s | 0x20);
		s++;
	} while (is_letter(*s) && !(*s < 'a' && s[-1] >= 'a'));
	ret[n] = '\0';
	*name = s;
	return true;
}

static int
by_text(const void *key, const void *word)
{
	return strcmp(key, *(const char *const *)word);
}

static bool
is_in(const char *word, const char *const *list, size_t n)
{
	return bsearch(word, list, n, sizeof(list[0]), by_text) != NULL;
}

static enum beside
word_says(const char *word)
{
	if (is_in(word, hard, N_OF(hard)))
		return BESIDE_HARD;
	return is_in(word, soft, N_OF(soft)) ? BESIDE_SOFT : BESIDE_NOT;
}

static enum beside
words_say(const char *names)
{
	enum beside best = BESIDE_NOT, how;
	char word[WORD_MAX + 1];

	while (names != NULL && next_word(&names, word)) {
		size_t n = strlen(word);

		how = word_says(word);
		if (how == BESIDE_NOT && word[n - 1] == 's') {
			word[n - 1] = '\0';
			how = word_says(word);
		}
		best = how > best ? how : best;
	}
	return best;
}

/* An anchor says what is written there, as "how-to-donate-your-books". */
static bool
is_anchor(const char *id)
{
	size_t marks = 0;

	for (; id != NULL && *id != '\0'; id++)
		marks += *id == '-' || *id == '_';
	return marks > 2;
}

static enum beside
parts_say(const GumboNode *n)
{
	struct names s = names_of(n, "class", "id");

	if (!names_have(&s, parts, N_OF(parts)) ||
	    names_have(&s, article, N_OF(article)))
		return BESIDE_NOT;
	return names_have(&s, never, N_OF(never)) ? BESIDE_HARD : BESIDE_SOFT;
}

/* The web's usual way to show formulas: each of them has a "CtxtMenu". */
static bool
is_formula(const GumboNode *n)
{
	static const char *const mathjax[] = {"mathjax"};
	struct names s = names_of(n, "class", NULL);

	return names_have(&s, mathjax, 1);
}

enum beside
beside_of(const GumboNode *n)
{
	const char *id = names_attribute(n, "id");
	enum beside how = words_say(names_attribute(n, "class")), other;

	if (how != BESIDE_NOT && is_formula(n))
		return BESIDE_NOT;
	other = is_anchor(id) ? BESIDE_NOT : words_say(id);
	how = other > how ? other : how;
	other = how == BESIDE_HARD ? BESIDE_NOT : parts_say(n);
	return other > how ? other : how;
}

bool
beside_names_article(const GumboNode *n)
{
	struct names s = names_of(n, "class", "id");

	return names_have(&s, article, N_OF(article));
}
