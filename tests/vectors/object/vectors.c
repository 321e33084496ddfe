#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/capsule.h"
#include "proto/object/edition.h"
#include "proto/object/feed.h"
#include "proto/object/follow.h"
#include "proto/object/markup.h"
#include "proto/object/pack.h"
#include "proto/object/tree.h"
#include "tests/lib/check.h"

/*
 * Vectors of PROTOCOL.md §4 to §11, which gen-object.py made without any of our
 * code: one a line, "key=value" with blanks between, bytes in hex.
 * usage: vectors FOLDER, and: vectors --verdicts < capsules, one in hex a line
 */
#define FIELDS 24

struct line {
	char *key[FIELDS], *value[FIELDS];
	size_t n;
	uint8_t *bytes[FIELDS];
};

static struct line l;
static unsigned count, failed;

static const char *
text(const char *key)
{
	for (size_t i = 0; i < l.n; i++)
		if (strcmp(l.key[i], key) == 0)
			return l.value[i];
	fprintf(stderr, "a vector lacks %s\n", key);
	exit(1);
}

static struct bytes
hex(const char *s)
{
	size_t n = strlen(s) / 2;
	uint8_t *p = malloc(n + 1);
	size_t i = 0;

	while (l.bytes[i] != NULL)
		i++;
	l.bytes[i] = p;
	check(hex_decode(p, n, s, 2 * n) == (int)n);
	return bytes_of(p, n);
}

static uint64_t
number(const char *key)
{
	uint64_t v;

	check(dec_parse(&v, text(key), strlen(text(key))) == 0);
	return v;
}

static struct id
id(const char *key)
{
	struct bytes b = hex(text(key));
	struct id x = {{0}};

	if (b.n == 32)
		memcpy(x.b, b.p, 32);
	return x;
}

static int
code(const char *name)
{
#define X(q, value, words)         \
	if (strcmp(name, #q) == 0) \
		return value;
	QERR_LIST(X)
#undef X
	check(strcmp(name, "0") == 0);
	return 0;
}

static void
expect(int got)
{
	int want = code(text("verdict"));

	count++;
	if (got == want)
		return;
	fprintf(stderr, "%s: %d, not %d\n", l.n > 0 ? l.value[0] : "", got,
	    want);
	failed++;
}

static void
do_markup(void)
{
	expect(markup_check(hex(text("body")), number("pictures"), NULL));
}

static void
do_head(void)
{
	struct bytes head = hex(text("head"));
	struct article a;
	struct buf b = {0};
	int err = article_decode(&a, head);

	expect(err);
	if (err == 0) {
		check(article_encode(&b, &a) == 0);
		check(bytes_eq(buf_bytes(&b), head));
	}
	buf_done(&b);
}

static void
do_tree(void)
{
	struct bytes path = hex(text("path"));
	char name[1024], again[TREE_PATH_MAX];
	struct tree_name t;
	int err;

	check(path.n < sizeof(name));
	snprintf(name, sizeof(name), "%.*s", (int)path.n, (const char *)path.p);
	err = strlen(name) != path.n ? QERR_ENCODING : tree_parse(&t, name);
	expect(err);
	if (err == 0) {
		tree_path(again, &t);
		check(strcmp(again, name) == 0);
	}
}

/* A follower of |feed| that took in all |files|; |*ret| says how the last one went. */
static struct feed *
follower(int *ret)
{
	struct id x = id("feed");
	struct feed *f = feed_new(&x);
	char *s = strdup(text("files")), *at = s, *part;
	uint64_t floor;

	check(f != NULL && s != NULL);
	*ret = 0;
	while (*ret == 0 && (part = strsep(&at, ",")) != NULL)
		*ret = feed_add_charter(f, hex(part), &floor);
	free(s);
	return f;
}

static void
do_charter(void)
{
	int err;
	struct feed *f = follower(&err);

	expect(err);
	feed_free(f);
}

static void
do_header(void)
{
	struct header h, again;
	struct buf b = {0};
	int err;
	struct feed *f = follower(&err);

	check(err == 0);
	err = feed_check_head(f, hex(text("header")), &h);
	expect(err);
	if (err == 0) {
		check(header_encode(&b, &h) == 0);
		check(header_decode_body(&again, buf_bytes(&b)) == 0);
		check(id_eq(&h.hash, &again.hash));
	}
	buf_done(&b);
	feed_free(f);
}

static void
do_follow(void)
{
	static struct follow f;
	struct buf b = {0};
	int err = follow_parse(&f, hex(text("link")));

	expect(err);
	if (err == 0) {
		follow_text(&b, &f);
		check(bytes_eq(buf_bytes(&b), hex(text("text"))));
		check(f.n_source == number("n"));
		check(bytes_eq(bytes_str(f.name), hex(text("name"))));
	}
	buf_done(&b);
}

static void
do_pack(void)
{
	uint64_t tier = number("tier");
	struct pack_entry e = {.tier = (enum tier)tier,
	    .root = id("root"),
	    .size = (uint32_t)number("size"),
	    .raw = (uint32_t)number("raw"),
	    .contents = id("contents"),
	    .count = (uint32_t)number("count"),
	    .first = number("first"),
	    .last = number("last"),
	    .base = (uint8_t)number("based")};
	struct bytes base = hex(text("base"));
	struct reading_key key;
	struct id feed = id("feed"), k = id("key");
	struct buf raw = {0};
	int err;

	memcpy(key.b, k.b, sizeof(key.b));
	err = pack_open(&raw, &e, &feed, &key, hex(text("sealed")),
	    base.n > 0 ? base : (struct bytes){NULL, 0});
	expect(err);
	if (err == 0)
		check(bytes_eq(buf_bytes(&raw), hex(text("plain"))));
	buf_done(&raw);
}

static void
do_capsule(void)
{
	struct capsule_verdict *v = calloc(1, sizeof(*v));
	struct bytes newer[8];
	size_t n = 0;
	char *s = strdup(text("newer")), *at = s, *part;

	while ((part = strsep(&at, ",")) != NULL)
		if (part[0] != '\0' && n < 8)
			newer[n++] = hex(part);
	expect(capsule_open(v, hex(text("file")), newer, n));
	capsule_verdict_done(v);
	free(v);
	free(s);
}

static void
do_edition(void)
{
	struct edition_verdict *v = calloc(1, sizeof(*v));
	struct edition e;
	int r = edition_decode(&e, hex(text("file")));

	if (r == 0)
		r = edition_open(v, &e);
	expect(r);
	if (r == 0)
		check(bytes_eq(bytes_of(v->header.hash.b, 32),
		    hex(text("draft"))));
	edition_verdict_done(v);
	free(v);
}

static void
run(const char *folder, const char *file, void (*fn)(void))
{
	static char buf[4 << 20];
	char path[4096];
	unsigned before = count;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	check((f = fopen(path, "r")) != NULL);
	while (fgets(buf, sizeof(buf), f) != NULL) {
		char *at = buf, *part;

		buf[strcspn(buf, "\n")] = '\0';
		l = (struct line){.n = 0};
		while ((part = strsep(&at, " ")) != NULL) {
			char *eq = strchr(part, '=');

			if (eq == NULL) /* a name with a blank in it */
				continue;
			*eq = '\0';
			check(l.n < FIELDS);
			l.key[l.n] = part;
			l.value[l.n++] = eq + 1;
		}
		fn();
		for (size_t i = 0; i < FIELDS; i++)
			free(l.bytes[i]);
	}
	fclose(f);
	printf("%s: %u\n", file, count - before);
	check(count > before);
}

/* The first good capsule, with every bit flipped, and cut at every byte. */
static void
flip(void)
{
	static bool done;
	struct bytes file;
	struct capsule_verdict *v;
	uint8_t *copy;

	if (done || strcmp(text("verdict"), "0") != 0)
		return;
	done = true;
	file = hex(text("file"));
	copy = malloc(file.n);
	memcpy(copy, file.p, file.n);
	for (size_t i = 0; i < file.n * 8 + file.n; i++) {
		size_t n = i < file.n * 8 ? file.n : i - file.n * 8;

		v = calloc(1, sizeof(*v));
		if (i < file.n * 8)
			copy[i / 8] ^= (uint8_t)(1 << i % 8);
		check(capsule_open(v, bytes_of(copy, n), NULL, 0) != 0);
		if (i < file.n * 8)
			copy[i / 8] ^= (uint8_t)(1 << i % 8);
		capsule_verdict_done(v);
		free(v);
		count++;
	}
	free(copy);
}

static int
verdicts(void)
{
	static char buf[8 << 20];
	struct capsule_verdict *v;

	while (fgets(buf, sizeof(buf), stdin) != NULL) {
		buf[strcspn(buf, "\n")] = '\0';
		l = (struct line){.n = 0};
		v = calloc(1, sizeof(*v));
		puts(capsule_open(v, hex(buf), NULL, 0) == 0 ? "good" : "bad");
		capsule_verdict_done(v);
		free(v);
		free(l.bytes[0]);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	check(sodium_init() >= 0 && argc == 2);
	if (strcmp(argv[1], "--verdicts") == 0)
		return verdicts();
	run(argv[1], "charters.txt", do_charter);
	run(argv[1], "headers.txt", do_header);
	run(argv[1], "markup.txt", do_markup);
	run(argv[1], "heads.txt", do_head);
	run(argv[1], "trees.txt", do_tree);
	run(argv[1], "follows.txt", do_follow);
	run(argv[1], "packs.txt", do_pack);
	run(argv[1], "capsules.txt", do_capsule);
	run(argv[1], "capsules.txt", flip);
	run(argv[1], "editions.txt", do_edition);
	return failed == 0 ? 0 : 1;
}
