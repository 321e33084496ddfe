#include "client/pasted.h"

#include <stdio.h>

#include "tests/lib/check.h"

static void
is(const char *text, bool on, const char *link)
{
	struct buf got;

	buf_init(&got, 0);
	pasted(&got, bytes_str(text), on);
	if (!bytes_eq(buf_bytes(&got), bytes_str(link)))
		fprintf(stderr, "%s: %.*s\n", text, (int)got.n, got.p);
	check(bytes_eq(buf_bytes(&got), bytes_str(link)));
	buf_done(&got);
}

int
main(void)
{
	is("quire:a?k=b&n=C%20D", false, "quire:a?k=b&n=C%20D");
	is("", false, "");
	is("Nothing here.", true, "");

	/* In a sentence, and in its marks. */
	is("Follow us: quire:a?k=b, and tell.", false, "quire:a?k=b");
	is("\"quire:a?k=b\".", false, "quire:a?k=b");
	is("<quire:a?k=b>", false, "quire:a?k=b");
	is("(quire:a?k=b).", false, "quire:a?k=b");
	is("\u201cquire:a?k=b\u201d", false, "quire:a?k=b");
	is("\u00abquire:a?k=b\u00bb,", false, "quire:a?k=b");
	is("\u2067quire:a?\u200bk=b\u2069", false, "quire:a?k=b");
	is("quire://h:1/?t=raw#AB-_.", false, "quire://h:1/?t=raw#AB-_");

	/* As markup, and in another address. */
	is("<a href=\"quire:a?k=b&amp;n=C\">", false, "quire:a?k=b&n=C");
	is("https://x/?url=quire%3Aa%3Fk%3Db%26n%3DC%2520D&text=e", false,
	    "quire:a?k=b&n=C%20D");
	is("quire%3Aa%", false, "quire:a%");
	is("quire%3Aa%3Fk%3Db%26n%3DC%20D", false, "quire:a?k=b&n=C%20D");

	/* Lines. */
	is("quire:a?k=\nb", false, "quire:a?k=");
	is("quire:a?\nk=b", true, "quire:a?k=b");
	is("> quire:a?  \r\n> k=b\r\n>\r\n> Yours", true, "quire:a?k=b");
	is("quire:a?k=b\n\nYours", true, "quire:a?k=b");
	is("quire:a?k=b thanks", true, "quire:a?k=b");
	return 0;
}
