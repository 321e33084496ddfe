#include "daemon/extract/foot.h"

#include <string.h>

#include "daemon/extract/phrase.h"
#include "proto/base/text.h"

#define N_OF(a)      (sizeof(a) / sizeof((a)[0]))
#define LINES_MAX    24
#define NOTE_MAX     400 /* letters */
#define SHARE_MIN    4   /* what is more of the article is no note */
#define LABELLED_MAX 160
#define ELEMENTS_MAX 64
#define TITLE_MIN    8   /* bytes */
#define ORIGIN_MAX   160 /* bytes that are said around a title */

/* A colon is behind them. */
static const char *const labels[] = {
    /* whence it is */
    "source", "via", "quelle", "quellen", "fuente", "fonte", "źródło", "zdroj",
    "forrás", "sursa", "kaynak", "kilde", "källa", "bron", "lähde", "πηγή",
    "источник", "джерело", "крыніца", "извор", "来源", "來源", "本文来源",
    "本文來源", "资料来源", "資料來源", "文章來源", "消息來源", "出典", "출처",
    "المصدر", "منبع", "سرچینه", "سەرچاوە", "ምንጭ", "ምንጪ", "წყარო", "աղբյուր",
    "дереккөз", "манба", "manba", "mənbə", "সূত্র", "nguồn", "sumber",
    "по материалам источника", "адрес материала", "адреса матеріалу",
    "original source", "read more at",
    /* what it is about */
    "tags", "tag", "tagi", "tagged", "filed under", "categories", "keywords",
    "topics", "schlagworte", "schlagwörter", "stichworte", "etiquetas",
    "mots-clés", "parole chiave", "słowa kluczowe", "štítky", "címkék",
    "etiketler", "ετικέτες", "теги", "тэги", "метки", "ключевые слова",
    "ключові слова", "рубрика", "标签", "標籤", "关键词", "关键字", "關鍵字",
    "タグ", "태그", "الوسوم", "برچسب‌ها", "برچسب",
    "کلیدواژه‌ها", "тэгі",
    /* who worked on it, and how many read it */
    "责任编辑", "責任編輯", "责编", "编辑", "編輯", "views", "hits",
    "просмотров", "переглядів", "wyświetleń", "odsłon", "阅读", "点击数"};

/* Anything is. */
static const char *const openings[] = {"to contact the reporter",
    "to contact the editor", "to contact the writer", "to contact the author",
    "contact the author", "follow us", "like us on", "find us on", "join us on",
    "subscribe to", "sign up for", "sign up to", "click here", "read more",
    "see more", "continue reading", "weiterlesen", "lire la suite", "leer más",
    "seguir leyendo", "leia mais", "continua a leggere", "devamını oku",
    "czytaj dalej", "читать далее", "читать дальше", "читати далі",
    "чытаць далей", "ادامه مطلب", "اقرأ المزيد", "阅读全文", "閱讀全文",
    "繼續閱讀", "继续阅读", "続きを読む", "더보기", "have a tip", "got a tip",
    "comments are", "comments that", "copyright", "all rights reserved",
    "this material may not be", "originally published",
    "alle rechte vorbehalten", "folgen sie uns", "jetzt abonnieren",
    "hat ihnen dieser artikel gefallen", "abonnez-vous", "inscrivez-vous",
    "suivez-nous", "tous droits réservés", "suscríbete", "síguenos",
    "todos los derechos reservados", "todos os direitos reservados",
    "inscreva-se", "iscriviti", "seguici", "riproduzione riservata",
    "tutti i diritti riservati", "wszelkie prawa zastrzeżone", "zapisz się",
    "polub nas", "по материалам", "по информации", "опубликован в газете",
    "заголовок в газете", "если вы заметили ошибку", "если вы нашли ошибку",
    "нашли ошибку", "нашли опечатку", "заметили ошибку", "ошибка в тексте",
    "знайшли помилку", "помітили помилку", "якщо ви помітили",
    "якщо ви знайшли", "подписывайтесь", "подпишитесь", "підписуйтесь",
    "підписуйтеся", "присоединяйтесь", "читайте нас", "зарегистрируйтесь",
    "авторизуйтесь", "все права защищены", "всі права захищені",
    "при использовании материалов", "перепечатка", "копирование материалов",
    "версия для печати", "ακολουθήστε", "abone ol", "声明", "免责声明",
    "版权声明", "凡注明", "凡本网", "凡本網", "本网声明", "本文来自",
    "本文來自", "更多精彩", "更多原创", "返回", "本文版权", "未经授权",
    "未經授權", "未经许可", "转载请", "轉載請", "点击进入", "點擊進入",
    "点击查看", "关注我们", "欢迎关注", "无断转载", "無断転載", "무단전재",
    "저작권자", "جميع الحقوق محفوظة", "تابعونا", "انتهای پیام", "کلیه حقوق",
    "تمامی حقوق", "ټول حقوق", "падпісвайцеся", "падпішыцеся", "знайшлі памылку",
    "заўважылі памылку", "калі вы заўважылі", "усе правы абаронены",
    "барлық құқықтар", "барча ҳуқуқлар", "barcha huquqlar", "bütün hüquqlar",
    "tüm hakları", "ყველა უფლება", "բոլոր իրավունքները"};

static bool
is_labelled(struct bytes s)
{
	static const char *const colons[] = {":", "：", "፡", "፦"};
	size_t n = phrase_begins(s, labels, N_OF(labels));

	while (n < s.n && s.p[n] == ' ')
		n++;
	for (size_t i = 0; n > 0 && i < N_OF(colons); i++) {
		size_t m = strlen(colons[i]);

		if (s.n - n >= m && memcmp(s.p + n, colons[i], m) == 0)
			return true;
	}
	return false;
}

/* An address, of the web or of mail, and no word. */
static bool
is_address(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	return memmem(s.p, s.n, "://", 3) != NULL ||
	       memchr(s.p, '@', s.n) != NULL ||
	       (s.n > 4 && memcmp(s.p, "www.", 4) == 0);
}

static bool
begins(struct bytes s, const char *mark)
{
	size_t n = strlen(mark);

	return s.n > n && memcmp(s.p, mark, n) == 0;
}

/* "Select it and press Ctrl+Enter", in any language. */
static bool
names_keys(const struct buf *b)
{
	const char *ctrl = strcasestr((const char *)b->p, "ctrl");

	return ctrl != NULL && strcasestr(ctrl, "enter") != NULL;
}

/* "The post TITLE appeared first on SITE", with links, in any language. */
static bool
is_origin(const struct page *p, uint32_t i, struct bytes title)
{
	const struct page_element *e = &p->e[i];
	struct bytes line;
	struct buf b;
	bool is;

	if (title.n < TITLE_MIN || e->in.img > 0 ||
	    page_link_density(p, i) < 0.3f || e->end - i > ELEMENTS_MAX)
		return false;
	buf_init(&b, 0);
	page_line(&b, e->node);
	line = text_trim(buf_bytes(&b));
	is = line.n > title.n && line.n <= title.n + ORIGIN_MAX &&
	     memmem(line.p, line.n, title.p, title.n) != NULL;
	buf_done(&b);
	return is;
}

static bool
is_note(const struct page *p, uint32_t top, uint32_t i)
{
	const struct page_element *e = &p->e[i];
	struct bytes s;
	struct buf b;
	bool is;

	if (e->in.text > NOTE_MAX ||
	    e->in.text > p->e[top].in.text / SHARE_MIN ||
	    e->end - i > ELEMENTS_MAX)
		return false;
	buf_init(&b, 0);
	page_line(&b, e->node);
	buf_put_u8(&b, '\0');
	s = text_trim(bytes_of(b.p, b.n - 1));
	is = buf_err(&b) == 0 &&
	     (is_address(s) || begins(s, "©") || begins(s, "(c)") ||
		 names_keys(&b) ||
		 (e->in.text <= LABELLED_MAX && is_labelled(s)) ||
		 phrase_begins(s, openings, N_OF(openings)) > 0);
	buf_done(&b);
	return is;
}

/* The last element in |i| with text, and no text of |i| itself behind it; or 0. */
static uint32_t
last_in(const struct page *p, uint32_t i)
{
	const GumboVector *c = &p->e[i].node->v.element.children;
	uint32_t last = 0;

	for (uint32_t k = i + 1; k < p->e[i].end; k = p->e[k].end)
		if (!p->e[k].dead && p->e[k].in.text > 0)
			last = k;
	for (unsigned k = c->length; last != 0 && k-- > 0;) {
		const GumboNode *n = c->data[k];

		if (n == p->e[last].node)
			break;
		if (n->type == GUMBO_NODE_TEXT)
			return 0;
	}
	return last;
}

/* The last block in |top| that has no other in it; 0 if something else is the last. */
static uint32_t
last_line(const struct page *p, uint32_t top)
{
	uint32_t i = top;

	do {
		i = last_in(p, i);
		if (i == 0 || !page_is_block(p->e[i].tag))
			return 0;
	} while (p->e[i].in.block > 0);
	return i;
}

void
foot_cut(struct page *p, uint32_t top, struct bytes title)
{
	for (size_t n = 0; n < LINES_MAX; n++) {
		uint32_t i = last_line(p, top);

		if (i == 0 || (!is_note(p, top, i) && !is_origin(p, i, title)))
			return;
		page_kill(p, i);
	}
}

void
foot_cut_links(struct page *p, uint32_t top, struct bytes title)
{
	for (size_t n = 0; n < LINES_MAX; n++) {
		uint32_t i = last_line(p, top);
		bool link = i != 0 && page_link_density(p, i) > 0.8f;

		if (i == 0 ||
		    !((link && is_note(p, top, i)) || is_origin(p, i, title)))
			return;
		page_kill(p, i);
	}
}
