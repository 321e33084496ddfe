#include "daemon/ingest/author.h"

#include <string.h>

#include "proto/base/fold.h"
#include "proto/base/text.h"

#define NAME_MAX 64 /* bytes; what is longer is no name */
#define N_OF(a)  (sizeof(a) / sizeof((a)[0]))

/* What stands before names; the longest first. */
static const char *const before[] = {"view all posts by ",
    "zeige alle beiträge von ", "alle beiträge von ", "alles von ", "mehr von ",
    "written by ", "posted by ", "text and photos by ", "interview: ",
    "author: ", "authors: ", "autor: ", "autorin: ", "auteur : ", "by: ", "by ",
    "von ", "par ", "por ", "di ", "door ", "af ", "av ",
    "text: ", "tekst: ", "текст: ", "автор: ", "авторы: ", "автор ", "作者：",
    "作者:", "文/", "文／", "記者／", "記者", "记者", "بقلم ", "كتب ",
    "نویسنده: ", "मूल लेखक: ", "oleh ", "yazan: ", "haber: "};

/* What stands behind them, and all that follows. */
static const char *const behind[] = {" | ", " • ", " · ", " - ", " – ", " — ",
    " @", " on ", " updated", " published", " (", " / ", "／",
    " foto:", " photo:", " foto ", " am ", " 기자", "기자", "記者", "报道",
    "報導"};

/* Between two of them. */
static const char *const between[] = {" and ", " und ", " et ", " y ", " e ",
    " og ", " och ", " ve ", " и ", " та ", " & ", " و ", ", ", ";", "、", "،",
    "，", " i "};

/* Where a name should be, and nothing to read. */
static const char *const nobody[] = {"by", "posted", "author", "admin",
    "wordpressadmin", "no author", "publiziert am", "veröffentlicht am",
    "redaktion", "editor", "staff", "none", "null", "anonymous"};

static struct bytes
trim(struct bytes s)
{
	static const char marks[] = " ,:;[]\"'";

	while (s.n > 0 && strchr(marks, s.p[0]) != NULL)
		s = bytes_of(s.p + 1, s.n - 1);
	while (s.n > 0 && strchr(marks, s.p[s.n - 1]) != NULL)
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

static struct bytes
without_before(struct bytes s)
{
	for (size_t i = 0; i < N_OF(before); i++) {
		size_t n = strlen(before[i]);

		if (s.n > n && is_at(s, 0, before[i]))
			return without_before(bytes_of(s.p + n, s.n - n));
	}
	return s;
}

/* A figure is no part of a name: a date begins. */
static struct bytes
without_behind(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool ends = s.p[i] >= '0' && s.p[i] <= '9';

		for (size_t k = 0; k < N_OF(behind) && !ends; k++)
			ends = i > 0 && is_at(s, i, behind[k]);
		if (ends)
			return bytes_of(s.p, i);
	}
	return s;
}

static bool
is_nobody(struct bytes s)
{
	for (size_t i = 0; i < N_OF(nobody); i++)
		if (s.n == strlen(nobody[i]) && is_at(s, 0, nobody[i]))
			return true;
	return s.n == 0 || s.n > NAME_MAX || s.p[0] == '(' ||
	       (s.n > 4 && is_at(s, 0, "http"));
}

/* The first separator in |s|: where it begins, and behind it. */
static size_t
next_between(struct bytes s, size_t *ret_behind)
{
	for (size_t i = 0; i < s.n; i++)
		for (size_t k = 0; k < N_OF(between); k++)
			if (is_at(s, i, between[k])) {
				*ret_behind = i + strlen(between[k]);
				return i;
			}
	*ret_behind = s.n;
	return s.n;
}

bool
author_next(struct bytes *text, struct bytes *ret)
{
	while (text->n > 0) {
		size_t to, at = next_between(*text, &to);
		struct bytes s = bytes_of(text->p, at);

		*text = bytes_of(text->p + to, text->n - to);
		s = trim(without_behind(without_before(trim(s))));
		if (!is_nobody(s)) {
			*ret = s;
			return true;
		}
	}
	return false;
}
