#include <stdio.h>
#include <string.h>

#include "daemon/ingest/ingest.h"
#include "tests/lib/check.h"

/* Which pictures an article asks for, in which order, and what is said below them. */

static struct buf asked;

static int
find(void *unused, struct bytes src)
{
	(void)unused;
	buf_put(&asked, src.p, src.n);
	buf_put_u8(&asked, ' ');
	return -1;
}

static int
have(void *unused, struct bytes src)
{
	(void)unused;
	return src.n > 0 ? src.p[0] : -1;
}

static void
asks(const char *html, const char *want)
{
	struct ingest_source src = {.kind = INGEST_HTML,
	    .data = bytes_str(html),
	    .file = bytes_str("page.html"),
	    .lang = bytes_str("en"),
	    .find = find};
	struct ingest_doc d;
	struct buf why;

	buf_init(&asked, 0);
	buf_init(&why, 0);
	ingest_init(&d);
	check(ingest(&d, &src, &why) == 0);
	buf_put_u8(&asked, '\0');
	if (strcmp((const char *)asked.p, want) != 0)
		fprintf(stderr, "%s\n  asks for %s\n", html, asked.p);
	check(strcmp((const char *)asked.p, want) == 0);
	ingest_done(&d);
	buf_done(&why);
	buf_done(&asked);
}

static void
what_a_script_would_fetch(void)
{
	asks("<p>a<img src=a.png>", "a.png ");
	asks("<p>a<img src=a.png data-src=b.png>", "b.png a.png ");
	asks("<p>a<img src='data:image/gif;base64,R0lG' data-original=b.png>",
	    "b.png ");
	asks("<p>a<img src=/i/placeholder.gif data-lazy-src=b.png>", "b.png ");
	asks("<p>a<img src=/i/placeholder.gif>", "/i/placeholder.gif ");
	asks("<p>a<img data-src='{\"a\": 1}' src=a.png>", "a.png ");
}

static void
one_of_a_set(void)
{
	asks("<p>a<img srcset='a.png 320w, b,c.png 1200w, d.png 4000w'>",
	    "b,c.png ");
	asks("<p>a<img data-srcset='a.png 3000w,b.png 2000w' src=data:x>",
	    "b.png ");
	asks("<p>a<img srcset='a.png, b.png 1.5x,c.png 2x'>", "c.png ");
	asks("<p>a<img srcset='a.png'>", "a.png ");
	asks("<p>a<img srcset=' , ,'>", "");
	asks("<p>a<img src=a.png srcset='b.png 2x'>", "a.png ");
}

static void
around_it(void)
{
	asks("<p>a<picture><source data-srcset='b.png 2x'><img></picture>",
	    "b.png ");
	asks("<p>a<span><img src='data:x'><noscript><img src=b.png></noscript>"
	     "</span>",
	    "b.png ");
	asks("<p>a<span><img src=a.png><noscript><img src=b.png></noscript>"
	     "</span>",
	    "a.png ");
}

/* Of an article with |html|, whose pictures are there. */
static void
shows(const char *html, const char *want)
{
	struct ingest_source src = {.kind = INGEST_HTML,
	    .data = bytes_str(html),
	    .file = bytes_str("page.html"),
	    .lang = bytes_str("en"),
	    .find = have};
	struct ingest_doc d;
	struct buf why;

	buf_init(&why, 0);
	ingest_init(&d);
	check(ingest(&d, &src, &why) == 0);
	buf_put_u8(&d.body, '\0');
	if (strcmp((const char *)d.body.p, want) != 0)
		fprintf(stderr, "%s\n  shows %s\n", html, d.body.p);
	check(strcmp((const char *)d.body.p, want) == 0);
	ingest_done(&d);
	buf_done(&why);
}

#define STORY                                                            \
	"A story, which goes on for longer than any line that says who " \
	"made a picture, where it was made, and when that was, goes on."

static void
boxes_with_a_caption_are_figures(void)
{
	shows("<p>a</p><div class=wp-caption><img src=a.png>"
	      "<p class=wp-caption-text>A street</p></div><p>b</p>",
	    "<p>a</p><figure><img src=\"0\"><figcaption>A street"
	    "</figcaption></figure><p>b</p>");
	shows("<p>a</p><div><div><img src=a.png></div><span class=caption>"
	      "A street</span> <i>Anna</i></div><p>b</p>",
	    "<p>a</p><figure><img src=\"0\"><figcaption>A street"
	    "</figcaption></figure><p><em>Anna</em></p><p>b</p>");
	shows("<p>a</p><figure><img src=a.png><div class=caption>A street"
	      "</div></figure>",
	    "<p>a</p><figure><img src=\"0\"><figcaption>A street"
	    "</figcaption></figure>");
	/* Two pictures, or much text beside it, are none. */
	shows("<div><img src=a.png><img src=b.png><p class=caption>Two</p>"
	      "</div>",
	    "<figure><img src=\"0\"></figure>"
	    "<figure><img src=\"1\"></figure>"
	    "<p>Two</p>");
	shows("<div><img src=a.png><p>" STORY
	      "</p><p class=caption>c</p></div>",
	    "<figure><img src=\"0\"></figure><p>" STORY "</p><p>c</p>");
}

int
main(void)
{
	what_a_script_would_fetch();
	one_of_a_set();
	around_it();
	boxes_with_a_caption_are_figures();
	return 0;
}
