#include "daemon/extract/tail.h"

#include <string.h>

#include "daemon/extract/names.h"
#include "daemon/extract/topic.h"
#include "proto/base/fold.h"
#include "proto/base/text.h"

#define LINE_MAX_LETTERS  60 /* as measured: a Chinese one counts two */
#define LINE_MAX_ELEMENTS 16
#define PROSE_MIN         160 /* letters above the line: the article has begun */
#define LINES_MAX         64  /* of a page that are looked at */
#define LOOKS_MAX         8
#define N_OF(a)           (sizeof(a) / sizeof((a)[0]))

/* Whole lines, in the languages that newsrooms write: folded.  Marks, figures and
 * blanks do not count. */
static const char *const lines[] = {
    /* what readers wrote */
    "comments", "add a comment", "leave a comment", "leave a reply",
    "post a comment", "add your opinion", "rate this article", "comentarios",
    "comentários", "commentaires", "commenti", "kommentare", "kommentarer",
    "reacties", "komentarze", "dodaj komentarz", "skomentuj",
    "wybrane komentarze", "комментарии", "добавить комментарий",
    "комментарии к новости", "оставить комментарий", "коментарі", "коментари",
    "σχόλια", "yorumlar", "komentar", "bình luận", "评论", "网友评论", "評論",
    "コメント", "댓글", "التعليقات", "نظرات", "תגובות", "ความคิดเห็น",
    /* what else there is */
    "elsewhere on the web", "latest news", "more stories", "most popular",
    "most read", "read also", "recommended", "related", "related articles",
    "related news", "related posts", "related stories", "you may also like",
    "you might also like", "lee también", "noticias relacionadas",
    "te puede interesar", "leia mais", "leia também", "notícias relacionadas",
    "lire aussi", "à lire aussi", "sur le même sujet", "articoli correlati",
    "leggi anche", "lesen sie auch", "mehr zum thema",
    "das könnte sie auch interessieren", "lees ook", "les også", "læs også",
    "läs mer", "läs också", "czytaj także", "czytaj też", "czytaj więcej",
    "ostatnie wiadomości", "podobne artykuły", "polecamy", "powiązane artykuły",
    "zobacz także", "zobacz też", "другие новости", "другие новости по теме",
    "новости партнеров", "новости по теме", "по теме", "последние новости",
    "самое обсуждаемое", "смотрите также", "ссылки по теме", "статьи по теме",
    "читайте также", "читайте також", "διαβάστε ακόμα", "διαβάστε επίσης",
    "σχετικά άρθρα", "ilgili haberler", "baca juga", "tin liên quan",
    "延伸阅读", "延伸閱讀", "相关报道", "相关链接", "相关文章", "相关新闻",
    "相关阅读", "相關新聞", "相關報導", "相關連結", "声明", "免责声明",
    "版权声明", "免責聲明", "版權聲明", "related links", "関連記事", "관련기사",
    "اقرأ أيضا", "مواضيع ذات صلة", "مطالب مرتبط", "קראו גם", "यह भी पढ़ें"};

/* 0 at the end. */
static uint32_t
next_letter(const uint8_t **p, const uint8_t *end)
{
	while (*p < end) {
		uint32_t c = fold_char(utf8_next(p));

		if (topic_is_letter(c) && !(c >= '0' && c <= '9'))
			return c;
	}
	return 0;
}

static bool
same_letters(struct bytes a, struct bytes b)
{
	const uint8_t *p = a.p, *q = b.p;
	uint32_t c, d;

	do {
		c = next_letter(&p, a.p + a.n);
		d = next_letter(&q, b.p + b.n);
	} while (c == d && c != 0);
	return c == d;
}

static bool
is_line(const struct page *p, uint32_t i)
{
	const struct page_element *e = &p->e[i];
	struct buf b;
	bool is = false;

	if (e->dead || !page_is_block(e->tag) || e->in.text == 0 ||
	    e->in.text > LINE_MAX_LETTERS || e->end - i > LINE_MAX_ELEMENTS)
		return false;
	buf_init(&b, 0);
	page_line(&b, e->node);
	for (size_t k = 0; k < N_OF(lines) && !is; k++)
		is = same_letters(buf_bytes(&b), bytes_str(lines[k]));
	buf_done(&b);
	return is;
}

static uint32_t
prose_of(const struct page_element *e)
{
	return e->dead ? 0 : e->in.prose + page_prose(e);
}

/* In |up|, above |i|. */
static uint32_t
prose_above(const struct page *p, uint32_t up, uint32_t i)
{
	uint32_t sum = 0;

	for (uint32_t k = up + 1; k < i; k = p->e[k].end)
		sum += prose_of(&p->e[k]);
	return sum;
}

static const char *
class_of(const struct page_element *e)
{
	const char *class = names_attribute(e->node, "class");

	return class != NULL ? class : "";
}

/* How prose is made: its elements and their classes. */
struct looks {
	const struct page_element *e[LOOKS_MAX];
	size_t n;
};

static bool
is_like(const struct looks *l, const struct page_element *e)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->e[i]->tag == e->tag &&
		    strcmp(class_of(l->e[i]), class_of(e)) == 0)
			return true;
	return false;
}

/* Of what stands above |i|, beside it. */
static void
looks_above(struct looks *l, const struct page *p, uint32_t i)
{
	l->n = 0;
	for (uint32_t k = p->e[i].up + 1; k < i && l->n < LOOKS_MAX;
	     k = p->e[k].end)
		if (prose_of(&p->e[k]) > 0 && !is_like(l, &p->e[k]))
			l->e[l->n++] = &p->e[k];
}

/* What holds |i|, from the inside out up to |top|, and enough above it; 0 if none. */
static uint32_t
holder(const struct page *p, uint32_t top, uint32_t i)
{
	while (i != top) {
		uint32_t up = p->e[i].up;

		if (prose_above(p, up, i) >= PROSE_MIN)
			return up;
		i = up;
	}
	return 0;
}

/* What stands behind |i|, beside it; but if the article goes on there, all of it may
 * be the article's. */
static void
cut_behind(struct page *p, uint32_t i)
{
	uint32_t end = p->e[p->e[i].up].end;
	struct looks l;

	looks_above(&l, p, i);
	for (uint32_t k = p->e[i].end; k < end; k = p->e[k].end)
		if (prose_of(&p->e[k]) > 0 && is_like(&l, &p->e[k]))
			return;
	for (uint32_t k = p->e[i].end; k < end; k = p->e[k].end)
		if (!p->e[k].dead)
			page_kill(p, k);
}

void
tail_cut(struct page *p, uint32_t top)
{
	size_t n = 0;

	for (uint32_t i = top + 1; i < p->e[top].end && n < LINES_MAX;) {
		bool line = is_line(p, i);
		uint32_t up = line ? holder(p, top, i) : 0;

		n += line;
		for (uint32_t at = i; up != 0 && at != up; at = p->e[at].up)
			cut_behind(p, at);
		if (up != 0)
			page_kill(p, i);
		i = p->e[i].dead ? p->e[i].end : i + 1;
	}
}
