#include "daemon/extract/said.h"

#include <string.h>

#include "daemon/extract/topic.h"
#include "proto/base/fold.h"
#include "proto/base/text.h"

#define N_OF(a)     (sizeof(a) / sizeof((a)[0]))
#define LETTERS_MAX 48

/* In the languages that newsrooms write: folded, and a letter comes first. */
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
    "اقرأ أيضا", "مواضيع ذات صلة", "مطالب مرتبط", "קראו גם", "यह भी पढ़ें",
    "also read", "read next", "don't miss", "recommended videos",
    "related topics", "more on this story", "more on this topic",
    "around the web", "trending now", "lea también", "lea además",
    "más noticias", "también te puede interesar", "veja mais", "lire également",
    "à lire également", "sur le même thème", "potrebbe interessarti",
    "ti potrebbe interessare", "auch interessant", "mehr zu diesem thema",
    "weitere artikel", "meer over dit onderwerp", "lue myös", "przeczytaj też",
    "przeczytaj także", "przeczytaj również", "czytaj również",
    "zobacz również", "najczęściej czytane", "najnowsze wiadomości",
    "více k tématu", "související články", "čtěte také", "přečtěte si také",
    "súvisiace články", "prečítajte si aj", "kapcsolódó cikkek", "citește și",
    "articole similare", "pročitajte još", "vezane vijesti", "прочетете още",
    "прочитај и", "читай также", "читать также", "читайте по теме",
    "больше по теме", "ещё по теме", "еще по теме", "материалы по теме",
    "самое читаемое", "читати також", "новини за темою", "чытайце таксама",
    "δείτε ακόμη", "διαβάστε σχετικά", "bunlar da ilginizi çekebilir",
    "benzer haberler", "oxşar xəbərlər", "artikel terkait", "berita terkait",
    "xem thêm", "đọc thêm", "tin cùng chuyên mục", "推荐阅读", "推薦閱讀",
    "相關閱讀", "相關文章", "热门推荐", "猜你喜欢", "更多新聞", "関連ニュース",
    "関連リンク", "あわせて読みたい", "人気記事", "관련뉴스", "관련기사더보기",
    "많이본뉴스", "함께보면좋은기사", "인기기사", "اقرأ أيضًا", "اقرأ أيضاً",
    "اقرأ المزيد", "شاهد أيضا", "أخبار ذات صلة", "موضوعات متعلقة",
    "بیشتر بخوانید", "همچنین بخوانید", "اخبار مرتبط", "مزید پڑھیں", "ये भी पढ़ें",
    "संबंधित खबरें", "আরও পড়ুন", "ข่าวที่เกี่ยวข้อง", "อ่านเพิ่มเติม"};

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

/* The first letters of a text: more than any line has, so that it is folded but once. */
struct letters {
	uint32_t c[LETTERS_MAX];
	const uint8_t *behind[LETTERS_MAX];
	size_t n;
};

static void
take_letters(struct letters *l, struct bytes text)
{
	const uint8_t *p = text.p, *end = text.p + text.n;
	uint32_t c;

	l->n = 0;
	while (l->n < LETTERS_MAX && (c = next_letter(&p, end)) != 0) {
		l->c[l->n] = c;
		l->behind[l->n++] = p;
	}
}

/* |l| has the letters of |line|, and, if |whole|, no others; else no word goes on. */
static bool
has_letters(const struct letters *l, const char *line, bool whole,
    const uint8_t *end)
{
	const uint8_t *q = (const uint8_t *)line, *p;
	struct bytes rest;
	size_t n = 1;
	uint32_t d;

	if (utf8_next(&q) != l->c[0])
		return false;
	rest = bytes_str((const char *)q);
	while ((d = next_letter(&q, rest.p + rest.n)) != 0)
		if (n == l->n || l->c[n++] != d)
			return false;
	if (whole || n == l->n)
		return n == l->n;
	p = l->behind[n - 1];
	return p == end || !topic_is_letter(fold_char(utf8_next(&p)));
}

static bool
is_one(struct bytes text, bool whole)
{
	struct letters l;
	bool is = false;

	take_letters(&l, text);
	for (size_t k = 0; k < N_OF(lines) && l.n > 0 && !is; k++)
		is = has_letters(&l, lines[k], whole, text.p + text.n);
	return is;
}

bool
said_is(struct bytes line)
{
	return is_one(line, true);
}

bool
said_begins(struct bytes text)
{
	return is_one(text, false);
}
