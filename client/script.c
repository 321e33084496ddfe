#include "client/script.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Unicode's scripts with right-to-left letters that living texts use. */
static const char *const rtl_script[] = {
    "Adlm",
    "Arab",
    "Aran",
    "Hebr",
    "Mand",
    "Mend",
    "Nkoo",
    "Rohg",
    "Samr",
    "Syrc",
    "Syre",
    "Syrj",
    "Syrn",
    "Thaa",
    "Yezi",
};

/* Languages whose usual script (CLDR, likely subtags) is one of them. */
static const char *const rtl_language[] = {
    "ar",
    "arc",
    "arz",
    "ary",
    "aeb",
    "acm",
    "apc",
    "azb",
    "bal",
    "bgn",
    "bqi",
    "ckb",
    "dv",
    "fa",
    "glk",
    "he",
    "iw",
    "ji",
    "khw",
    "ks",
    "lrc",
    "mzn",
    "nqo",
    "pnb",
    "prs",
    "ps",
    "rhg",
    "sd",
    "sdh",
    "skr",
    "syr",
    "ug",
    "ur",
    "yi",
};

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

/* The length of the subtag at |at|. */
static size_t
subtag(struct bytes lang, size_t at)
{
	size_t n = 0;

	while (at + n < lang.n && lang.p[at + n] != '-')
		n++;
	return n;
}

static bool
is(struct bytes lang, size_t at, size_t n, const char *tag)
{
	return strlen(tag) == n &&
	       strncasecmp((const char *)lang.p + at, tag, n) == 0;
}

bool
script_rtl(struct bytes lang)
{
	size_t first = subtag(lang, 0), at, n;

	/* A script is the only subtag of four letters (RFC 5646 §2.1). */
	for (at = first + 1; at < lang.n; at += n + 1) {
		n = subtag(lang, at);
		if (n == 1)
			break; /* an extension: no script behind it */
		if (n != 4 || (lang.p[at] >= '0' && lang.p[at] <= '9'))
			continue;
		for (size_t i = 0; i < sizeof(rtl_script) / sizeof(char *); i++)
			if (is(lang, at, n, rtl_script[i]))
				return true;
		return false;
	}
	for (size_t i = 0; i < sizeof(rtl_language) / sizeof(char *); i++)
		if (is(lang, 0, first, rtl_language[i]))
			return true;
	return false;
}

const char *
script_language(struct bytes lang)
{
	size_t first = subtag(lang, 0);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is(lang, 0, first, names[i].tag))
			return names[i].name;
	return NULL;
}
