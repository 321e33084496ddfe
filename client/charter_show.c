#include "client/charter_show.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/json.h"
#include "client/keys.h"
#include "proto/base/text.h"

#define LINES_MAX    96
#define LINE_MAX_LEN 600

struct lines {
	char text[LINES_MAX][LINE_MAX_LEN];
	size_t n;
};

static void add_line(struct lines *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
add_line(struct lines *l, const char *fmt, ...)
{
	va_list ap;

	if (l->n == LINES_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(l->text[l->n++], LINE_MAX_LEN, fmt, ap);
	va_end(ap);
}

static void
add_text(struct lines *l, const char *what, struct bytes text)
{
	if (text.n > 0)
		add_line(l, "%-10s%.*s", what, (int)text.n,
		    (const char *)text.p);
}

static void
add_signer(struct lines *l, const struct charter_key *k)
{
	char text[KEYS_TEXT];

	key_text(text, &k->key);
	if (k->to < k->from)
		add_line(l, "%-10s%s  revoked outright", "signs", text);
	else if (k->to == UINT64_MAX)
		add_line(l, "%-10s%s  from issue %llu on", "signs", text,
		    (unsigned long long)k->from);
	else
		add_line(l, "%-10s%s  issues %llu to %llu", "signs", text,
		    (unsigned long long)k->from, (unsigned long long)k->to);
}

static void
describe(struct lines *l, const struct charter *c)
{
	char text[KEYS_TEXT], id[ID_TEXT_LEN + 1];

	l->n = 0;
	add_text(l, "name", c->name);
	for (size_t i = 0; i < c->n_lang; i++)
		add_text(l, "language", c->lang[i]);
	add_text(l, "home", c->home);
	add_line(l, "%-10s%u of its roots sign a charter", "threshold",
	    c->threshold);
	for (size_t i = 0; i < c->n_root; i++) {
		key_text(text, &c->root[i]);
		add_line(l, "%-10s%s", "root", text);
	}
	for (size_t i = 0; i < c->n_next_root; i++) {
		id_text(id, &c->next_root[i]);
		add_line(l, "%-10shash %s", "next root", id);
	}
	for (size_t i = 0; i < c->n_key; i++)
		add_signer(l, &c->key[i]);
	for (size_t i = 0; i < c->n_quorum; i++)
		add_line(l, "%-10s%u sign each issue from %llu on", "quorum",
		    c->quorum[i].m, (unsigned long long)c->quorum[i].from);
	for (size_t i = 0; i < c->n_mirror; i++)
		add_text(l, "mirror", c->mirror[i]);
	if (c->pin > 0) {
		id_text(id, &c->pin_root);
		add_line(l, "%-10sissues 1 to %llu, history %s", "pinned",
		    (unsigned long long)c->pin, id);
	}
}

static void
json_key(struct json *j, const struct key *k)
{
	char text[KEYS_TEXT];

	key_text(text, k);
	json_str(j, NULL, text);
}

/* Who may sign charters, and what they say of issues. */
static void
json_keys(struct json *j, const struct charter *c)
{
	char text[KEYS_TEXT], id[ID_TEXT_LEN + 1];

	json_uint(j, "threshold", c->threshold);
	json_open(j, "roots", '[');
	for (size_t i = 0; i < c->n_root; i++)
		json_key(j, &c->root[i]);
	json_close(j, ']');
	json_open(j, "next_roots", '[');
	for (size_t i = 0; i < c->n_next_root; i++) {
		id_text(id, &c->next_root[i]);
		json_str(j, NULL, id);
	}
	json_close(j, ']');
	json_open(j, "signers", '[');
	for (size_t i = 0; i < c->n_key; i++) {
		json_open(j, NULL, '{');
		key_text(text, &c->key[i].key);
		json_str(j, "key", text);
		json_uint(j, "from", c->key[i].from);
		if (c->key[i].to != UINT64_MAX)
			json_uint(j, "to", c->key[i].to);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_open(j, "quorums", '[');
	for (size_t i = 0; i < c->n_quorum; i++) {
		json_open(j, NULL, '{');
		json_uint(j, "keys", c->quorum[i].m);
		json_uint(j, "from", c->quorum[i].from);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
json_texts(struct json *j, const char *name, const struct bytes *text, size_t n)
{
	json_open(j, name, '[');
	for (size_t i = 0; i < n; i++)
		json_text(j, NULL, text[i]);
	json_close(j, ']');
}

static int
show_json(const struct charter *c)
{
	char id[ID_TEXT_LEN + 1];
	struct json j;
	struct buf b;

	buf_init(&b, 0);
	json_init(&j, &b);
	json_open(&j, NULL, '{');
	json_uint(&j, "version", c->version);
	json_text(&j, "name", c->name);
	json_texts(&j, "languages", c->lang, c->n_lang);
	if (c->home.n > 0)
		json_text(&j, "home", c->home);
	json_keys(&j, c);
	json_texts(&j, "mirrors", c->mirror, c->n_mirror);
	if (c->pin > 0) {
		id_text(id, &c->pin_root);
		json_uint(&j, "pinned", c->pin);
		json_str(&j, "history", id);
	}
	json_close(&j, '}');
	json_flush(&j);
	buf_done(&b);
	return APP_DONE;
}

static bool
has_line(const struct lines *l, const char *text)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->text[i], text) == 0)
			return true;
	return false;
}

int
charter_show(const struct app *a, const struct charter *c,
    const struct charter *old)
{
	struct lines *l = a->json ? NULL : calloc(2, sizeof(*l));

	if (a->json)
		return show_json(c);
	if (l == NULL)
		return complain("out of memory.");
	describe(&l[0], c);
	if (old != NULL)
		describe(&l[1], old);
	printf("%scharter   version %llu%s\n", old != NULL ? "  " : "",
	    (unsigned long long)c->version,
	    old != NULL ? ", against the one before" : "");
	for (size_t i = 0; i < l[1].n; i++)
		if (!has_line(&l[0], l[1].text[i]))
			printf("%s- %s%s\n", style(a, STYLE_BAD), l[1].text[i],
			    style(a, STYLE_PLAIN));
	for (size_t i = 0; i < l[0].n; i++) {
		bool fresh = old != NULL && !has_line(&l[1], l[0].text[i]);

		printf("%s%s%s%s\n", fresh ? style(a, STYLE_GOOD) : "",
		    fresh         ? "+ "
		    : old != NULL ? "  "
				  : "",
		    l[0].text[i], fresh ? style(a, STYLE_PLAIN) : "");
	}
	free(l);
	return APP_DONE;
}
