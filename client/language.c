#include "client/language.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *tag, *name;
} names[] = {
    {"af", "Afrikaans"},
    {"am", "አማርኛ"},
    {"ar", "العربية"},
    {"az", "Azərbaycanca"},
    {"be", "Беларуская"},
    {"bg", "Български"},
    {"bn", "বাংলা"},
    {"bo", "བོད་སྐད་"},
    {"bs", "Bosanski"},
    {"ca", "Català"},
    {"ckb", "کوردی"},
    {"cs", "Čeština"},
    {"da", "Dansk"},
    {"de", "Deutsch"},
    {"el", "Ελληνικά"},
    {"en", "English"},
    {"es", "Español"},
    {"et", "Eesti"},
    {"eu", "Euskara"},
    {"fa", "فارسی"},
    {"fi", "Suomi"},
    {"fr", "Français"},
    {"gl", "Galego"},
    {"gu", "ગુજરાતી"},
    {"ha", "Hausa"},
    {"he", "עברית"},
    {"hi", "हिन्दी"},
    {"hr", "Hrvatski"},
    {"hu", "Magyar"},
    {"hy", "Հայերեն"},
    {"id", "Bahasa Indonesia"},
    {"ig", "Igbo"},
    {"is", "Íslenska"},
    {"it", "Italiano"},
    {"ja", "日本語"},
    {"ka", "ქართული"},
    {"kk", "Қазақша"},
    {"km", "ខ្មែរ"},
    {"kn", "ಕನ್ನಡ"},
    {"ko", "한국어"},
    {"ku", "Kurdî"},
    {"ky", "Кыргызча"},
    {"ln", "Lingála"},
    {"lo", "ລາວ"},
    {"lt", "Lietuvių"},
    {"lv", "Latviešu"},
    {"mg", "Malagasy"},
    {"mk", "Македонски"},
    {"ml", "മലയാളം"},
    {"mn", "Монгол"},
    {"mr", "मराठी"},
    {"ms", "Bahasa Melayu"},
    {"my", "မြန်မာ"},
    {"nb", "Norsk bokmål"},
    {"nd", "isiNdebele"},
    {"ne", "नेपाली"},
    {"nl", "Nederlands"},
    {"nn", "Norsk nynorsk"},
    {"no", "Norsk"},
    {"om", "Oromoo"},
    {"or", "ଓଡ଼ିଆ"},
    {"pa", "ਪੰਜਾਬੀ"},
    {"pl", "Polski"},
    {"prs", "دری"},
    {"ps", "پښتو"},
    {"pt", "Português"},
    {"ro", "Română"},
    {"ru", "Русский"},
    {"rw", "Kinyarwanda"},
    {"sa", "संस्कृतम्"},
    {"sd", "سنڌي"},
    {"si", "සිංහල"},
    {"sk", "Slovenčina"},
    {"sl", "Slovenščina"},
    {"sn", "chiShona"},
    {"so", "Soomaali"},
    {"sq", "Shqip"},
    {"sr", "Српски"},
    {"sv", "Svenska"},
    {"sw", "Kiswahili"},
    {"ta", "தமிழ்"},
    {"te", "తెలుగు"},
    {"tg", "Тоҷикӣ"},
    {"th", "ไทย"},
    {"ti", "ትግርኛ"},
    {"tk", "Türkmençe"},
    {"tl", "Tagalog"},
    {"tr", "Türkçe"},
    {"ug", "ئۇيغۇرچە"},
    {"uk", "Українська"},
    {"ur", "اردو"},
    {"uz", "Oʻzbekcha"},
    {"vi", "Tiếng Việt"},
    {"xh", "isiXhosa"},
    {"yi", "ייִדיש"},
    {"yo", "Yorùbá"},
    {"zh", "中文"},
    {"zu", "isiZulu"},
};

const char *
language_own_name(struct bytes lang)
{
	size_t n = 0;

	while (n < lang.n && lang.p[n] != '-')
		n++;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].tag) == n &&
		    strncasecmp((const char *)lang.p, names[i].tag, n) == 0)
			return names[i].name;
	return NULL;
}
