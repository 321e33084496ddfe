#include "proto/object/armour.h"

#include <string.h>

#include "proto/base/qerr.h"
#include "tests/lib/check.h"

#define BEGIN "-----BEGIN QUIRE CAPSULE-----"
#define END   "-----END QUIRE CAPSULE-----"

static int
get(struct buf *b, const char *text)
{
	buf_clear(b);
	return armour_get(b, ARMOUR_CAPSULE, bytes_str(text), 1000);
}

static bool
gives(const char *text, const char *file)
{
	struct buf b;
	bool is;

	buf_init(&b, 0);
	is = armour_is(ARMOUR_CAPSULE, bytes_str(text)) && get(&b, text) == 0 &&
	     bytes_eq(buf_bytes(&b), bytes_str(file));
	buf_done(&b);
	return is;
}

static void
test_around(void)
{
	check(gives(BEGIN "\nYWJj\n" END "\n", "abc"));
	check(gives("Look: " BEGIN " YW\t\r\nJj " END " and tell.", "abc"));
	/* Who answers quotes the end of another. */
	check(gives("> " END "\n" BEGIN "\nYWJj\n" END, "abc"));
	check(gives(BEGIN "\nYWJj\n" END "\n" BEGIN "\neHl6\n" END, "abc"));
	check(gives("\xd0\xa1\xd0\xbc\xd0\xbe\xd1\x82\xd1\x80\xd0\xb8: " BEGIN
		    "YWJj" END,
	    "abc"));
}

/* Forwarded, with marks before each line, all alike. */
static void
test_forwarded(void)
{
	struct buf b;

	check(gives("I quote:\n> " BEGIN "\n> YW\n> Jj\n> " END "\n", "abc"));
	check(gives(">" BEGIN "\r\n>YWJj\r\n>" END "\r\n", "abc"));
	check(gives(" > >> " BEGIN "\n>>> YW\n> > > Jj\n>>>" END, "abc"));
	check(gives("> " BEGIN "\n> YW\n>\n> Jj\n> " END, "abc"));
	buf_init(&b, 0);
	check(get(&b, "> " BEGIN "\n> YW\nJj\n> " END) == QERR_ENCODING);
	check(get(&b, "> " BEGIN "\n> YW\n>> Jj\n> " END) == QERR_ENCODING);
	check(get(&b, "> " BEGIN "\n> YW> Jj\n> " END) == QERR_ENCODING);
	check(get(&b, "> " BEGIN "\n> YWJj\n" END) == QERR_ENCODING);
	check(get(&b, BEGIN "\n> YWJj\n" END) == QERR_ENCODING);
	check(get(&b, "See > " BEGIN "\n> YWJj\n> " END) == QERR_ENCODING);
	buf_done(&b);
}

static void
test_wrong(void)
{
	struct buf b;

	buf_init(&b, 0);
	check(get(&b, "YWJj") == QERR_TYPE);
	check(get(&b, BEGIN "YWJj") == QERR_TRUNCATED);
	check(get(&b, END BEGIN "YWJj") == QERR_TRUNCATED);
	check(get(&b, BEGIN "YWJ" END) == QERR_ENCODING);
	check(get(&b, BEGIN "YW*j" END) == QERR_ENCODING);
	check(get(&b, BEGIN "YW\x0bJj" END) == QERR_ENCODING);
	check(get(&b, BEGIN "YWJ=" END) == QERR_ENCODING);
	buf_done(&b);
}

/* A capsule or a charter whose title quotes another one is itself. */
static void
test_quoted(void)
{
	check(!armour_is(ARMOUR_CAPSULE,
	    bytes_str("\xab\x61" BEGIN "YWJj" END)));
	check(!armour_is(ARMOUR_CAPSULE, bytes_str("\x82" BEGIN "YWJj" END)));
	check(!armour_is(ARMOUR_CAPSULE, bytes_of("", 0)));
}

int
main(void)
{
	test_around();
	test_forwarded();
	test_wrong();
	test_quoted();
	return 0;
}
