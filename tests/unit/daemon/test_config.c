#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config.h"
#include "daemon/settings.h"
#include "proto/base/text.h"

#include "tests/lib/check.h"

#define A "quire:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?k="
#define B "quire:caaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?k="
#define K "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct buf errors;

static size_t
parse(struct config *c, const char *text)
{
	buf_clear(&errors);
	return config_parse(c, bytes_str(text), "f", &errors);
}

static bool
says(const char *what)
{
	buf_put_u8(&errors, 0);
	errors.n--;
	return strstr((const char *)errors.p, what) != NULL;
}

static void
an_empty_file_is_the_defaults(void)
{
	struct config c;

	check(parse(&c, "") == 0);
	check(strcmp(c.state, "/var/lib/quire") == 0);
	check(c.quota == 20ULL << 30 && c.reserve == 256 << 20);
	check(c.upload == 0 && c.download == 0 && c.log == 2);
	check(c.listen.n == 0 && c.n_follow == 0 && c.n_publish == 0);
	config_done(&c);
}

static void
a_whole_file_is_read(void)
{
	struct config c;

	check(parse(&c, "# a comment\n"
			"state\t/tmp/q#1\r\n"
			"listen 0.0.0.0:1  # and one behind a value\n"
			"listen [::1]:0\n"
			"download 4K\n"
			"upload 50K\n"
			"\n"
			"follow " A K "\n"
			"\ttiers heads  text\n"
			"  # also a comment\n"
			"\tquota 5M\n"
			"quota none\n"
			"follow " B K "\n"
			"\tnewest 7\n"
			"publish /srv/news\n"
			"  inbox /srv/in box\n"
			"  settle 3\n"
			"  delay 0") == 0);
	check(strcmp(c.state, "/tmp/q#1") == 0);
	check(c.listen.n == 2 && strcmp(c.listen.text[0], "0.0.0.0:1") == 0);
	check(strcmp(c.listen.text[1], "[::1]:0") == 0);
	check(c.quota == 0 && c.download == 4096 && c.upload == 51200);
	check(c.n_follow == 2);
	check(c.follow[0].tiers == 3 && c.follow[0].quota == 5 << 20);
	check(c.follow[0].newest == 0 && c.follow[0].line == 8);
	check(c.follow[1].tiers == 15 && c.follow[1].newest == 7);
	check(c.n_publish == 1 && c.publish[0].settle == 3);
	check(c.publish[0].delay == 0);
	check(strcmp(c.publish[0].inbox, "/srv/in box") == 0);
	config_done(&c);
}

static void
one_wrong(const char *text, const char *what)
{
	struct config c;

	if (parse(&c, text) != 1 || !says(what)) {
		fprintf(stderr, "%s\n-> %s\n", text, (char *)errors.p);
		abort();
	}
	config_done(&c);
}

#define SECRET "/0123456789abcdef"

static void
ways_in(void)
{
	struct invite v;
	struct config c;
	struct buf b;

	check(parse(&c, "web https://a.org" SECRET "\n"
			"web https://[2001:db8::1]:8443" SECRET "/x\n"
			"\tlisten [::1]:0\n"
			"transport obfs4\n"
			"\tlisten 0.0.0.0:8443\n"
			"\tpublic b.org:443\n"
			"transport my-own_1\n"
			"\tprogram /opt/own\n") == 0);
	check(c.n_web == 2 && c.n_transport == 2);
	check(strcmp(c.web[0].listen, "127.0.0.1:7118") == 0);
	check(strcmp(c.web[1].listen, "[::1]:0") == 0);
	check(address_web(&v, bytes_str(c.web[0].address)));
	check(strcmp(v.host, "a.org") == 0 && v.port == 443);
	check(strcmp(v.path, SECRET) == 0);
	check(address_web(&v, bytes_str(c.web[1].address)));
	check(strcmp(v.host, "2001:db8::1") == 0 && v.port == 8443);
	check(strcmp(c.transport[0].listen, "0.0.0.0:8443") == 0);
	check(c.transport[0].program[0] == '\0');
	check(strcmp(c.transport[1].program, "/opt/own") == 0);

	/* The path is as secret as an invite. */
	buf_init(&b, 0);
	config_print(&b, &c);
	buf_put_u8(&b, 0);
	check(strstr((const char *)b.p, "web https://a.org/...\n") != NULL);
	check(strstr((const char *)b.p, SECRET) == NULL);
	buf_done(&b);
	config_done(&c);

	one_wrong("web http://a.org" SECRET, "web needs");
	one_wrong("web https://a.org/short", "web needs");
	one_wrong("web https://a.org" SECRET "?x", "web needs");
	one_wrong("web https://a.org:0" SECRET, "web needs");
	one_wrong("web https://a b" SECRET, "web needs");
	one_wrong("web https://" SECRET, "web needs");
	one_wrong("web https://a" SECRET "\nweb https://a" SECRET, "line 1");
	one_wrong("web https://a" SECRET "\n listen 0.0.0.0:1", "alone");
	one_wrong("web https://a" SECRET "\n listen localhost:1", "alone");
	one_wrong("transport a.b", "transport needs");
	one_wrong("transport x\ntransport x", "line 1");
	one_wrong("transport x\n listen 0.0.0.0:0", "ADDRESS:PORT");
	one_wrong("transport x\n program own", "path from the root");
}

static void
mistakes_are_named_with_their_line(void)
{
	one_wrong("\n\nqouta 1G\n",
	    "f:3: \"qouta\" is no setting; did you mean \"quota\"?");
	one_wrong("folow " A K "\n", "f:1: \"folow\" is no setting; did you "
				     "mean \"follow\"?");
	one_wrong("xyzzy 1\n", "f:1: \"xyzzy\" is no setting: see "
			       "quired.conf(5)\n");
	one_wrong("follow " A K "\n tier text\n",
	    "f:2: \"tier\" is no setting of follow; did you mean \"tiers\"?");
	one_wrong(" quota 1G\n", "f:1: this line is indented");
	one_wrong("quota 1G\nquota 2G\n",
	    "f:2: quota is set already, in line 1");
	one_wrong("quota\n", "f:1: quota has no value");
	one_wrong("quota 1X\n", "f:1: quota is not a size");
	one_wrong("upload 4095\n", "f:1: upload is not none or a rate of 4K");
	one_wrong("download 1K\n", "f:1: download is not none or a rate");
	one_wrong("quota 99999999999T\n", "f:1: quota is not a size");
	one_wrong("state here\n", "f:1: state is not a path from the root");
	one_wrong("listen example.org:1\n", "f:1: listen is not ADDRESS:PORT");
	one_wrong("listen 127.0.0.1:65536\n", "f:1: listen is not");
	one_wrong("listen 127.0.0.1\n", "f:1: listen is not");
	one_wrong("listen [::1]\n", "f:1: listen is not");
	one_wrong("public a b:1\n", "f:1: public is not HOST:PORT");
	one_wrong("public x:0\n", "f:1: public is not HOST:PORT");
	one_wrong("log loud\n", "f:1: log is none of");
	one_wrong("peer http://x/\n", "f:1: peer is not an invite");
	one_wrong("follow quire:abc\n", "f:1: follow has a link which");
	one_wrong("follow\n", "f:1: follow is not a link: one begins with");
	one_wrong("follow " A K "\n\ttiers text\n", "f:2: tiers is not heads");
	one_wrong("follow " A K "\n\nfollow " A K "&n=again\n",
	    "f:3: this feed is followed already, in line 1");
	one_wrong("publish here\n", "f:1: publish needs the path");
	one_wrong("publish /a\n\tcorrections all\n",
	    "f:2: corrections is none of note, count and words");
	one_wrong("publish /a\n\tlevel best\n", "f:2: level is neither");
	one_wrong("publish /a\npublish /b\npublish /a\n",
	    "f:3: this folder is published already, in line 1");
	one_wrong("quota 1G\xff\n", "f:1: this line is not text");
}

static void
many_mistakes_are_counted(void)
{
	static const char line[] = "nonsense 1\n";
	char text[sizeof(line) * 30];
	struct config c;

	text[0] = '\0';
	for (int i = 0; i < 30; i++)
		strcat(text, line);
	check(parse(&c, text) == 30);
	check(says("f:20: ") && !says("f:21: ") && says("f: and 10 more"));
	config_done(&c);
}

static void
no_line_is_too_long(void)
{
	struct config c;
	char *text = malloc(70000);

	memset(text, 'x', 70000);
	memcpy(text, "group ", 6);
	text[69999] = '\0';
	check(parse(&c, text) == 0);
	check(strlen(c.group) == 69999 - 6);
	config_done(&c);
	free(text);
}

static void
tables_are_bounded(void)
{
	struct config c;
	struct buf b;

	buf_init(&b, 0);
	for (int i = 0; i <= CONFIG_LIST_MAX; i++)
		buf_printf(&b, "listen 127.0.0.1:%d\n", i);
	check(config_parse(&c, buf_bytes(&b), "f", &errors) == 1);
	check(c.listen.n == CONFIG_LIST_MAX);
	config_done(&c);

	buf_clear(&b);
	for (int i = 0; i <= CONFIG_PUBLISH_MAX; i++)
		buf_printf(&b, "publish /p/%d\n", i);
	check(config_parse(&c, buf_bytes(&b), "f", &errors) == 1);
	check(c.n_publish == CONFIG_PUBLISH_MAX);
	config_done(&c);

	buf_clear(&b);
	for (unsigned i = 0; i <= CONFIG_FOLLOW_MAX; i++) {
		struct id feed = {{(uint8_t)i, (uint8_t)(i >> 8)}};
		char text[ID_TEXT_LEN + 1];

		id_text(text, &feed);
		buf_printf(&b, "follow quire:%s?k=%s\n", text, K);
	}
	check(config_parse(&c, buf_bytes(&b), "f", &errors) == 1);
	check(c.n_follow == CONFIG_FOLLOW_MAX);
	config_done(&c);
	buf_done(&b);
}

static void
names_are_told(void *arg, const char *name, bool restart)
{
	buf_printf(arg, "%s%s ", name, restart ? "!" : "");
}

static void
differences_are_found(void)
{
	struct config a, b;
	struct buf names;

	buf_init(&names, 0);
	check(parse(&a, "quota 1G\nfollow " A K "\n\tquota 1M\n") == 0);
	check(parse(&b, "log debug\nquota 1024M\nfollow " A K "\n") == 0);
	config_diff(&a, &b, names_are_told, &names);
	check(bytes_eq(buf_bytes(&names), bytes_str("log follow ")));
	buf_clear(&names);
	config_diff(&a, &a, names_are_told, &names);
	check(names.n == 0);
	config_done(&b);

	check(parse(&b, "quota 2G\npublish /x\nfollow " A K "\n\tquota 1M\n") ==
	      0);
	config_diff(&a, &b, names_are_told, &names);
	check(bytes_eq(buf_bytes(&names), bytes_str("quota! publish! ")));
	config_done(&a);
	config_done(&b);
	buf_done(&names);
}

static void
what_is_printed_is_read_back_but_for_secrets(void)
{
	struct config a, b;
	struct buf text;

	buf_init(&text, 0);
	check(parse(&a, "listen 127.0.0.1:5\npublish /x\n\tinbox /y\n") == 0);
	config_print(&text, &a);
	buf_put_u8(&text, 0);
	/* Empty values are left out of the reading back. */
	check(strstr((char *)text.p, "\npublic \n\t# The name") != NULL);
	check(strstr((char *)text.p, "\n\tinbox /y\n\t\t# A folder") != NULL);
	check(strstr((char *)text.p, "quota 20G\n\t# How many") != NULL);
	check(strstr((char *)text.p, "(restart)") != NULL);
	config_done(&a);

	check(parse(&a, "follow " A K "&n=x\n") == 0);
	buf_clear(&text);
	config_print(&text, &a);
	buf_put_u8(&text, 0);
	check(strstr((char *)text.p, "k=...") != NULL);
	check(strstr((char *)text.p, K "&") == NULL);

	buf_clear(&text);
	config_write(&text, &a);
	check(config_parse(&b, buf_bytes(&text), "f", &errors) == 0);
	check(b.n_follow == 1 &&
	      strcmp(b.follow[0].link, a.follow[0].link) == 0);
	config_done(&a);
	config_done(&b);
	buf_done(&text);
}

static void
follows_come_and_go(void)
{
	struct config c, other;

	check(parse(&other, "follow " A K "\n\tnewest 3\nfollow " B K "\n") ==
	      0);
	check(parse(&c, "follow " A K "\n") == 0);
	check(config_add_follow(&c, &other.follow[0]) == 0);
	check(c.n_follow == 1 && c.follow[0].newest == 3);
	check(config_add_follow(&c, &other.follow[1]) == 0);
	check(c.n_follow == 2);
	config_remove_follow(&c, &other.follow[0].feed);
	check(c.n_follow == 1 &&
	      config_find(&c, &other.follow[0].feed) == NULL);
	check(config_find(&c, &other.follow[1].feed) == &c.follow[0]);
	config_done(&c);
	config_done(&other);
}

/* Sources: their schemes, their length, how many, and how often. */
static void
sources(void)
{
	static const struct {
		const char *line, *says;
	} wrong[] = {{"source ftp://a/", "source is not an address"},
	    {"source example.org/feed", "source is not an address"},
	    {"source file:x", "source is not an address"},
	    {"source https://", "source is not an address"},
	    {"source https://a/b c", "source has a character"},
	    {"source https://a/\xc3\xa9", "source has a character"},
	    {"source https://a\\@b/", "source has a character"},
	    {"source http://a/\n\tsource http://a/", "source is given twice"},
	    {"every 59s", "every is not a time"},
	    {"every 31d", "every is not a time"},
	    {"every 18446744073709551615d", "every is not a time"},
	    {"every 5w", "every is not a time"},
	    {"every", "every has no value"},
	    {"delay 3601", "delay is not a number of seconds"},
	    {"delay 2s", "delay is not a number of seconds"},
	    {"settle 18446744073709551615", "settle is not a number"}};
	static const struct {
		const char *text;
		uint64_t seconds;
	} good[] = {{"60", 60}, {"90s", 90}, {"1m", 60}, {"2h", 7200},
	    {"30d", 30 * 86400}};
	struct config c;
	struct buf b, text;

	buf_init(&b, 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		buf_clear(&b);
		buf_printf(&b, "publish /x\n\t%s\n%c", wrong[i].line, 0);
		check(parse(&c, (const char *)b.p) == 1);
		check(says(wrong[i].says));
		config_done(&c);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		buf_clear(&b);
		buf_printf(&b, "publish /x\n\tevery %s\n%c", good[i].text, 0);
		check(parse(&c, (const char *)b.p) == 0);
		check(c.publish[0].every == good[i].seconds);
		config_done(&c);
	}
	for (int more = 0; more < 2; more++) {
		buf_clear(&b);
		buf_put_str(&b, "publish /x\n");
		for (int i = 0; i < CONFIG_LIST_MAX + more; i++)
			buf_printf(&b, "\tsource http://a/%d\n", i);
		buf_put_u8(&b, 0);
		check(parse(&c, (const char *)b.p) == (size_t)more);
		check(c.publish[0].source.n == CONFIG_LIST_MAX);
		config_done(&c);
	}
	buf_clear(&b);
	buf_printf(&b, "publish /x\n\tsource http://a/%01100d\n%c", 0, 0);
	check(parse(&c, (const char *)b.p) == 1 && says("1024"));
	config_done(&c);
	check(parse(&c,
		  "publish /x\n\tsource http://a/\n\tsource file:///b\n") == 0);
	check(c.publish[0].every == 900 && c.publish[0].delay == 2);
	buf_init(&text, 0);
	config_print(&text, &c);
	buf_put_u8(&text, 0);
	check(strstr((char *)text.p,
		  "\n\tsource http://a/\n\tsource file:///b\n") != NULL);
	check(strstr((char *)text.p, "\n\tevery 15m\n") != NULL);
	buf_done(&text);
	config_done(&c);
	buf_done(&b);
}

int
main(void)
{
	check(sodium_init() >= 0);
	buf_init(&errors, 0);
	an_empty_file_is_the_defaults();
	sources();
	a_whole_file_is_read();
	ways_in();
	mistakes_are_named_with_their_line();
	many_mistakes_are_counted();
	no_line_is_too_long();
	tables_are_bounded();
	differences_are_found();
	what_is_printed_is_read_back_but_for_secrets();
	follows_come_and_go();
	buf_done(&errors);
	return 0;
}
