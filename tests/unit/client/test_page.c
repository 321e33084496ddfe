#include "client/page.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/object/hash.h"
#include "tests/lib/check.h"

/* One article with all that a page can show. */
static void
write_page(struct buf *b)
{
	struct charter *c = calloc(1, sizeof(*c));
	struct header *h = calloc(1, sizeof(*h));
	struct article *a = calloc(1, sizeof(*a));
	struct page p = {.feed = &h->feed,
	    .charter = c,
	    .header = h,
	    .article = a,
	    .body = bytes_str("<p>Words <a href=\"#b\">on</a><p>"
			      "<img src=\"0\"><h2>More</h2><pre>x</pre>"),
	    .name = "00112233445566778899aabbccddeeff",
	    .have = {true}};

	c->name = bytes_str("Newsroom & Co");
	h->number = 7;
	h->time = 1800000000;
	h->m = 1;
	a->name = bytes_str("a");
	a->revision = 2;
	a->status = ARTICLE_CORRECTED;
	a->lang = bytes_str("fa");
	a->title = bytes_str("Title <b>");
	a->author[0] = bytes_str("Ann");
	a->author[1] = bytes_str("Bea");
	a->n_author = 2;
	a->section = bytes_str("World");
	a->has_published = a->has_updated = true;
	a->published = 1700000000;
	a->updated = 1750000000;
	a->address = bytes_str("https://example.org/a?b&c");
	a->note = bytes_str("A name was wrong.");
	a->n_picture = 2;
	for (size_t i = 0; i < 2; i++) {
		a->picture[i].hash.b[0] = (uint8_t)i;
		a->picture[i].width = a->picture[i].height = 8;
		a->picture[i].alt = bytes_str("alt");
		a->picture[i].caption = bytes_str("caption");
	}
	check(page_article(b, &p) == 0);
	free(c);
	free(h);
	free(a);
}

/*
 * Pages are compared byte by byte, so those of another layout must say so: who changes
 * what a page looks like gives PAGE_MAKER the next number, and this its new hash.
 */
static void
test_layout(void)
{
	char hex[ID_TEXT_LEN + 1];
	struct id h;
	struct buf b;

	buf_init(&b, 0);
	write_page(&b);
	hash(&h, HASH_RECORD, buf_bytes(&b));
	id_text(hex, &h);
	fprintf(stderr, "%s %s\n", PAGE_MAKER, hex);
	check(strcmp(PAGE_MAKER, "quire 4") == 0);
	check(strcmp(hex,
		  "4duq5nhccghmfc5rrit3wc6vpgxe6suq3kwaiwy7afbjdx5q66oq") == 0);
	buf_done(&b);
}

static void
test_foreign(void)
{
	char *at;
	struct buf b;

	buf_init(&b, 0);
	write_page(&b);
	check(!page_is_foreign(buf_bytes(&b)));
	check(page_is_foreign(bytes_of(b.p, 100)));
	check(page_is_foreign(bytes_of(b.p, 0)));
	at = memmem(b.p, b.n, PAGE_MAKER, strlen(PAGE_MAKER));
	check(at != NULL);
	if (at != NULL) {
		at[strlen(PAGE_MAKER) - 1] ^= 1;
		check(page_is_foreign(buf_bytes(&b)));
		check(page_is_foreign(bytes_of(b.p,
		    (size_t)((uint8_t *)at - b.p))));
	}
	buf_done(&b);
}

/* One picture is here, one is not: that one is described, and its file not named. */
static void
test_pictures(void)
{
	static const char there[] = "<img src=\"../pictures/";
	static const char gone[] = "A picture that is not here:</bdi> "
				   "<bdi>alt</bdi></span><figcaption>";
	const uint8_t *img;
	struct buf b;

	buf_init(&b, 0);
	write_page(&b);
	check(memmem(b.p, b.n, gone, strlen(gone)) != NULL);
	img = memmem(b.p, b.n, there, strlen(there));
	check(img != NULL);
	if (img != NULL) {
		size_t left = b.n - (size_t)(img + 1 - b.p);

		check(memmem(img + 1, left, there, strlen(there)) == NULL);
	}
	buf_done(&b);
}

int
main(void)
{
	test_pictures();
	test_layout();
	test_foreign();
	return 0;
}
