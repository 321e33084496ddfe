#include "daemon/extract/said.h"

#include "daemon/extract/phrase.h"

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

/* In the languages that newsrooms write. */
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
    "संबंधित खबरें", "আরও পড়ুন", "ข่าวที่เกี่ยวข้อง", "อ่านเพิ่มเติม", "مطالب پیشنهادی",
    "موضوعات مرتبط", "خبرهای مرتبط", "مهمترین خبرها",
    "پربیننده‌ترین‌ها", "پربازدیدترین‌ها",
    "آخرین خبرها", "تازه‌ترین خبرها", "بیشتر در این باره",
    "بیشتر ببینید", "همچنین ببینید", "در همین زمینه", "در همین باره",
    "از دست ندهید", "دیدگاه‌ها", "ورته مطالب", "اړونده مطالب",
    "اړوند خبرونه", "نور ولولئ", "دا هم ولولئ", "ډېر لوستل شوي", "تبصرې",
    "یہ بھی پڑھیں", "متعلقہ خبریں", "بابەتی پەیوەندیدار", "هەواڵی پەیوەندیدار",
    "زیاتر بخوێنەوە", "إقرأ أيضا", "اقرأ ايضا", "اقرأ أكثر", "مقالات ذات صلة",
    "قد يعجبك أيضا", "قد يهمك أيضا", "الأكثر قراءة", "آخر الأخبار",
    "чытайце яшчэ", "чытаць таксама", "глядзіце таксама", "па тэме",
    "яшчэ па тэме", "матэрыялы па тэме", "падобныя навіны", "апошнія навіны",
    "каментары", "пакінуць каментар", "вам можа быць цікава", "дивіться також",
    "схожі новини", "останні новини", "новини партнерів", "вас може зацікавити",
    "тағы оқыңыз", "оқи отырыңыз", "соңғы жаңалықтар", "дагы окуңуз",
    "бештар хонед", "ҳамчунин бихонед", "яна ўқинг", "мавзуга оид",
    "mavzuga oid", "shuningdek o'qing", "həmçinin oxuyun", "son xəbərlər",
    "nûçeyên têkildar", "herwiha bixwîne", "წაიკითხეთ ასევე", "ასევე წაიკითხეთ",
    "მსგავსი სიახლეები", "კომენტარები", "կարդացեք նաև", "կարդալ նաև",
    "մեկնաբանություններ", "ተዛማጅ ዜናዎች", "ተያያዥ ዜናዎች", "ተያያዥ ርዕሶች", "ብዙ የተነበቡ",
    "በስፋት የተነበቡ", "ተጨማሪ ያንብቡ", "አስተያየቶች", "ተዛማዲ ትሕዝቶ", "ተዛማዲ ዛዕባታት",
    "ብብዝሒ ዝተነበ", "ဆက်စပ်သတင်းများ", "ဆက်စပ်အကြောင်းအရာများ", "ဒီသတင်းနဲ့ ပတ်သက်သမျှ",
    "ဆက်လက်ဖတ်ရှုရန်", "အဖတ်အများဆုံး", "ထိပ်တန်း သတင်းများ", "နောက်ဆုံးရသတင်းများ", "မှတ်ချက်များ",
    "អត្ថបទទាក់ទង", "អានបន្ថែម", "ອ່ານເພີ່ມ", "ອ່ານຕື່ມ", "আরো পড়ুন", "সম্পর্কিত খবর",
    "यो पनि पढ्नुस्", "soma pia", "habari zinazohusiana", "akhri sidoo kale"};

bool
said_is(struct bytes line)
{
	return phrase_is(line, lines, N_OF(lines));
}

bool
said_begins(struct bytes text)
{
	return phrase_begins(text, lines, N_OF(lines)) > 0;
}
