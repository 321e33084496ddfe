#include "daemon/extract/rules.h"

#include <stdlib.h>
#include <strings.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"

/* Take the first word off the front of |*s|. */
static struct bytes
word(struct bytes *s)
{
	struct bytes w = {s->p, 0};

	while (w.n < s->n && !text_is_blank(s->p[w.n]))
		w.n++;
	*s = text_trim(bytes_of(s->p + w.n, s->n - w.n));
	return w;
}

static bool
is_word(struct bytes w, const char *what)
{
	return bytes_eq(w, bytes_str(what));
}

/* Names of hosts, and nothing that only an address has. */
static const char *
check_sites(struct bytes sites)
{
	if (sites.n == 0)
		return "site needs the name of a host, as example.org";
	for (size_t i = 0; i < sites.n; i++)
		if (sites.p[i] == '/' || sites.p[i] == ':' ||
		    sites.p[i] == '*' || sites.p[i] == '"')
			return "site takes names of hosts alone, as "
			       "example.org, which stands for www.example.org, "
			       "too";
	return NULL;
}

static const char *
take_pattern(struct rule *r, struct bytes quoted)
{
	if (quoted.n < 3 || quoted.p[0] != '"' || quoted.p[quoted.n - 1] != '"')
		return "a pattern stands between quotation marks, and is not "
		       "empty";
	r->pattern = text_trim(bytes_of(quoted.p + 1, quoted.n - 2));
	return NULL;
}

/* What stands behind "drop", "title" and so on: a selector, or of lines. */
static const char *
take_argument(struct rule *r, struct bytes arg)
{
	struct bytes left = arg, first = word(&left);
	bool quote = left.n > 0 && left.p[0] == '"';

	r->how = RULE_SELECT;
	if (arg.n == 0)
		return "this rule needs a selector";
	if (arg.p[0] == '"' && r->what == RULE_DROP) {
		r->how = RULE_LINE;
		return take_pattern(r, arg);
	}
	if (r->what == RULE_DROP && is_word(arg, "repeated")) {
		r->how = RULE_REPEATED;
		return NULL;
	}
	if (arg.p[0] == '"')
		return r->what == RULE_KEEP
			   ? "keep takes a selector"
			   : "write \"after\" before the pattern";
	if (!quote)
		return select_parse(&r->select, arg);
	if (r->what == RULE_DROP && is_word(first, "from"))
		r->how = RULE_FROM;
	else if (r->what == RULE_DROP && is_word(first, "until"))
		r->how = RULE_UNTIL;
	else if (r->what > RULE_DROP && is_word(first, "after"))
		r->how = RULE_AFTER;
	else
		return "a pattern stands behind drop, drop from, drop until, "
		       "or title, author or date after";
	return take_pattern(r, left);
}

static const char *
take_line(struct rules *r, struct bytes line, struct bytes *sites)
{
	static const char *const verbs[] = {
	    "keep", "drop", "title", "author", "date", "headings"};
	struct bytes verb = word(&line);
	struct rule *rule;
	size_t what = 0;

	if (is_word(verb, "site")) {
		*sites = line;
		return check_sites(line);
	}
	while (what < sizeof(verbs) / sizeof(verbs[0]) &&
	       !is_word(verb, verbs[what]))
		what++;
	if (what == sizeof(verbs) / sizeof(verbs[0]))
		return "this is no rule: one begins with site, keep, drop, "
		       "title, author, date or headings";
	if (r->n == RULES_MAX)
		return "there are more than 128 rules";
	rule = &r->rule[r->n++];
	rule->what = (enum rule_what)what;
	rule->sites = *sites;
	if (rule->what != RULE_HEADINGS)
		return take_argument(rule, line);
	rule->how = RULE_ALL;
	return line.n > 0 ? "headings stands alone" : NULL;
}

static const char *
take_lines(struct rules *r, struct bytes text, unsigned *ret_number)
{
	struct bytes sites = {NULL, 0};
	const char *wrong = NULL;

	for (*ret_number = 0; wrong == NULL && text.n > 0;) {
		const uint8_t *nl = memchr(text.p, '\n', text.n);
		size_t n = nl != NULL ? (size_t)(nl - text.p) : text.n;
		struct bytes line = text_trim(bytes_of(text.p, n));

		++*ret_number;
		text = nl != NULL ? bytes_of(nl + 1, text.n - n - 1)
				  : bytes_of(NULL, 0);
		if (!utf8_valid(line) || memchr(line.p, 0, line.n) != NULL)
			wrong = "this is not text";
		else if (line.n > 0 && line.p[0] != '#')
			wrong = take_line(r, line, &sites);
	}
	return wrong;
}

int
rules_parse(struct rules **ret, struct bytes text, struct buf *why)
{
	struct rules *r = calloc(1, sizeof(*r));
	const char *wrong = "there are more than 64 KiB of rules";
	unsigned number = 1;

	*ret = NULL;
	if (r == NULL)
		return QERR_NOMEM;
	if (text.n <= RULES_FILE_MAX)
		wrong = take_lines(r, text, &number);
	if (wrong != NULL) {
		buf_printf(why, "line %u: %s.", number, wrong);
		rules_free(r);
		return QERR_TEXT;
	}
	*ret = r;
	return 0;
}

void
rules_free(struct rules *r)
{
	free(r);
}

/* example.org stands for www.example.org, too. */
static bool
is_at(struct bytes host, struct bytes site)
{
	size_t more = host.n - site.n;

	return site.n > 0 && host.n >= site.n &&
	       strncasecmp((const char *)host.p + more, (const char *)site.p,
		   site.n) == 0 &&
	       (more == 0 || host.p[more - 1] == '.');
}

bool
rule_is_for(const struct rule *r, struct bytes host)
{
	struct bytes sites = r->sites;

	while (sites.n > 0)
		if (is_at(host, word(&sites)))
			return true;
	return r->sites.n == 0;
}

/* The last "*" may always stand for more than it did: no other need be tried. */
bool
rule_matches(struct bytes pattern, struct bytes line)
{
	size_t p = 0, i = 0, star = SIZE_MAX, from = 0;

	while (i < line.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			from = i;
		} else if (p < pattern.n && pattern.p[p] == line.p[i]) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}
