#include "daemon/config.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/settings.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/host/log.h"
#include "proto/object/follow.h"
#include "proto/wire/invite.h"

/* A parse in progress: where it is, and what it adds to. */
struct parse {
	struct config *c;
	const char *name;
	struct buf *errors;
	size_t n_errors;
	unsigned line;
	enum setting_section section; /* that an indented line belongs to */
	/* Lines on which the settings of each section were last set. */
	unsigned set[SECTIONS][32];
};

static void complain(struct parse *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
complain(struct parse *p, const char *fmt, ...)
{
	char what[512];
	va_list ap;

	if (++p->n_errors > CONFIG_ERRORS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	buf_printf(p->errors, "%s:%u: %s\n", p->name, p->line, what);
}

static void
complain_unknown(struct parse *p, enum setting_section s, struct bytes name)
{
	const char *near = setting_nearest(s, name);
	int n = name.n < 64 ? (int)name.n : 64;
	const char *what = (const char *)name.p;

	/* A secret on a line of its own is not repeated. */
	if (memchr(name.p, ':', name.n) != NULL)
		complain(p, "this begins with no setting: a link stands behind "
			    "\"follow\", an invite behind \"peer\"");
	else if (near != NULL)
		complain(p, "\"%.*s\" is no setting%s%s; did you mean \"%s\"?",
		    n, what, s == SECTION_TOP ? "" : " of ",
		    setting_section_name(s), near);
	else
		complain(p, "\"%.*s\" is no setting%s%s: see quired.conf(5)", n,
		    what, s == SECTION_TOP ? "" : " of ",
		    setting_section_name(s));
}

static bool
is_list(const struct setting *s)
{
	return s->type == SETTING_LISTEN || s->type == SETTING_INVITE ||
	       s->type == SETTING_SOURCE;
}

static void *
base_of(struct parse *p, enum setting_section s)
{
	if (s == SECTION_FOLLOW)
		return &p->c->follow[p->c->n_follow - 1];
	if (s == SECTION_PUBLISH)
		return &p->c->publish[p->c->n_publish - 1];
	if (s == SECTION_WEB)
		return &p->c->web[p->c->n_web - 1];
	if (s == SECTION_TRANSPORT)
		return &p->c->transport[p->c->n_transport - 1];
	return p->c;
}

static void
take_setting(struct parse *p, enum setting_section s, struct bytes name,
    struct bytes value)
{
	const struct setting *first, *set = setting_find(s, name);
	const char *wrong;
	unsigned *line;
	size_t n;

	if (set == NULL) {
		complain_unknown(p, s, name);
		return;
	}
	first = setting_table(s, &n);
	line = &p->set[s][set - first];
	if (*line != 0 && !is_list(set)) {
		complain(p, "%s is set already, in line %u", set->name, *line);
		return;
	}
	*line = p->line;
	wrong = value.n == 0 ? "has no value"
			     : setting_set(base_of(p, s), set, value);
	if (wrong != NULL)
		complain(p, "%s %s", set->name, wrong);
}

static void
begin_follow(struct parse *p, struct bytes link)
{
	struct config_follow *f = &p->c->follow[p->c->n_follow];
	struct follow *parsed = malloc(sizeof(*parsed));
	int e = parsed != NULL ? follow_parse(parsed, link) : QERR_NOMEM;

	memset(f, 0, sizeof(*f));
	setting_defaults(f, SECTION_FOLLOW);
	f->line = p->line;
	f->link = strndup((const char *)link.p, link.n);
	if (e == QERR_TYPE) {
		complain(p, "follow is not a link: one begins with quire:");
	} else if (e != 0) {
		complain(p,
		    "follow has a link which %s; copy it whole, from quire: "
		    "on",
		    qerr_str(e));
	} else {
		f->feed = parsed->feed;
		if (config_find(p->c, &f->feed) != NULL)
			complain(p, "this feed is followed already, in line %u",
			    config_find(p->c, &f->feed)->line);
	}
	p->c->n_follow++;
	if (parsed != NULL)
		sodium_memzero(parsed, sizeof(*parsed));
	free(parsed);
}

static void
begin_publish(struct parse *p, struct bytes folder)
{
	struct config_publish *f = &p->c->publish[p->c->n_publish];

	memset(f, 0, sizeof(*f));
	setting_defaults(f, SECTION_PUBLISH);
	f->line = p->line;
	f->folder = strndup((const char *)folder.p, folder.n);
	if (folder.n == 0 || folder.p[0] != '/')
		complain(p,
		    "publish needs the path of a folder, from the root, that "
		    "\"quire key new\" made");
	for (size_t i = 0; i < p->c->n_publish; i++)
		if (bytes_eq(folder, bytes_str(p->c->publish[i].folder)))
			complain(p,
			    "this folder is published already, in line %u",
			    p->c->publish[i].line);
	p->c->n_publish++;
}

static void
begin_web(struct parse *p, struct bytes address)
{
	struct config_web *f = &p->c->web[p->c->n_web];
	struct invite v;

	memset(f, 0, sizeof(*f));
	setting_defaults(f, SECTION_WEB);
	f->line = p->line;
	f->address = strndup((const char *)address.p, address.n);
	if (!address_web(&v, address))
		complain(p,
		    "web needs an address with a secret path, as "
		    "https://www.example.org/ and 16 or more letters and "
		    "digits by chance");
	for (size_t i = 0; i < p->c->n_web; i++)
		if (bytes_eq(address, bytes_str(p->c->web[i].address)))
			complain(p, "this address is given already, in line %u",
			    p->c->web[i].line);
	p->c->n_web++;
}

static void
begin_transport(struct parse *p, struct bytes name)
{
	struct config_transport *f = &p->c->transport[p->c->n_transport];

	memset(f, 0, sizeof(*f));
	setting_defaults(f, SECTION_TRANSPORT);
	f->line = p->line;
	f->name = strndup((const char *)name.p, name.n);
	if (!transport_name(name))
		complain(p,
		    "transport needs the name of a pluggable transport, as "
		    "obfs4");
	for (size_t i = 0; i < p->c->n_transport; i++)
		if (bytes_eq(name, bytes_str(p->c->transport[i].name)))
			complain(p,
			    "this transport is there already, in line "
			    "%u",
			    p->c->transport[i].line);
	p->c->n_transport++;
}

/* Make room for one more of |n| elements of |size|. */
static bool
make_room(struct parse *p, void **array, size_t n, size_t size, size_t max)
{
	void *more;

	if (n == max) {
		complain(p, "there are more than %zu of these", max);
		return false;
	}
	more = reallocarray(*array, n + 1, size);
	if (more == NULL) {
		complain(p, "out of memory");
		return false;
	}
	*array = more;
	return true;
}

static bool
begin_section(struct parse *p, struct bytes name, struct bytes value)
{
	struct config *c = p->c;
	void *array;

	if (bytes_eq(name, bytes_str("follow"))) {
		array = c->follow;
		if (!make_room(p, &array, c->n_follow, sizeof(*c->follow),
			CONFIG_FOLLOW_MAX))
			return true;
		c->follow = array;
		p->section = SECTION_FOLLOW;
		begin_follow(p, value);
	} else if (bytes_eq(name, bytes_str("publish"))) {
		array = c->publish;
		if (!make_room(p, &array, c->n_publish, sizeof(*c->publish),
			CONFIG_PUBLISH_MAX))
			return true;
		c->publish = array;
		p->section = SECTION_PUBLISH;
		begin_publish(p, value);
	} else if (bytes_eq(name, bytes_str("web"))) {
		array = c->web;
		if (!make_room(p, &array, c->n_web, sizeof(*c->web),
			CONFIG_WEB_MAX))
			return true;
		c->web = array;
		p->section = SECTION_WEB;
		begin_web(p, value);
	} else if (bytes_eq(name, bytes_str("transport"))) {
		array = c->transport;
		if (!make_room(p, &array, c->n_transport, sizeof(*c->transport),
			CONFIG_TRANSPORT_MAX))
			return true;
		c->transport = array;
		p->section = SECTION_TRANSPORT;
		begin_transport(p, value);
	} else {
		return false;
	}
	memset(p->set[p->section], 0, sizeof(p->set[p->section]));
	return true;
}

/* Up to a # that a blank or nothing stands before: invites have one within. */
static struct bytes
without_comment(struct bytes line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' &&
		    (i == 0 || text_is_blank(line.p[i - 1])))
			line.n = i;
	return line;
}

static void
parse_line(struct parse *p, struct bytes line)
{
	bool indented = line.n > 0 && text_is_blank(line.p[0]);
	struct bytes name, value;

	name = value = text_trim(without_comment(line));
	if (value.n == 0)
		return;
	name.n = 0;
	while (name.n < value.n && !text_is_blank(value.p[name.n]))
		name.n++;
	value = text_trim(bytes_of(value.p + name.n, value.n - name.n));

	if (indented && p->section == SECTION_TOP)
		complain(p, "this line is indented, but belongs to no follow, "
			    "publish, web or transport");
	else if (indented)
		take_setting(p, p->section, name, value);
	else if (!begin_section(p, name, value)) {
		p->section = SECTION_TOP;
		take_setting(p, SECTION_TOP, name, value);
	}
}

static void
parse_lines(struct parse *p, struct bytes text)
{
	while (text.n > 0) {
		const uint8_t *nl = memchr(text.p, '\n', text.n);
		size_t n = nl != NULL ? (size_t)(nl - text.p) : text.n;
		struct bytes line = {text.p, n};
		struct bytes shown = line;

		p->line++;
		text.p += nl != NULL ? n + 1 : n;
		text.n -= nl != NULL ? n + 1 : n;
		if (shown.n > 0 && shown.p[shown.n - 1] == '\r')
			shown.n--;
		while (shown.n > 0 && shown.p[0] == '\t') {
			shown.p++;
			shown.n--;
		}
		if (memchr(line.p, 0, line.n) != NULL || !utf8_valid(shown))
			complain(p, "this line is not text");
		else
			parse_line(p, line);
	}
}

size_t
config_parse(struct config *ret, struct bytes text, const char *name,
    struct buf *errors)
{
	struct parse p = {.c = ret, .name = name, .errors = errors};

	memset(ret, 0, sizeof(*ret));
	setting_defaults(ret, SECTION_TOP);
	parse_lines(&p, text);
	if (p.n_errors > CONFIG_ERRORS_MAX)
		buf_printf(errors, "%s: and %zu more\n", name,
		    p.n_errors - CONFIG_ERRORS_MAX);
	return p.n_errors;
}

size_t
config_load(struct config *ret, const char *path, struct buf *errors)
{
	struct buf text;
	size_t n;
	int e;

	buf_init(&text, CONFIG_FILE_MAX);
	e = file_read(&text, AT_FDCWD, path, CONFIG_FILE_MAX);
	if (e == 0) {
		n = config_parse(ret, buf_bytes(&text), path, errors);
	} else {
		memset(ret, 0, sizeof(*ret));
		buf_printf(errors, "%s cannot be read: %s\n", path,
		    e == QERR_ABSENT ? "it is no file that is here"
		    : e == QERR_IO && log_held()[0] != '\0' ? log_held()
							    : qerr_str(e));
		n = 1;
	}
	buf_wipe(&text);
	return n;
}

void
config_done(struct config *c)
{
	setting_free(c, SECTION_TOP);
	for (size_t i = 0; i < c->n_follow; i++)
		secret_free(c->follow[i].link);
	for (size_t i = 0; i < c->n_publish; i++) {
		setting_free(&c->publish[i], SECTION_PUBLISH);
		secret_free(c->publish[i].folder);
	}
	for (size_t i = 0; i < c->n_web; i++) {
		setting_free(&c->web[i], SECTION_WEB);
		secret_free(c->web[i].address);
	}
	for (size_t i = 0; i < c->n_transport; i++) {
		setting_free(&c->transport[i], SECTION_TRANSPORT);
		secret_free(c->transport[i].name);
	}
	free(c->follow);
	free(c->publish);
	free(c->web);
	free(c->transport);
	memset(c, 0, sizeof(*c));
}
