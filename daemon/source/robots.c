#include "daemon/source/robots.h"

#include <strings.h>

#include "proto/base/text.h"

struct line {
	struct bytes key, value;
};

static struct bytes
until(struct bytes s, uint8_t mark)
{
	const uint8_t *end = s.n > 0 ? memchr(s.p, mark, s.n) : NULL;

	return end != NULL ? bytes_of(s.p, (size_t)(end - s.p)) : s;
}

/* The next "key: value" of |*text|; false at the end. */
static bool
next_line(struct bytes *text, struct line *ret)
{
	while (text->n > 0) {
		struct bytes line = until(*text, '\n');
		size_t n = line.n < text->n ? line.n + 1 : line.n;

		*text = bytes_of(text->p + n, text->n - n);
		line = until(line, '#');
		ret->key = until(line, ':');
		if (ret->key.n == line.n)
			continue;
		ret->value = text_trim(bytes_of(ret->key.p + ret->key.n + 1,
		    line.n - ret->key.n - 1));
		ret->key = text_trim(ret->key);
		return true;
	}
	return false;
}

static bool
is_word(struct bytes s, const char *word)
{
	return s.n == strlen(word) &&
	       strncasecmp((const char *)s.p, word, s.n) == 0;
}

/* "quire", also with a version behind it. */
static bool
names_us(struct bytes agent)
{
	return is_word(until(agent, '/'), "quire");
}

static bool
has_group_of_ours(struct bytes text)
{
	struct line l;

	while (next_line(&text, &l))
		if (is_word(l.key, "user-agent") && names_us(l.value))
			return true;
	return false;
}

/* A walk over the rules of our group, which may stand in several places. */
struct walk {
	struct bytes text;
	bool ours;   /* there is a group of our own */
	bool inside; /* a group that counts */
	bool naming; /* the line before was a User-agent, too */
};

static struct walk
walk_of(struct bytes text)
{
	struct walk w = {.text = text};

	if (w.text.n > ROBOTS_MAX)
		w.text.n = ROBOTS_MAX;
	w.ours = has_group_of_ours(w.text);
	return w;
}

static bool
next_rule(struct walk *w, struct line *ret)
{
	while (next_line(&w->text, ret)) {
		if (is_word(ret->key, "user-agent")) {
			bool counts = w->ours ? names_us(ret->value)
					      : is_word(ret->value, "*");

			w->inside = counts || (w->naming && w->inside);
			w->naming = true;
			continue;
		}
		w->naming = false;
		if (w->inside)
			return true;
	}
	return false;
}

/* Without recursion: back to the last "*", and one letter further. */
static bool
matches(struct bytes rule, struct bytes path)
{
	bool to_end = rule.n > 0 && rule.p[rule.n - 1] == '$';
	size_t n = rule.n - (to_end ? 1 : 0), r = 0, p = 0;
	size_t star = SIZE_MAX, from = 0;

	for (;;) {
		if (r < n && rule.p[r] == '*') {
			star = r++;
			from = p;
		} else if (r == n && (!to_end || p == path.n)) {
			return true;
		} else if (r < n && p < path.n && rule.p[r] == path.p[p]) {
			r++;
			p++;
		} else if (star != SIZE_MAX && from < path.n) {
			r = star + 1;
			p = ++from;
		} else {
			return false;
		}
	}
}

bool
robots_allow(struct bytes text, struct bytes path)
{
	struct walk w = walk_of(text);
	size_t longest = 0;
	bool allow = true;
	struct line l;

	while (next_rule(&w, &l)) {
		bool yes = is_word(l.key, "allow");

		if ((!yes && !is_word(l.key, "disallow")) || l.value.n == 0 ||
		    l.value.n < longest || !matches(l.value, path))
			continue;
		allow = yes || (allow && l.value.n == longest);
		longest = l.value.n;
	}
	return allow;
}

uint64_t
robots_delay(struct bytes text)
{
	struct walk w = walk_of(text);
	uint64_t delay = 0;
	struct line l;

	while (next_rule(&w, &l)) {
		if (!is_word(l.key, "crawl-delay"))
			continue;
		delay = 0;
		for (size_t i = 0; i < l.value.n && delay < ROBOTS_DELAY_MAX &&
				   l.value.p[i] >= '0' && l.value.p[i] <= '9';
		     i++)
			delay = delay * 10 + (l.value.p[i] - '0');
	}
	return delay < ROBOTS_DELAY_MAX ? delay : ROBOTS_DELAY_MAX;
}
