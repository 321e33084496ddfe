#include <string.h>

#include "daemon/extract/date.h"
#include "proto/base/buf.h"
#include "proto/base/fold.h"
#include "proto/base/text.h"

#define PARTS_MAX  8   /* that are looked at together */
#define WORD_MAX   40  /* bytes; no month has more */
#define FILLER_MAX 7   /* bytes of a word in a date that says nothing: "de" */
#define LOOKED_AT  512 /* bytes of a text */

/*
 * How months begin, folded, in the languages that people read news in: of several that
 * a word begins with the longest counts.  Where two languages do not agree
 * ("listopad"), the one of more people is right.
 */
static const char *const months[12] = {
    "jan gen ene sty leden янв січ студзен јан қаңтар ιαν oca "
    "yan ian jaan tammi saus يناير جانفي ژانویه جنوری ינואר "
    "जनवरी জানু มกรา ม.ค հունվ იან",
    "feb fev fév lut únor unor фев лют фебр ақпан φεβ şub sub "
    "veeb helmi vasar فبراير فيفري فوریه فروری شباط פברואר "
    "फ़रवरी फरवरी ফেব্রু กุมภา ก.พ փետր თებ shkurt",
    "mar mär maer märz březen brezen мар берез сакав наурыз "
    "μαρ maalis kov märts mrt mac maret machi مارس مارچ آذار "
    "מרץ मार्च মার্চ มีนา มี.ค մարտ მარ márc már",
    "apr abr avr kwi duben dubna апр квіт красав сәуір απρ "
    "nis huhti baland أبريل ابريل إبريل أفريل آوریل اپریل "
    "نيسان אפריל अप्रैल এপ্রিল เมษา เม.ย ապր აპრ prill ápr",
    "may mai mag maj mei květ kvet мая май трав мај мамыр μαϊ "
    "μάι μαι toukok gegu maí maio máj مايو ماي مئی أيار מאי "
    "मई মে พฤษภา พ.ค մայ მაი",
    "jun giu czerw červen červn cerven июн черв чэрв јун "
    "маусым ιουν ιούν kesä haz birž birz jún juin juuni iun "
    "iyun junho يونيو جوان ژوئن جون حزيران יוני जून জুন มิถุ "
    "มิ.ย հուն ივნ qershor",
    "jul lug lip červenec července cervenec июл лип ліп јул "
    "шілде ιουλ ιούλ heinä tem liep júl juil juuli iul iyul "
    "يوليو جويلية ژوئیه جولائی تموز יולי जुलाई জুলাই กรกฎา "
    "ก.ค հուլ ივლ korrik",
    "aug ago août aou sie srp авг серп жнів тамыз αυγ αύγ "
    "elok ağu agu rugpj ágú aúg ogos avq أغسطس اغسطس أوت اوت "
    "اگست آب אוגוסט अगस्त আগস্ট สิงหา ส.ค օգոս აგვ gusht",
    "sep set wrz září zari сен верес вер қыркүйек σεπ syys "
    "eyl rugs szept سبتمبر سپتامبر ستمبر أيلول ספטמבר सितंबर "
    "सितम्बर সেপ্টে กันยา ก.ย սեպտ სექ shtator",
    "oct okt out paź paz říj rij окт жовт кастр қазан οκτ "
    "loka eki spal أكتوبر اكتوبر اکتبر اکتوبر אוקטובר अक्टूबर "
    "अक्तूबर অক্টো ตุลา ต.ค հոկտ ოქტ tetor ott",
    "nov lis ноя листоп ліст нов қараша νοε νοέ marras kas "
    "lapkr noy nóv nën نوفمبر نوامبر نومبر נובמבר नवंबर "
    "नवम्बर নভে พฤศจิ พ.ย նոյ ნოე",
    "dec dez dic déc gru prosin дек груд снеж дец желтоқсан "
    "δεκ joul ara des dhj det ديسمبر دسامبر دسمبر דצמבר "
    "दिसंबर दिसम्बर ডিসে ธันวา ธ.ค դեկտ დეკ",
};

/* The months of the Persian calendar. */
static const char *const jalali[12] = {"فروردین", "اردیبهشت", "خرداد", "تیر",
    "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"};

enum part_kind {
	PART_NUMBER,
	PART_WORD, /* not looked up yet */
	PART_MONTH,
	PART_JALALI,
	PART_ERA,    /* |value| years before its first */
	PART_OF,     /* the number behind it is a month: Vietnamese */
	PART_FILLER, /* a word, or more of them than a date has */
};
struct part {
	enum part_kind kind;
	int value, digits;
	uint32_t after; /* the mark behind it */
	struct bytes word;
};
struct scan {
	const uint8_t *p, *end;
	struct part part[PARTS_MAX];
	size_t n;
};

static uint32_t
peek(const struct scan *s)
{
	const uint8_t *p = s->p;

	return p < s->end ? utf8_next(&p) : 0;
}

/* Of the ways that the world writes figures. */
static int
digit(uint32_t c)
{
	static const uint32_t zeros[] = {
	    '0', 0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10};

	for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++)
		if (c >= zeros[i] && c < zeros[i] + 10)
			return (int)(c - zeros[i]);
	return -1;
}

static bool
is_mark(uint32_t c)
{
	return c <= '@' || c == 0xa0 || (c >= 0x2000 && c <= 0x206f) ||
	       c == 0x60c || (c >= 0x3000 && c <= 0x303f) ||
	       (c >= 0xff00 && c <= 0xff20);
}

/* Chinese, Japanese and Korean say what a number is behind it. */
static bool
is_unit(uint32_t c)
{
	return c == 0x5e74 || c == 0x6708 || c == 0x65e5 || c == 0xb144 ||
	       c == 0xc6d4 || c == 0xc77c;
}

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

/* Reigns, and the calendar of Taiwan: years before their first. */
static bool
is_era(const char *word, int *ret_years)
{
	static const struct {
		const char *name;
		int years;
	} eras[] = {{"民國", 1911}, {"民国", 1911}, {"令和", 2018},
	    {"平成", 1988}, {"昭和", 1925}};

	for (size_t i = 0; i < sizeof(eras) / sizeof(eras[0]); i++) {
		size_t n = strlen(eras[i].name), m = strlen(word);

		if (m >= n && strcmp(word + m - n, eras[i].name) == 0) {
			*ret_years = eras[i].years;
			return true;
		}
	}
	return false;
}

static struct part
part_of_word(const char *word)
{
	struct part ret = {.kind = PART_FILLER, .digits = (int)strlen(word)};
	size_t best = 0;

	if (is_era(word, &ret.value))
		ret.kind = PART_ERA;
	if (strcmp(word, "tháng") == 0)
		ret.kind = PART_OF;
	if (ret.kind != PART_FILLER)
		return ret;
	/* Hebrew writes "in" without a blank. */
	if (strncmp(word, "ב", 2) == 0 && word[2] != '\0')
		word += 2;
	for (int i = 0; i < 12; i++) {
		size_t n = longest(months[i], word);

		if (n > best) {
			best = n;
			ret.kind = PART_MONTH;
			ret.value = i + 1;
		}
		if (strcmp(word, jalali[i]) == 0) {
			best = WORD_MAX;
			ret.kind = PART_JALALI;
			ret.value = i + 1;
		}
	}
	return ret;
}

static void
take_number(struct scan *s, struct part *ret)
{
	int d;

	*ret = (struct part){.kind = PART_NUMBER};
	while ((d = digit(peek(s))) >= 0) {
		utf8_next(&s->p);
		if (++ret->digits <= 8)
			ret->value = ret->value * 10 + d;
	}
}

static void
take_word(struct scan *s, struct part *ret)
{
	const uint8_t *from = s->p;
	uint32_t c;

	while ((c = peek(s)) != 0 && digit(c) < 0 && !is_unit(c) &&
	       (!is_mark(c) || (c == '.' && s->p - from >= 3 &&
				   s->p - from <= 4 && *from >= 0x80)))
		utf8_next(&s->p);
	*ret = (struct part){
	    .kind = PART_WORD, .word = bytes_of(from, (size_t)(s->p - from))};
}

/* What the word |p| is, which costs more than to find where it ends. */
static void
look_up(struct part *p)
{
	char word[WORD_MAX + 1];
	uint32_t after = p->after;
	struct buf b;

	if (p->kind != PART_WORD)
		return;
	buf_init(&b, 0);
	fold_text(&b, p->word);
	buf_put_u8(&b, 0);
	*p = (struct part){.kind = PART_FILLER, .digits = WORD_MAX};
	if (buf_err(&b) == 0 && b.n <= sizeof(word)) {
		memcpy(word, b.p, b.n);
		*p = part_of_word(word);
	}
	p->after = after;
	buf_done(&b);
}

/* The mark behind a part; one that stands for itself wins over blanks. */
static uint32_t
take_marks(struct scan *s)
{
	uint32_t c, mark = ' ';

	while ((c = peek(s)) != 0 && digit(c) < 0 &&
	       (is_mark(c) || is_unit(c))) {
		if (mark == ' ' && c > ' ' && c != 0xa0)
			mark = c;
		utf8_next(&s->p);
	}
	return mark;
}

static bool
next_part(struct scan *s, struct part *ret)
{
	take_marks(s);
	if (s->p >= s->end)
		return false;
	if (digit(peek(s)) >= 0)
		take_number(s, ret);
	else
		take_word(s, ret);
	ret->after = take_marks(s);
	return true;
}

/* --- what parts make --- */

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

static bool
put(int64_t *ret, bool persian, int year, int month, int day)
{
	char text[16];

	if (year >= 2500 && year < 2700) /* Thailand's */
		year -= 543;
	if (!persian && year >= 1370 && year < 1500)
		persian = true;
	if (month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	if (persian && year >= 1370 && year < 1498) {
		*ret = jalali_day(year, month, day) * 24 * 3600;
		return true;
	}
	if (persian || year < 1990 || year > 2100)
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

static bool
is_year(const struct part *p)
{
	return p->kind == PART_NUMBER && p->digits == 4;
}

static bool
is_small(const struct part *p)
{
	return p->kind == PART_NUMBER && p->digits <= 2;
}

static bool
is_named(const struct part *p)
{
	return p->kind == PART_MONTH || p->kind == PART_JALALI;
}

/* "2.11.22"; a number behind it makes it another thing, and so do other marks. */
static bool
in_short(int64_t *ret, const struct part *p, enum date_order order)
{
	uint32_t mark = p[0].after;
	int v[3];

	for (size_t i = 0; i < 3; i++) {
		if (!is_small(&p[i]) || (i < 2) != (p[i].after == mark))
			return false;
		v[i] = p[i].value;
	}
	if ((mark != '.' && mark != '/') ||
	    p[order == DATE_YEAR_FIRST ? 0 : 2].digits != 2)
		return false;
	if (order == DATE_YEAR_FIRST)
		return put(ret, false, 2000 + v[0], v[1], v[2]);
	if (order == DATE_MONTH_FIRST && mark == '/')
		return put(ret, false, 2000 + v[2], v[0], v[1]);
	return put(ret, false, 2000 + v[2], v[1], v[0]);
}

/* Two numbers and a year, with the same mark between them. */
static bool
in_figures(int64_t *ret, const struct part *p, enum date_order order)
{
	int day = p[0].value, month = p[1].value;

	if (!is_small(&p[0]) || !is_small(&p[1]) || !is_year(&p[2]) ||
	    p[0].after != p[1].after || p[0].after == ' ' || p[0].after == ':')
		return false;
	if ((order == DATE_MONTH_FIRST && p[0].after == '/' && day <= 12) ||
	    month > 12) {
		day = p[1].value;
		month = p[0].value;
	}
	return put(ret, false, p[2].value, month, day);
}

static bool
year_first(int64_t *ret, const struct part *p)
{
	if (!is_year(&p[0]) || !is_small(&p[2]))
		return false;
	if (is_named(&p[1]))
		return put(ret, p[1].kind == PART_JALALI, p[0].value,
		    p[1].value, p[2].value);
	return is_small(&p[1]) && p[0].after != ' ' && p[0].after != ':' &&
	       put(ret, false, p[0].value, p[1].value, p[2].value);
}

static bool
with_name(int64_t *ret, const struct part *p)
{
	if (!is_year(&p[2]))
		return false;
	if (is_small(&p[0]) && is_named(&p[1]))
		return put(ret, p[1].kind == PART_JALALI, p[2].value,
		    p[1].value, p[0].value);
	return is_named(&p[0]) && is_small(&p[1]) &&
	       put(ret, p[0].kind == PART_JALALI, p[2].value, p[0].value,
		   p[1].value);
}

/* "民國113年5月31日". */
static bool
of_an_era(int64_t *ret, const struct part *p, size_t n)
{
	return n >= 4 && p[0].kind == PART_ERA && p[1].kind == PART_NUMBER &&
	       p[1].digits <= 3 && is_small(&p[2]) && is_small(&p[3]) &&
	       put(ret, false, p[0].value + p[1].value, p[2].value, p[3].value);
}

/* Two numbers: without them words are not looked up, and most of a text has none. */
static bool
may_be_date(const struct part *p, size_t n)
{
	size_t numbers = 0;

	for (size_t i = 0; i < n; i++)
		numbers += p[i].kind == PART_NUMBER;
	return numbers >= 2;
}

static bool
is_date(int64_t *ret, struct part *p, size_t n, enum date_order order)
{
	struct part few[PARTS_MAX];
	size_t k = 0;

	if (!may_be_date(p, n))
		return false;
	for (size_t i = 0; i < n; i++)
		look_up(&p[i]);
	if (of_an_era(ret, p, n))
		return true;
	/* Without the little words between: "31 de mayo de 2012". */
	for (size_t i = 0; i < n && k < 3; i++)
		if (p[i].kind != PART_FILLER)
			few[k++] = p[i];
		else if (i == 0 || p[i].digits > FILLER_MAX)
			return false;
	return k == 3 &&
	       (in_figures(ret, few, order) || in_short(ret, few, order) ||
		   year_first(ret, few) || with_name(ret, few));
}

/* False if there is none for sure: those that are not ASCII begin so. */
static bool
has_digit(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((text.p[i] >= '0' && text.p[i] <= '9') ||
		    text.p[i] == 0xd9 || text.p[i] == 0xdb || text.p[i] >= 0xe0)
			return true;
	return false;
}

static bool
is_of(struct part *p)
{
	look_up(p);
	return p->kind == PART_OF;
}

bool
date_find(int64_t *ret, struct bytes text, enum date_order order)
{
	struct scan s = {.p = text.p};

	if (!has_digit(text) || !utf8_valid(text) ||
	    memchr(text.p, 0, text.n) != NULL)
		return false;
	if (text.n > LOOKED_AT) {
		text.n = LOOKED_AT;
		while ((text.p[text.n] & 0xc0) == 0x80)
			text.n--;
	}
	s.end = text.p + text.n;
	for (;;) {
		bool more = s.n < PARTS_MAX && next_part(&s, &s.part[s.n]);

		if (more && s.n > 0 && is_small(&s.part[s.n]) &&
		    is_of(&s.part[s.n - 1])) {
			s.part[s.n - 1] = s.part[s.n];
			s.part[s.n - 1].kind = PART_MONTH;
			continue;
		}
		s.n += more;
		if (more && s.n < PARTS_MAX)
			continue;
		if (s.n == 0)
			return false;
		if (is_date(ret, s.part, s.n, order))
			return true;
		memmove(&s.part[0], &s.part[1], --s.n * sizeof(s.part[0]));
	}
}
