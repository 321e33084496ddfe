#include "daemon/ingest/author.h"

#include <string.h>

#include "daemon/extract/date.h"
#include "proto/base/fold.h"
#include "proto/base/text.h"

#define NAME_MAX     64 /* bytes; what is longer is no name */
#define LABELLED_MAX 256
#define DATE_MAX     48 /* bytes that a date is looked for in */
#define N_OF(a)      (sizeof(a) / sizeof((a)[0]))

/* What stands before names; of two that begin alike the longer first. */
static const char *const before[] = {"view all posts by ",
    "zeige alle beiträge von ", "alle beiträge von ", "alles von ", "mehr von ",
    "this post was written by ", "articles by ", "written by ", "posted by ",
    "published by ", "compiled by ", "reported by ", "reporting by ",
    "story by ", "article by ", "text and photos by ", "exclusive by ",
    "review by ", "analysis by ", "words by ", "author ", "by ",
    "verfasst von ", "gespeichert von ", "eingestellt von ", "napisane przez ",
    "autorstwa ", "scris de ", "publicat de ", "skriven av ",
    "написано автором ", "erstellt von ", "veröffentlicht von ",
    "geschrieben von ", "artikel von ", "beitrag von ", "pressemitteilung von ",
    "autor ", "autorin ", "von ", "écrit par ", "publié par ", "par ",
    "escrito por ", "publicado por ", "por ", "scritto da ", "pubblicato da ",
    "a cura di ", "di ", "geschreven door ", "door ", "skrevet af ",
    "skrevet av ", "af ", "av ", "автор ", "аўтар ", "müəllif ", "muallif ",
    "nivîskar ", "ავტორი ", "հեղինակ ", "γράφει ο ", "γράφει η ", "του ",
    "της ", "文/", "文／", "記者／", "記者", "记者", "بقلم ", "كتب ", "كتبت ",
    "نوشته ", "به قلم ", "نویسنده ", "گزارش از ", "لیکوال ", "نووسەر ",
    "نووسینی ", "ရေးသားသူ ", "ditulis oleh ", "oleh ", "and ", "und ", "et ",
    "и "};

/* What stands behind them, and all that follows. */
static const char *const behind[] = {" | ", " • ", " · ", " - ", " – ", " — ",
    " @", " on ", " updated", " published", " stand ", " stand:", " (", " // ",
    " / ", "／", " foto:", " photo:", " foto ", " am ", " 기자", "기자", "記者",
    "报道", "報導"};

/* Between two of them. */
static const char *const between[] = {" and ", " und ", " et ", " y ", " e ",
    " og ", " och ", " ve ", " и ", " та ", " & ", " و ", ", ", ";", "、", "،",
    "，", " i "};

/* Before a colon: who made the pictures or the page, edited it, or had it first. */
static const char *const others[] = {"foto", "photo", "bild", "image", "фото",
    "zdjęci", "摄影", "攝影", "图", "圖", "quelle", "source", "fuente", "fonte",
    "źródło", "источник", "来源", "來源", "编辑", "編輯", "design", "дизайн",
    "program", "html", "architecture"};

/* Where a name should be: what is none. */
static const char *const nobody[] = {"by", "von", "posted", "posted at",
    "author", "authors", "autor", "autoren", "auteur", "автор", "newsletter",
    "admin", "wordpressadmin", "no author", "on", "publiziert am",
    "veröffentlicht am", "veröffentlicht", "redaktion", "unserer redaktion",
    "editor", "staff", "none", "null", "anonymous", "published", "updated",
    "aktualizacja", "stand", "авторы", "phd", "ph.d", "ph.d.", "md", "m.d.",
    "ma", "msc", "mph", "rn", "rd", "mba", "rdn", "ms", "cpa", "esq", "esq.",
    "jd", "j.d.", "dds", "dmd", "dvm", "lcsw", "ed.d.", "redaccion", "著者",
    "作者", "筆者", "your name", "email", "staff reports", "staff reporter",
    "staff writer", "our correspondent", "editorial", "editorial team",
    "editorial staff", "editorial board", "web desk", "news desk", "name",
    "about the author", "written by", "posted on", "see full bio",
    "member login", "mis à jour", "mis à jour à", "publié à", "publié le",
    "zuletzt geändert am", "geändert am", "newsroom", "webmaster",
    "administrator", "super user", "guest", "guest author", "contributor",
    "unknown", "redakcja", "redacción", "rédaction", "la rédaction",
    "redazione", "la redazione", "redactie", "redaksjonen", "redaktionen",
    "redaksi", "редакция", "редакція", "рэдакцыя", "რედაქცია", "խմբագրություն",
    "تحریریه", "نویسنده", "خبرنگار", "لیکوال", "نووسەر", "аўтар", "ავტორი",
    "հեղինակ", "编辑部", "編輯部", "log in", "login", "sign in", "register",
    "profile", "view profile", "print", "rss", "email", "e-mail", "share",
    "correspondent", "reporter", "text", "quelle", "source", "zur person",
    "войти", "вход", "регистрация", "профиль", "注册", "注冊", "登录", "登錄"};

static bool
ends_so(struct bytes s, const char *end)
{
	size_t n = strlen(end);

	return s.n >= n && memcmp(s.p + s.n - n, end, n) == 0;
}

/* An arrow behind a name, if it is no end of a quotation. */
static struct bytes
without_arrow(struct bytes s)
{
	if (ends_so(s, "»") && memmem(s.p, s.n, "«", strlen("«")) == NULL)
		s.n -= strlen("»");
	if (ends_so(s, "›"))
		s.n -= strlen("›");
	return s;
}

static struct bytes
trim(struct bytes s)
{
	static const char marks[] = " ,:;|[]\"'-~*";

	while (s.n > 0 && strchr(marks, s.p[0]) != NULL)
		s = bytes_of(s.p + 1, s.n - 1);
	s = without_arrow(s);
	while (s.n > 0 && strchr(marks, s.p[s.n - 1]) != NULL)
		s.n--;
	return s;
}

/* A full stop behind a word; "Jr." and "J. K." have theirs. */
static struct bytes
without_stop(struct bytes s)
{
	if (s.n > 5 && s.p[s.n - 1] == '.' &&
	    memchr(s.p + s.n - 5, '.', 4) == NULL &&
	    memchr(s.p + s.n - 5, ' ', 4) == NULL)
		s.n--;
	return s;
}

/* Case does not matter; |what| takes as many bytes either way. */
static bool
is_at(struct bytes s, size_t i, const char *what)
{
	const uint8_t *p = s.p + i, *end = s.p + s.n;
	const uint8_t *w = (const uint8_t *)what;

	if (s.n - i < strlen(what) || (i < s.n && (*p & 0xc0) == 0x80))
		return false;
	while (*w != '\0')
		if (p >= end ||
		    fold_char(utf8_next(&p)) != fold_char(utf8_next(&w)))
			return false;
	return true;
}

/* True if |what| is anywhere in |s|. */
static bool
has(struct bytes s, const char *what)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_at(s, i, what))
			return true;
	return false;
}

/* The length of the label that |s| begins with, with its colon, or 0. */
static size_t
label_length(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ':')
			return i + 1;
		if (is_at(s, i, "："))
			return i + strlen("：");
	}
	return 0;
}

/* Behind "Author:" in whatever language; nothing if it is another one's label. */
static struct bytes
without_labels(struct bytes s)
{
	size_t n;

	if (s.n > LABELLED_MAX || has(s, "//"))
		return bytes_of(NULL, 0);
	while ((n = label_length(s)) > 0) {
		for (size_t i = 0; i < N_OF(others); i++)
			if (has(bytes_of(s.p, n), others[i]))
				return bytes_of(NULL, 0);
		s = trim(bytes_of(s.p + n, s.n - n));
	}
	return s;
}

/* The length of what stands before a name in |s|, or 0. */
static size_t
before_length(struct bytes s)
{
	for (size_t i = 0; i < N_OF(before); i++) {
		size_t n = strlen(before[i]);

		if (s.n > n && is_at(s, 0, before[i]))
			return n;
	}
	return 0;
}

static struct bytes
without_before(struct bytes s)
{
	size_t n;

	while ((n = before_length(s)) > 0)
		s = bytes_of(s.p + n, s.n - n);
	return s;
}

/* Where the date begins in |s| whose first figure is at |i|: at a month before it, if
 * that makes one with what is behind, up to |end|. */
static size_t
date_begins(struct bytes s, size_t i, const uint8_t *end)
{
	struct bytes from_month, from_figure;
	size_t at = i;
	int64_t when;

	if (end - (s.p + i) > DATE_MAX)
		end = s.p + i + DATE_MAX;
	while ((*(end - 1) & 0x80) != 0 && end > s.p + i + 1)
		end--;
	while (at > 0 && s.p[at - 1] == ' ')
		at--;
	while (at > 0 && s.p[at - 1] != ' ')
		at--;
	from_month = bytes_of(s.p + at, (size_t)(end - s.p) - at);
	from_figure = bytes_of(s.p + i, (size_t)(end - s.p) - i);
	return date_find(&when, from_month, DATE_MONTH_FIRST) &&
		       !date_find(&when, from_figure, DATE_MONTH_FIRST)
		   ? at
		   : i;
}

static bool
is_figure(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Behind the letters of one word, and no date: of somebody who calls himself so. */
static bool
is_in_nickname(struct bytes s, size_t i, const uint8_t *end)
{
	size_t n = (size_t)(end - (s.p + i));
	int64_t when;
	size_t k = i;

	while (k > 0 && is_figure(s.p[k - 1]))
		k--;
	if (k == 0 || (s.p[k - 1] | 0x20) < 'a' || (s.p[k - 1] | 0x20) > 'z' ||
	    memchr(s.p, ' ', i) != NULL)
		return false;
	return !date_find(&when, bytes_of(s.p + i, n < DATE_MAX ? n : DATE_MAX),
	    DATE_MONTH_FIRST);
}

/* Else a figure is no part of a name: a date begins. */
static struct bytes
without_behind(struct bytes s, const uint8_t *end)
{
	for (size_t i = 0; i < s.n; i++) {
		if (is_figure(s.p[i]) && !is_in_nickname(s, i, end))
			return bytes_of(s.p, date_begins(s, i, end));
		for (size_t k = 0; k < N_OF(behind); k++)
			if (i > 0 && is_at(s, i, behind[k]))
				return bytes_of(s.p, i);
	}
	return s;
}

/* An address, a handle, a sign or no letter. */
static bool
is_odd(struct bytes s)
{
	bool letter = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '@' || s.p[i] == '<')
			return true;
		letter = letter || s.p[i] >= 'A';
	}
	return !letter || has(s, "→") || has(s, "【");
}

/* A word left of a sentence; initials are capital, and so are Chinese names. */
static bool
is_small_letter(struct bytes s)
{
	const uint8_t *p = s.p;
	uint32_t c;

	if (s.n != 1 && (s.n != 2 || s.p[0] < 0xc0))
		return false;
	c = utf8_next(&p);
	return c >= 'a' && fold_char(c) == c;
}

static bool
is_nobody(struct bytes s)
{
	for (size_t i = 0; i < N_OF(nobody); i++)
		if (s.n == strlen(nobody[i]) && is_at(s, 0, nobody[i]))
			return true;
	if (is_small_letter(s) || ends_so(s, "!") || ends_so(s, "?") ||
	    ends_so(s, "！") || ends_so(s, "？") || ends_so(s, "。") ||
	    is_at(s, 0, "email ") || is_at(s, 0, "e-mail ") ||
	    is_at(s, 0, "developed by ") || is_at(s, 0, "reviewed by "))
		return true;
	return is_odd(s) || s.n > NAME_MAX || s.p[0] == '(' ||
	       (s.n > 4 && is_at(s, 0, "http"));
}

/* The first separator in |s|: where it begins, and behind it. */
static size_t
next_between(struct bytes s, size_t *ret_behind)
{
	for (size_t i = 0; i < s.n; i++)
		for (size_t k = 0; k < N_OF(between); k++)
			if (is_at(s, i, between[k]) &&
			    !is_at(s, i, " & co. ")) {
				*ret_behind = i + strlen(between[k]);
				return i;
			}
	*ret_behind = s.n;
	return s.n;
}

/* What somebody is, and where: "Head of Marketing". */
static bool
is_post(struct bytes s)
{
	static const char *const words[] = {" of ", " at ", " chez "};

	for (size_t i = 0; i < N_OF(words); i++)
		if (has(s, words[i]))
			return true;
	return false;
}

/* Behind a comma, up to the next, with "and" in it or not. */
static struct bytes
without_posts(struct bytes s)
{
	for (;;) {
		const uint8_t *end = memchr(s.p, ',', s.n);
		size_t n = end != NULL ? (size_t)(end - s.p) : s.n;

		if (s.n == 0 || before_length(trim(s)) > 0 ||
		    !is_post(bytes_of(s.p, n)))
			return s;
		n += end != NULL;
		s = bytes_of(s.p + n, s.n - n);
	}
}

bool
author_next(struct bytes *text, struct bytes *ret)
{
	const uint8_t *end = text->p + text->n;

	while (text->n > 0) {
		size_t to, at = next_between(*text, &to);
		struct bytes s = bytes_of(text->p, at);
		bool comma = at < text->n && text->p[at] == ',';

		*text = bytes_of(text->p + to, text->n - to);
		if (comma)
			*text = without_posts(*text);
		s = trim(without_behind(without_before(trim(s)), end));
		s = without_stop(trim(without_before(without_labels(s))));
		if (!is_nobody(s)) {
			*ret = s;
			return true;
		}
	}
	return false;
}

/* "von", "de", "al" and the like are small in names. */
static bool
is_particle(struct bytes word)
{
	static const char *const words[] = {"von", "van", "vom", "zu", "zur",
	    "der", "den", "de", "da", "das", "do", "dos", "du", "des", "del",
	    "della", "di", "la", "le", "el", "al", "bin", "ibn", "ter", "ten",
	    "y", "e", "und", "and", "et"};

	for (size_t i = 0; i < N_OF(words); i++)
		if (bytes_eq(word, bytes_str(words[i])))
			return true;
	return false;
}

/* Two words to five, with capitals but for the particles between them. */
static bool
is_capital(struct bytes name)
{
	size_t words = 0;
	bool small = true;

	while (name.n > 0) {
		const uint8_t *end = memchr(name.p, ' ', name.n), *p = name.p;
		size_t n = end != NULL ? (size_t)(end - name.p) : name.n;
		uint32_t c = utf8_next(&p);

		small = fold_char(c) == c;
		if (small && (words == 0 || !is_particle(bytes_of(name.p, n))))
			return false;
		words++;
		n += end != NULL;
		name = bytes_of(name.p + n, name.n - n);
	}
	return words >= 2 && words <= 5 && !small;
}

/* What a line begins with that says of itself that names follow. */
static const char *const signs[] = {"by ", "written by ", "posted by ",
    "words by ", "von ", "text von ",
    "text: ", "autor: ", "autorin: ", "author: ", "par ", "por ",
    "texto: ", "door ", "tekst: ", "автор: ", "текст: ", "аўтар: ", "тэкст: ",
    "müəllif: ", "muallif: ", "nivîskar: ", "autore: ", "auteur: "};

/* As far as the shorter of them goes. */
static bool
begin_alike(struct bytes word, const char *sign)
{
	const uint8_t *p = word.p, *end = p + word.n;
	const uint8_t *s = (const uint8_t *)sign;

	while (p < end && *s != '\0')
		if (fold_char(utf8_next(&p)) != fold_char(utf8_next(&s)))
			return false;
	return true;
}

bool
author_may_begin(struct bytes word)
{
	for (size_t i = 0; i < N_OF(signs); i++)
		if (word.n > 0 && begin_alike(word, signs[i]))
			return true;
	return false;
}

bool
author_is_line(struct bytes text)
{
	bool said = false;
	struct bytes name;
	size_t n = 0;

	for (size_t i = 0; i < N_OF(signs); i++)
		said = said || is_at(text, 0, signs[i]);
	if (!said)
		return false;
	for (; author_next(&text, &name); n++)
		if (!is_capital(name))
			return false;
	return n > 0;
}
