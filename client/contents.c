#include "client/contents.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "client/date.h"
#include "client/language.h"
#include "client/page.h"
#include "proto/base/qerr.h"
#include "proto/base/script.h"
#include "proto/object/markup.h"

#define FILE_MAX 64

static const char style_sheet[] =
    "h1{margin-bottom:.1em}.by{margin-bottom:1.2rem}"
    "nav a,nav b{display:inline-block;margin-inline-end:1em}"
    "h2{font:600 .85rem/1.45 system-ui,'Noto Sans',sans-serif;color:var(--soft);"
    "margin:2.2rem 0 0;padding-bottom:.4rem;border-bottom:1px solid var(--line)}"
    "ul{list-style:none;padding:0;margin:0}"
    "li{padding:.75rem 0;border-bottom:1px solid var(--line)}"
    "li a{text-decoration:none;font-size:1.15rem;line-height:1.35}"
    "li a:hover{text-decoration:underline}li a:visited{color:var(--soft)}"
    "li p{margin:.25rem 0 0;line-height:1.45;font-size:.95rem}"
    "li p.of{color:var(--soft);font:.8rem/1.45 system-ui,'Noto Sans',sans-serif}"
    ".bad{color:var(--bad)}";

/* A language that has pages of its own: its primary subtag. */
struct language {
	char tag[9];
	size_t n;
};

struct making {
	struct contents *c;
	struct language lang[CONTENTS_LANGS];
	size_t n_lang;
	const char *only; /* a language; NULL: all */
	size_t n;         /* entries of it */
	struct buf b;
	int (*write)(void *arg, const char *file, struct bytes page);
	void *arg;
};

void
contents_init(struct contents *c, const char *title)
{
	*c = (struct contents){.title = title};
}

void
contents_done(struct contents *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->line[i].text);
	free(c->line);
}

/* Append |s| to what stands at |*to|; returns where. */
static const char *
keep(char **to, const char *s)
{
	const char *at = *to;

	*to = stpcpy(*to, s) + 1;
	return at;
}

int
contents_add(struct contents *c, const struct contents_entry *e)
{
	struct contents_line *line;
	char *to;

	if (c->n == c->cap) {
		size_t cap = c->cap == 0 ? 256 : 2 * c->cap;

		if ((line = realloc(c->line, cap * sizeof(*line))) == NULL)
			return QERR_NOMEM;
		c->line = line;
		c->cap = cap;
	}
	line = &c->line[c->n];
	line->e = *e;
	line->order = c->n;
	line->text = to = malloc(strlen(e->name) + strlen(e->title) +
				 strlen(e->lang) + strlen(e->summary) + 4);
	if (to == NULL)
		return QERR_NOMEM;
	line->e.name = keep(&to, e->name);
	line->e.title = keep(&to, e->title);
	line->e.lang = keep(&to, e->lang);
	line->e.summary = keep(&to, e->summary);
	c->n++;
	return 0;
}

/* Languages. */

/* Compare the primary subtag of |lang| with |tag|, which is in small letters: En is en, and
 * where names are the same whatever their case, its list would be the same file. */
static bool
speaks(const char *lang, const char *tag)
{
	size_t n = strcspn(lang, "-");

	return strlen(tag) == n && strncasecmp(lang, tag, n) == 0;
}

static int
by_use(const void *x, const void *y)
{
	const struct language *a = x, *b = y;

	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return strcmp(a->tag, b->tag);
}

static void
count_language(struct making *m, const char *lang)
{
	size_t n = strcspn(lang, "-"), i = 0;

	while (i < m->n_lang && !speaks(lang, m->lang[i].tag))
		i++;
	if (i == CONTENTS_LANGS || n >= sizeof(m->lang[i].tag))
		return;
	if (i == m->n_lang) {
		m->lang[m->n_lang++] = (struct language){.n = 0};
		for (size_t k = 0; k < n; k++)
			m->lang[i].tag[k] =
			    (char)tolower((unsigned char)lang[k]);
	}
	m->lang[i].n++;
}

/* The files. */

static void
file_name(char dst[FILE_MAX], const char *lang, size_t page)
{
	char number[24] = "";

	if (page > 0)
		snprintf(number, sizeof(number), "-%zu", page + 1);
	snprintf(dst, FILE_MAX, "index%s%s%s.html", lang != NULL ? "-" : "",
	    lang != NULL ? lang : "", number);
}

static void
put(struct making *m, const char *s)
{
	buf_put_str(&m->b, s);
}

static void
put_text(struct making *m, const char *s)
{
	markup_escape(&m->b, bytes_str(s), true);
}

static const char *
language_name(const char *tag)
{
	const char *name = language_own_name(bytes_str(tag));

	return name != NULL ? name : tag;
}

static void
put_choice(struct making *m, const char *lang, const char *name)
{
	char file[FILE_MAX];
	bool here = lang == NULL || m->only == NULL
			? lang == m->only
			: strcmp(lang, m->only) == 0;

	file_name(file, lang, 0);
	if (here)
		put(m, "<b>");
	else
		buf_printf(&m->b, "<a href=\"%s\">", file);
	put(m, "<bdi>");
	put_text(m, name);
	put(m, here ? "</bdi></b>\n" : "</bdi></a>\n");
}

static void
put_languages(struct making *m)
{
	if (m->n_lang < 2)
		return;
	put(m, "<nav>\n");
	put_choice(m, NULL, "All");
	for (size_t i = 0; i < m->n_lang; i++)
		put_choice(m, m->lang[i].tag, language_name(m->lang[i].tag));
	put(m, "</nav>\n");
}

static void
put_pages(struct making *m, size_t page)
{
	size_t pages = (m->n + CONTENTS_PAGE - 1) / CONTENTS_PAGE;
	char file[FILE_MAX];

	if (pages < 2)
		return;
	put(m, "<nav>\nPages \n");
	for (size_t i = 0; i < pages; i++) {
		file_name(file, m->only, i);
		if (i == page)
			buf_printf(&m->b, "<b>%zu</b>\n", i + 1);
		else
			buf_printf(&m->b, "<a href=\"%s\">%zu</a>\n", file,
			    i + 1);
	}
	put(m, "</nav>\n");
}

/* A summary is cut behind a word. */
static void
put_summary(struct making *m, const char *s)
{
	size_t n = strlen(s), cut = CONTENTS_SUMMARY;

	if (n == 0)
		return;
	put(m, "<p>");
	if (n > cut) {
		while (cut > CONTENTS_SUMMARY / 2 && s[cut] != ' ')
			cut--;
		while (((uint8_t)s[cut] & 0xc0) == 0x80)
			cut--;
		markup_escape(&m->b, bytes_of(s, cut), true);
		put(m, "…");
	} else {
		put_text(m, s);
	}
	put(m, "</p>");
}

static void
put_entry(struct making *m, const struct contents_entry *e)
{
	bool several = m->n_lang > 1 && m->only == NULL;

	put(m, "<li lang=\"");
	put_text(m, e->lang);
	buf_printf(&m->b, "\" dir=\"%s\"><a href=\"a/%s.html\">",
	    script_dir(bytes_str(e->lang)), e->name);
	put_text(m, e->title);
	put(m, "</a>");
	if (e->status != ARTICLE_NEW)
		buf_printf(&m->b,
		    " <small class=\"bad\" lang=\"en\">%s</small>",
		    e->status == ARTICLE_RETRACTED ? "taken back"
						   : "corrected");
	put_summary(m, e->summary);
	if (e->newsroom != NULL || several) {
		put(m, "<p class=\"of\"><bdi>");
		if (e->newsroom != NULL)
			put_text(m, e->newsroom);
		put(m, e->newsroom != NULL && several ? "</bdi> · <bdi>" : "");
		if (several)
			put_text(m, language_name(e->lang));
		put(m, "</bdi></p>");
	}
	put(m, "</li>\n");
}

/* The entries of one page, under their days. */
static void
put_entries(struct making *m, size_t page)
{
	char day[DATE_MAX], before[DATE_MAX] = "";
	size_t k = 0;

	for (size_t i = 0; i < m->c->n; i++) {
		const struct contents_entry *e = &m->c->line[i].e;

		if ((m->only != NULL && !speaks(e->lang, m->only)) ||
		    k++ / CONTENTS_PAGE != page)
			continue;
		date_day(day, e->date);
		if (strcmp(day, before) != 0) {
			if (before[0] != '\0')
				put(m, "</ul>\n");
			buf_printf(&m->b, "<h2><time>%s</time></h2>\n<ul>\n",
			    day);
			strcpy(before, day);
		}
		put_entry(m, e);
	}
	if (before[0] != '\0')
		put(m, "</ul>\n");
}

static int
write_page(struct making *m, size_t page)
{
	char file[FILE_MAX];

	buf_clear(&m->b);
	page_begin(&m->b, bytes_str("en"), bytes_str(m->c->title), style_sheet);
	put(m, "</head>\n<body>\n<main>\n<h1 dir=\"auto\">");
	put_text(m, m->c->title);
	buf_printf(&m->b,
	    "</h1>\n<p class=\"by\">%zu article%s, newest first. Every "
	    "signature was checked.</p>\n",
	    m->n, m->n == 1 ? "" : "s");
	put_languages(m);
	put_entries(m, page);
	put_pages(m, page);
	put(m, "</main>\n<footer>Made by quire. No script, nothing remote: "
	       "these pages tell nobody that you read them.</footer>\n"
	       "</body>\n</html>\n");
	if (buf_err(&m->b) != 0)
		return buf_err(&m->b);
	file_name(file, m->only, page);
	return m->write(m->arg, file, buf_bytes(&m->b));
}

/* All pages of one language, or of all if |lang| is NULL. */
static int
write_pages(struct making *m, const char *lang, size_t n)
{
	int err = 0;

	m->only = lang;
	m->n = n;
	for (size_t i = 0; (i == 0 || i * CONTENTS_PAGE < n) && err == 0; i++)
		err = write_page(m, i);
	return err;
}

static int
by_date(const void *x, const void *y)
{
	const struct contents_line *a = x, *b = y;

	if (a->e.date != b->e.date)
		return a->e.date > b->e.date ? -1 : 1;
	if (a->e.number != b->e.number)
		return a->e.number > b->e.number ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

int
contents_write(struct contents *c,
    int (*write)(void *arg, const char *file, struct bytes page), void *arg)
{
	struct making m = {.c = c, .write = write, .arg = arg};
	int err;

	buf_init(&m.b, 0);
	if (c->n > 0)
		qsort(c->line, c->n, sizeof(*c->line), by_date);
	for (size_t i = 0; i < c->n; i++)
		count_language(&m, c->line[i].e.lang);
	qsort(m.lang, m.n_lang, sizeof(m.lang[0]), by_use);
	err = write_pages(&m, NULL, c->n);
	for (size_t i = 0; i < m.n_lang && m.n_lang > 1 && err == 0; i++)
		err = write_pages(&m, m.lang[i].tag, m.lang[i].n);
	buf_done(&m.b);
	return err;
}
