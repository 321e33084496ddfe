#include "client/listing.h"

#include <string.h>

#include "client/date.h"
#include "client/json.h"
#include "client/term.h"
#include "proto/base/text.h"

#define TITLE_MIN 20
#define INDENT    "          "

int
listing_begin(struct listing *l, const struct app *a, struct home *h)
{
	*l = (struct listing){.a = a, .h = h, .width = term_width()};
	buf_init(&l->text, 0);
	buf_init(&l->keys, 0);
	return newsrooms_load(&l->newsrooms, h);
}

static void
put_line(struct listing *l, const struct index_article *x)
{
	const char *mark = x->status == ARTICLE_RETRACTED   ? "retracted: "
			   : x->status == ARTICLE_CORRECTED ? "corrected: "
							    : "";
	const char *plain = style(l->a, STYLE_PLAIN);
	size_t used = 24 + strlen(mark);
	struct buf *b = &l->text;
	char day[DATE_MAX];

	date_day(day, x->date);
	buf_printf(b, "%5zu %s%c%s %s%s%s  ", l->n, style(l->a, STYLE_BOLD),
	    x->read ? ' ' : '*', plain, style(l->a, STYLE_DIM), day, plain);
	if (l->newsrooms.n > 1) {
		term_column(b,
		    bytes_str(newsrooms_name(&l->newsrooms, &x->feed)),
		    l->newsrooms.width);
		buf_put_str(b, "  ");
		used += l->newsrooms.width + 2;
	}
	if (mark[0] != '\0')
		buf_printf(b, "%s%s%s", style(l->a, STYLE_BAD), mark, plain);
	term_cut(b, bytes_str(x->title),
	    l->width > used + TITLE_MIN ? l->width - used : TITLE_MIN);
	buf_put_str(b, x->has_text ? "\n" : " (not here yet)\n");
}

static void
put_passage(struct listing *l, struct bytes passage)
{
	size_t indent = strlen(INDENT);

	buf_put_str(&l->text, INDENT);
	buf_put_str(&l->text, style(l->a, STYLE_DIM));
	term_cut(&l->text, passage,
	    l->width > indent + TITLE_MIN ? l->width - indent : TITLE_MIN);
	buf_put_str(&l->text, style(l->a, STYLE_PLAIN));
	buf_put_u8(&l->text, '\n');
}

static void
say_json(size_t place, const struct index_article *x, struct bytes passage)
{
	static const char *const status[] = {"new", "corrected", "retracted"};
	char id[HEX_LEN(ARTICLE_ID_LEN) + 1], feed[ID_TEXT_LEN + 1];
	char date[DATE_MAX];
	struct json j;
	struct buf b;

	buf_init(&b, 0);
	hex_encode(id, x->id.b, ARTICLE_ID_LEN);
	id_text(feed, &x->feed);
	date_machine(date, x->date);
	json_init(&j, &b);
	json_open(&j, NULL, '{');
	json_uint(&j, "place", place);
	json_str(&j, "id", id);
	json_str(&j, "feed", feed);
	json_uint(&j, "issue", x->number);
	json_uint(&j, "revision", x->revision);
	json_str(&j, "status", status[x->status]);
	json_str(&j, "lang", x->lang);
	json_str(&j, "title", x->title);
	json_str(&j, "name", x->name);
	json_str(&j, "authors", x->authors);
	json_str(&j, "date", date);
	json_uint(&j, "bytes", x->size);
	json_bool(&j, "read", x->read);
	json_bool(&j, "here", x->has_text);
	if (passage.p != NULL)
		json_text(&j, "passage", passage);
	json_close(&j, '}');
	json_flush(&j);
	buf_done(&b);
}

void
listing_add(struct listing *l, const struct index_article *x,
    struct bytes passage)
{
	l->n++;
	index_list_add(&l->keys, x);
	if (l->a->json) {
		say_json(l->n, x, passage);
		return;
	}
	put_line(l, x);
	if (passage.p != NULL)
		put_passage(l, passage);
}

int
listing_end(struct listing *l)
{
	int err = buf_err(&l->text);

	if (err != 0)
		return home_complain("the list", err);
	if (l->text.n > 0)
		term_page(buf_bytes(&l->text));
	if (l->n > 0 && (err = index_list_keep(l->h->index, &l->keys)) != 0)
		return complain_of("the list with its numbers", "kept", err);
	return APP_DONE;
}

void
listing_done(struct listing *l)
{
	newsrooms_done(&l->newsrooms);
	buf_done(&l->text);
	buf_done(&l->keys);
}
