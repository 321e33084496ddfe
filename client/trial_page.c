#include "client/date.h"
#include "client/page.h"
#include "client/trial.h"
#include "proto/base/script.h"
#include "proto/base/text.h"
#include "proto/object/markup.h"

static const char style_sheet[] =
    "body{max-width:84rem}.two{display:grid;gap:3rem;"
    "grid-template-columns:minmax(0,1fr) minmax(0,1fr)}"
    "@media(max-width:60rem){.two{grid-template-columns:minmax(0,1fr)}}"
    ".before{font-size:.85rem;font-family:system-ui,'Noto Sans',sans-serif}"
    ".before p{margin:.3em 0;padding-inline-start:.8rem;"
    "border-inline-start:3px solid var(--good)}"
    ".before p.out{border-color:var(--line);color:var(--soft)}"
    ".change{border:1px solid var(--line);padding:0 1rem;margin:1.5rem 0}"
    "ins{text-decoration:underline}hr.next{margin:4rem 0}"
    "hr.next:last-child{display:none}";

static void
put(struct buf *b, const char *s)
{
	buf_put_str(b, s);
}

static void
put_text(struct buf *b, struct bytes t)
{
	markup_escape(b, t, true);
}

static void
put_voice(struct buf *b, struct bytes lang)
{
	put(b, " lang=\"");
	put_text(b, lang);
	buf_printf(b, "\" dir=\"%s\"", script_dir(lang));
}

/* A picture is not here, but what it is called is. */
static void
put_picture(struct buf *b, const struct trial *t, struct bytes src)
{
	uint64_t i;

	put(b, "<span class=\"picture\">Picture");
	if (dec_parse(&i, (const char *)src.p, src.n) == 0 &&
	    i < t->n_picture && t->alt[i].n > 0) {
		put(b, ": ");
		put_text(b, buf_bytes(&t->alt[i]));
	}
	put(b, "</span>");
}

static void
put_attribute(struct buf *b, const char *name, struct bytes value)
{
	if (value.p == NULL)
		return;
	buf_printf(b, " %s=\"", name);
	buf_put(b, value.p, value.n); /* escaped as it is */
	put(b, "\"");
}

static void
put_tag(struct buf *b, const struct trial *t, const struct markup_token *m)
{
	if (m->tag == MARKUP_IMG) {
		put_picture(b, t, m->src);
		return;
	}
	buf_printf(b, "<%s%s", m->open ? "" : "/", markup_name(m->tag));
	if (m->open) {
		put_attribute(b, "dir", m->dir);
		/* Articles beside it are not here either. */
		if (m->href.n > 0 && m->href.p[0] != '#') {
			put_attribute(b, "href", m->href);
			put(b, " rel=\"noreferrer\"");
		}
		put_attribute(b, "lang", m->lang);
	}
	put(b, ">");
}

static void
put_body(struct buf *b, const struct trial *t)
{
	struct markup_token m;
	size_t at = 0;

	while (markup_next(buf_bytes(&t->body), &at, &m))
		if (m.tag == MARKUP_TEXT)
			buf_put(b, m.text.p, m.text.n);
		else
			put_tag(b, t, &m);
}

static void
put_part(struct buf *b, bool *first, struct bytes text)
{
	if (text.n == 0)
		return;
	put(b, *first ? "<bdi>" : " · <bdi>");
	put_text(b, text);
	put(b, "</bdi>");
	*first = false;
}

static void
put_head(struct buf *b, const struct trial *t)
{
	struct bytes who = trial_text(t, TRIAL_AUTHORS);
	char date[DATE_MAX] = "no date";
	bool first = true;

	if (t->published != 0)
		date_minute(date, (int64_t)t->published);
	put(b, "<h1>");
	put_text(b, trial_text(t, TRIAL_TITLE));
	put(b, "</h1>\n<p class=\"by\">");
	put_part(b, &first, who.n > 0 ? who : bytes_str("no author"));
	put_part(b, &first, bytes_str(date));
	put_part(b, &first, trial_text(t, TRIAL_LANG));
	put_part(b, &first, trial_text(t, TRIAL_SECTION));
	put_part(b, &first, trial_text(t, TRIAL_ADDRESS));
	put(b, "</p>\n");
	if (trial_text(t, TRIAL_SUMMARY).n > 0) {
		put(b, "<p class=\"by\" dir=\"auto\">");
		put_text(b, trial_text(t, TRIAL_SUMMARY));
		put(b, "</p>\n");
	}
	if (trial_text(t, TRIAL_MESSAGE).n == 0)
		return;
	put(b, "<p class=\"note\" lang=\"en\" dir=\"ltr\">");
	put_text(b, trial_text(t, TRIAL_MESSAGE));
	put(b, "</p>\n");
}

static void
put_outcome(struct buf *b, const struct trial *t, struct bytes change)
{
	const char *words = trial_outcome(t);

	if (words == NULL)
		return;
	put(b, "<div class=\"change\">\n<p lang=\"en\" dir=\"ltr\">");
	put(b, words);
	put(b, "</p>\n");
	buf_put(b, change.p, change.n);
	put(b, "</div>\n");
}

static void
put_words(struct buf *b, const char *tag, struct bytes text)
{
	if (text.n == 0)
		return;
	buf_printf(b, "<p dir=\"auto\"><%s>", tag);
	put_text(b, text);
	buf_printf(b, "</%s></p>\n", tag);
}

void
trial_page_change(struct buf *change, const struct ctl_item *it)
{
	put_words(change, "del", ctl_text(it, "before"));
	put_words(change, "ins", ctl_text(it, "after"));
	if (ctl_text(it, "parts").n == 0)
		return;
	put(change, "<p lang=\"en\" dir=\"ltr\">");
	put_text(change, ctl_text(it, "parts"));
	buf_printf(change, ": −%llu +%llu words%s</p>\n",
	    (unsigned long long)ctl_number(it, "removed"),
	    (unsigned long long)ctl_number(it, "added"),
	    ctl_flag(it, "more") ? "; the first are" : "");
}

static void
put_before(struct buf *b, const struct trial *t)
{
	struct bytes lines = buf_bytes(&t->lines), text;
	bool kept;

	while (trial_line(&lines, &kept, &text)) {
		put(b, kept ? "<p dir=\"auto\">"
			    : "<p class=\"out\" dir=\"auto\"><del>");
		put_text(b, text);
		put(b, kept ? "</p>\n" : "</del></p>\n");
	}
}

void
trial_page_begin(struct buf *b)
{
	page_begin(b, bytes_str("en"), bytes_str("What would be published"),
	    style_sheet);
	put(b, "</head>\n<body>\n<nav>What would be published, beside the "
	       "lines of the document; those that are struck through would "
	       "not be.</nav>\n<main>\n");
}

void
trial_page_put(struct buf *b, const struct trial *t, struct bytes change)
{
	put(b, "<div class=\"two\">\n<article");
	put_voice(b, trial_text(t, TRIAL_LANG));
	put(b, ">\n");
	put_head(b, t);
	put_outcome(b, t, change);
	put_body(b, t);
	put(b, "\n</article>\n<section class=\"before\"");
	put_voice(b, trial_text(t, TRIAL_LANG));
	put(b, ">\n");
	put_before(b, t);
	put(b, "</section>\n</div>\n<hr class=\"next\">\n");
}

void
trial_page_end(struct buf *b)
{
	put(b,
	    "</main>\n<footer>Made by quire try. Nothing was published.</footer>\n"
	    "</body>\n</html>\n");
}
