#include <stdio.h>
#include <string.h>

#include "daemon/ingest/ingest.h"
#include "tests/lib/check.h"

/* Which pictures an article asks for, in which order. */

static struct buf asked;

static int
find(void *unused, struct bytes src)
{
	(void)unused;
	buf_put(&asked, src.p, src.n);
	buf_put_u8(&asked, ' ');
	return -1;
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

int
main(void)
{
	what_a_script_would_fetch();
	one_of_a_set();
	around_it();
	return 0;
}
