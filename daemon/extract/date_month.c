#include "daemon/extract/date_month.h"

#include <stdio.h>
#include <string.h>

#include "daemon/extract/date.h"

#define WORD_MAX 48
#define N_OF(a)  (sizeof(a) / sizeof((a)[0]))

/*
 * How months begin, folded, in the languages that people read news in: of several that
 * a word begins with the longest counts.  Where two languages do not agree
 * ("listopad"), the one of more people is right.
 */
static const char *const months[12] = {
    "jan gen ene sty leden янв січ студзен јан "
    "қаңтар ιαν oca yan ian jaan tammi saus يناير "
    "جانفي ژانویه جنوری ינואר जनवरी "
    "জানু มกรา ม.ค հունվ იან ጃን "
    "ဇန်နဝါ មករា ມັງກອນ çile rêbend "
    "ýanwar يانۋار",
    "feb fev fév lut únor unor фев лют фебр ақпан "
    "φεβ şub sub veeb helmi vasar فبراير فيفري "
    "فوریه فروری شباط פברואר फ़रवरी "
    "फरवरी ফেব্রু กุมภา ก.พ "
    "փետր თებ shkurt ፌብ ፈብ ဖေဖော် "
    "فبرور កុម្ភៈ ກຸມພາ sibat reşem fewral "
    "فېۋرال شوبات",
    "mar mär maer märz březen brezen мар берез сакав "
    "наурыз μαρ maalis kov märts mrt mac maret machi مارس "
    "مارچ آذار מרץ मार्च মার্চ "
    "มีนา มี.ค մարտ მარ márc már ማርች "
    "မတ် មីនា ມີນາ ئازار",
    "apr abr avr kwi duben dubna апр квіт красав "
    "сәуір απρ nis huhti baland أبريل ابريل "
    "إبريل أفريل آوریل اپریل نيسان אפריל "
    "अप्रैल এপ্রিল เมษา เม.ย "
    "ապր აპრ prill ápr ኤፕ ဧပြီ اپرېل "
    "មេសា ເມສາ nîsan نیسان ئاپرېل",
    "may mai mag maj mei květ kvet мая май трав мај "
    "мамыр μαϊ μάι μαι toukok gegu maí maio máj "
    "مايو ماي مئی أيار מאי मई মে "
    "พฤษภา พ.ค մայ მაი ሜይ траў "
    "ឧសភា ພຶດສະພາ gulan maý ئایار",
    "jun giu czerw červen červn cerven июн черв чэрв "
    "јун маусым ιουν ιούν kesä haz birž birz jún "
    "juin juuni iun iyun junho يونيو جوان ژوئن جون "
    "حزيران יוני जून জুন มิถุ มิ.ย "
    "հուն ივნ qershor ጁን ဇွန် មិថុនា "
    "ມິຖຸນາ hezîran iýun حوزەیران ئىيۇن",
    "jul lug lip červenec července cervenec июл лип ліп "
    "јул шілде ιουλ ιούλ heinä tem liep júl juil "
    "juuli iul iyul يوليو جويلية ژوئیه جولائی "
    "تموز יולי जुलाई জুলাই กรกฎา "
    "ก.ค հուլ ივლ korrik ጁላ ဇူလိုင် "
    "جولای جولاي កក្កដា ກໍລະກົດ "
    "tîrmeh iýul تەموز تەممووز ئىيۇل",
    "aug ago août aou sie srp авг серп жнів тамыз "
    "αυγ αύγ elok ağu agu rugpj ágú aúg ogos avq أغسطس "
    "اغسطس أوت اوت اگست آب אוגוסט "
    "अगस्त আগস্ট สิงหา ส.ค օգոս "
    "აგვ gusht ኦገስ ኦጎስ жніў ဩဂုတ် "
    "သြဂုတ် avgu awgust اګست សីហា "
    "ສິງຫາ tebax ئاب ئاۋغۇست",
    "sep set wrz září zari сен верес вер қыркүйек "
    "σεπ syys eyl rugs szept سبتمبر سپتامبر ستمبر "
    "أيلول ספטמבר सितंबर सितम्बर "
    "সেপ্টে กันยา ก.ย սեպտ სექ "
    "shtator ሴፕ စက်တင် سپتمبر سپټمبر "
    "កញ្ញា ກັນຍາ îlon sentya sentý senta "
    "ئەیلول ئەیلوول سېنتەبىر",
    "oct okt out paź paz říj rij окт жовт кастр "
    "қазан οκτ loka eki spal أكتوبر اكتوبر "
    "اکتبر اکتوبر אוקטובר अक्टूबर "
    "अक्तूबर অক্টো ตุลา ต.ค "
    "հոկտ ოქტ tetor ott ኦክ အောက်တို "
    "តុលា ຕຸລາ cotmeh ئۆكتەبىر",
    "nov lis ноя листоп ліст нов қараша νοε "
    "νοέ marras kas lapkr noy nóv nën نوفمبر نوامبر "
    "نومبر נובמבר नवंबर नवम्बर "
    "নভে พฤศจิ พ.ย նոյ ნოე ኖቬ ኖቨ "
    "နိုဝင် វិច្ឆិកា ພະຈິກ mijdar "
    "noýabr نويابىر",
    "dec dez dic déc gru prosin дек груд снеж дец "
    "желтоқсан δεκ joul ara des dhj det ديسمبر "
    "دسامبر دسمبر דצמבר दिसंबर "
    "दिसम्बर ডিসে ธันวา ธ.ค "
    "դեկտ დეკ ዲሴ сьнеж ဒီဇင် dekab "
    "ډسمبر ធ្នូ ທັນວາ berfanbar دېكابىر",
};

/* Those that are whole words, of which longer ones begin alike. */
static const struct {
	const char *name;
	enum date_calendar calendar;
	int month;
} names[] = {{"مه", DATE_ROMAN, 5}, {"می", DATE_ROMAN, 5},
    {"مې", DATE_ROMAN, 5}, {"مۍ", DATE_ROMAN, 5}, {"မေ", DATE_ROMAN, 5},
    {"မေလ", DATE_ROMAN, 5},
    /* Iran's, and as Afghanistan has them in Dari and Pashto */
    {"فروردین", DATE_PERSIAN, 1}, {"اردیبهشت", DATE_PERSIAN, 2},
    {"خرداد", DATE_PERSIAN, 3}, {"تیر", DATE_PERSIAN, 4},
    {"مرداد", DATE_PERSIAN, 5}, {"شهریور", DATE_PERSIAN, 6},
    {"مهر", DATE_PERSIAN, 7}, {"آبان", DATE_PERSIAN, 8},
    {"آذر", DATE_PERSIAN, 9}, {"دی", DATE_PERSIAN, 10},
    {"بهمن", DATE_PERSIAN, 11}, {"اسفند", DATE_PERSIAN, 12},
    {"حمل", DATE_PERSIAN, 1}, {"ثور", DATE_PERSIAN, 2},
    {"جوزا", DATE_PERSIAN, 3}, {"سرطان", DATE_PERSIAN, 4},
    {"اسد", DATE_PERSIAN, 5}, {"سنبله", DATE_PERSIAN, 6},
    {"میزان", DATE_PERSIAN, 7}, {"عقرب", DATE_PERSIAN, 8},
    {"قوس", DATE_PERSIAN, 9}, {"جدی", DATE_PERSIAN, 10},
    {"دلو", DATE_PERSIAN, 11}, {"حوت", DATE_PERSIAN, 12},
    {"وری", DATE_PERSIAN, 1}, {"غویی", DATE_PERSIAN, 2},
    {"غبرګولی", DATE_PERSIAN, 3}, {"چنګاښ", DATE_PERSIAN, 4},
    {"زمری", DATE_PERSIAN, 5}, {"وږی", DATE_PERSIAN, 6},
    {"تله", DATE_PERSIAN, 7}, {"لړم", DATE_PERSIAN, 8},
    {"لیندۍ", DATE_PERSIAN, 9}, {"مرغومی", DATE_PERSIAN, 10},
    {"سلواغه", DATE_PERSIAN, 11}, {"کب", DATE_PERSIAN, 12},
    {"መስከረም", DATE_ETHIOPIC, 1}, {"ጥቅምት", DATE_ETHIOPIAN, 2},
    {"ጥቅምቲ", DATE_TIGRINYA, 2}, {"ኅዳር", DATE_ETHIOPIAN, 3},
    {"ህዳር", DATE_ETHIOPIAN, 3}, {"ሕዳር", DATE_ETHIOPIC, 3},
    {"ታኅሣሥ", DATE_ETHIOPIAN, 4}, {"ታኅሳስ", DATE_ETHIOPIAN, 4},
    {"ታህሳስ", DATE_ETHIOPIAN, 4}, {"ታህሣሥ", DATE_ETHIOPIAN, 4},
    {"ታሕሳስ", DATE_ETHIOPIC, 4}, {"ጥር", DATE_ETHIOPIAN, 5},
    {"ጥሪ", DATE_TIGRINYA, 5}, {"የካቲት", DATE_ETHIOPIAN, 6},
    {"ለካቲት", DATE_TIGRINYA, 6}, {"መጋቢት", DATE_ETHIOPIC, 7},
    {"ሚያዝያ", DATE_ETHIOPIC, 8}, {"ሚያዚያ", DATE_ETHIOPIAN, 8},
    {"ግንቦት", DATE_ETHIOPIC, 9}, {"ሰኔ", DATE_ETHIOPIAN, 10},
    {"ሰነ", DATE_TIGRINYA, 10}, {"ሐምሌ", DATE_ETHIOPIAN, 11},
    {"ሀምሌ", DATE_ETHIOPIAN, 11}, {"ሓምለ", DATE_TIGRINYA, 11},
    {"ነሐሴ", DATE_ETHIOPIAN, 12}, {"ነሀሴ", DATE_ETHIOPIAN, 12},
    {"ነሃሴ", DATE_ETHIOPIAN, 12}, {"ነሓሰ", DATE_TIGRINYA, 12},
    {"ጳጉሜ", DATE_ETHIOPIAN, 13}, {"ጳጉሜን", DATE_ETHIOPIAN, 13}};

/* What stands before a month in one word: "in", and "month". */
static const char *const before[] = {"ב", "ខែ"};

static size_t
longest(const char *list, const char *word)
{
	size_t best = 0, n;

	while (*list != '\0') {
		for (n = 0; list[n] != '\0' && list[n] == word[n]; n++)
			;
		if (n > best && (list[n] == ' ' || list[n] == '\0'))
			best = n;
		while (list[n] != ' ' && list[n] != '\0')
			n++;
		list += n + (list[n] == ' ');
	}
	return best;
}

/* Persian and Kurdish words, typed with the Arabic letters for theirs. */
static void
put_persian(char dst[WORD_MAX], const char *word)
{
	static const struct {
		const char *arabic, *persian;
	} letters[] = {{"ي", "ی"}, {"ى", "ی"}, {"ك", "ک"}};

	snprintf(dst, WORD_MAX, "%s", word);
	for (char *p = dst; *p != '\0'; p++)
		for (size_t i = 0; i < N_OF(letters); i++)
			if (strncmp(p, letters[i].arabic, 2) == 0)
				memcpy(p, letters[i].persian, 2);
}

static bool
find_month(struct date_month *ret, const char *word)
{
	size_t best = 0;

	for (size_t i = 0; i < N_OF(names); i++)
		if (strcmp(word, names[i].name) == 0) {
			ret->calendar = names[i].calendar;
			ret->month = names[i].month;
			return true;
		}
	for (size_t i = 0; i < N_OF(before); i++) {
		size_t n = strlen(before[i]);

		if (strncmp(word, before[i], n) == 0 && word[n] != '\0')
			word += n;
	}
	for (int i = 0; i < 12; i++) {
		size_t n = longest(months[i], word);

		if (n > best) {
			best = n;
			ret->calendar = DATE_ROMAN;
			ret->month = i + 1;
		}
	}
	return best > 0;
}

bool
date_month(struct date_month *ret, const char *word)
{
	char persian[WORD_MAX];

	if (find_month(ret, word))
		return true;
	put_persian(persian, word);
	return strcmp(word, persian) != 0 && find_month(ret, persian);
}

bool
date_month_begins(int ret[2], const char *first)
{
	static const struct {
		const char *name;
		int month[2];
	} begins[] = {{"كانون", {12, 1}}, {"کانون", {12, 1}},
	    {"کانوون", {12, 1}}, {"تشرين", {10, 11}}, {"تشرین", {10, 11}}};

	for (size_t i = 0; i < N_OF(begins); i++)
		if (strncmp(first, begins[i].name, strlen(begins[i].name)) ==
		    0) {
			ret[0] = begins[i].month[0];
			ret[1] = begins[i].month[1];
			return true;
		}
	return false;
}

int
date_month_ends(const char *word)
{
	static const char *const ends[] = {
	    "الأول", "الثاني", "الاول", "الثانى", "یەکەم", "دووەم"};

	for (size_t i = 0; i < N_OF(ends); i++)
		if (strncmp(word, ends[i], strlen(ends[i])) == 0)
			return (int)(i % 2);
	return -1;
}

static int
leap_days(int year)
{
	return year / 4 - year / 100 + year / 400;
}

/* Of a year of the Persian calendar, by its cycle of 33 years, which is right from
 * 1206 to 1498 (Borkowski, The Persian calendar for 3000 years, 1996). */
static int64_t
jalali_day(int year, int month, int day)
{
	int64_t days = (int64_t)(year - 979) * 365 + (year - 979) / 33 * 8 +
		       ((year - 979) % 33 + 3) / 4;

	days += month <= 7 ? (month - 1) * 31 : 186 + (month - 7) * 30;
	/* 0979-01-01 was 1600-03-20. */
	return days + day - 1 + 79 - (1970 - 1600) * 365 -
	       (leap_days(1969) - leap_days(1599));
}

/* Five days or six are its thirteenth month; 2007-01-01 was 2014-09-11. */
static int64_t
ethiopian_day(int year, int month, int day)
{
	return (int64_t)(year - 2007) * 365 + (year - 1980) / 4 - 6 +
	       (month - 1) * 30 + day - 1 + 16324;
}

static bool
roman_day(int64_t *ret, int year, int month, int day)
{
	char text[16];

	if (year < 1990 || year > 2100 || month > 12)
		return false;
	for (int i = 3; i >= 0; i--, year /= 10)
		text[i] = (char)('0' + year % 10);
	text[4] = text[7] = '-';
	text[5] = (char)('0' + month / 10);
	text[6] = (char)('0' + month % 10);
	text[8] = (char)('0' + day / 10);
	text[9] = (char)('0' + day % 10);
	return date_parse(ret, bytes_of(text, 10));
}

bool
date_day(int64_t *ret, enum date_calendar calendar, int year, int month,
    int day)
{
	if (month < 1 || day < 1 || day > 31)
		return false;
	if (calendar == DATE_ROMAN && year >= 1370 && year < 1500)
		calendar = DATE_PERSIAN;
	switch (calendar) {
	case DATE_ROMAN:
		if (year >= 2500 && year < 2700) /* Thailand's */
			year -= 543;
		return roman_day(ret, year, month, day);
	case DATE_PERSIAN:
		if (year < 1370 || year >= 1498 || month > 12)
			return false;
		*ret = jalali_day(year, month, day) * 24 * 3600;
		return true;
	case DATE_TIGRINYA:
		return roman_day(ret, year, (month + 7) % 12 + 1, day);
	case DATE_ETHIOPIAN:
		if (year < 1983 || year > 2092 || month > 13 || day > 30)
			return false;
		*ret = ethiopian_day(year, month, day) * 24 * 3600;
		return true;
	case DATE_ETHIOPIC:
	default:
		return false;
	}
}
