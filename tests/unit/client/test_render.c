#include "client/render.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/check.h"

/* |body| on a terminal of |width| columns is |want|. */
static void
shows(const char *body, size_t width, const char *want)
{
	struct article a = {.n_picture = 0};
	struct buf b;

	buf_init(&b, 0);
	check(render(&b, &(struct render){.article = &a,
			     .body = bytes_str(body),
			     .width = width}) == 0);
	if (!bytes_eq(buf_bytes(&b), bytes_str(want)))
		fprintf(stderr, "%.*s", (int)b.n, b.p);
	check(bytes_eq(buf_bytes(&b), bytes_str(want)));
	buf_done(&b);
}

static const char arrests[] =
    "<table><tr><th>Year</th><th>Where</th></tr>"
    "<tr><td>2021</td><td>Minsk</td></tr><tr><td></td><td>A town</td></tr></table>";
static const char persian[] = "<table><tr><th>سال</th><th>Where</th></tr>"
			      "<tr><td>۱۴۰۰</td><td>۱۲</td></tr></table>";

int
main(void)
{
	/* Columns stand below each other. */
	shows(arrests, 80,
	    "Year │ Where\n"
	    "2021 │ Minsk\n"
	    "     │ A town\n");
	/* Where there is no room, each row says what is what. */
	shows(arrests, 12,
	    "Year: 2021\nWhere: Minsk\n"
	    "\n"
	    "Where: A\ntown\n");
	/* Two wide characters are four columns. */
	shows("<table><tr><td>年份</td><td>a</td></tr>"
	      "<tr><td>1</td><td>b</td></tr></table>",
	    80, "年份 │ a\n1    │ b\n");
	/* From right to left, each row of it: digits alone do not say so. */
	shows(persian, 80,
	    "\u200fسال  \u200f│\u200f Where\n"
	    "\u200f۱۴۰۰ \u200f│\u200f ۱۲\n");
	/* A word from right to left turns no table around. */
	shows("<table><tr><td>Word</td><td>کلمه</td></tr></table>", 80,
	    "\u200eWord \u200e│\u200e کلمه\n");
	return 0;
}
