#include "proto/wire/pt.h"

#include "proto/base/qerr.h"

void
pt_init(struct pt *p, const char *name, bool serves, bool proxy)
{
	*p = (struct pt){.serves = serves, .proxy = proxy};
	memcpy(p->name, name, strnlen(name, PT_NAME_MAX));
}

/* Words it fails with, for people: what is no plain character is left out. */
static void
fail(struct pt *p, const char *what, struct bytes said)
{
	static const char silent[] = "it does not say why";
	size_t n = strnlen(what, PT_WHY_MAX);

	if (p->state == PT_FAILED)
		return;
	p->state = PT_FAILED;
	memcpy(p->why, what, n);
	if (n > 0 && n < PT_WHY_MAX && said.n > 0)
		p->why[n++] = ' ';
	for (size_t i = 0; i < said.n && n < PT_WHY_MAX; i++)
		if (said.p[i] >= ' ' && said.p[i] <= '~')
			p->why[n++] = (char)said.p[i];
	p->why[n] = '\0';
	if (n == 0)
		memcpy(p->why, silent, sizeof(silent));
}

void
pt_fail(struct pt *p, const char *why)
{
	fail(p, why, bytes_of("", 0));
}

/* Lines: words with one blank between. */

static struct bytes
next_word(struct bytes *at)
{
	size_t n = 0;
	struct bytes word;

	while (n < at->n && at->p[n] != ' ')
		n++;
	word = bytes_of(at->p, n);
	n += n < at->n;
	*at = bytes_of(at->p + n, at->n - n);
	return word;
}

static bool
is(struct bytes word, const char *s)
{
	return bytes_eq(word, bytes_str(s));
}

static bool
begins(struct bytes a, const char *s)
{
	size_t n = strlen(s);

	return a.n >= n && memcmp(a.p, s, n) == 0;
}

/*
 * From a list "k=v,k=v" with \ before = , and \ to the form of invites.  False if that
 * is none, or too long for one.
 */
static bool
take_args(struct pt *p, struct bytes in)
{
	size_t n = 0;

	for (size_t i = 0; i < in.n; i++) {
		bool escaped = in.p[i] == '\\';
		uint8_t c = in.p[escaped && i + 1 < in.n ? ++i : i];

		if (c <= ' ' || c > '~' || n + 2 > PT_ARGS_MAX)
			return false;
		if (c == ',' && !escaped)
			c = ';';
		else if (c == '\\' || c == ';' || (c == '=' && escaped))
			p->args[n++] = '\\';
		p->args[n++] = (char)c;
	}
	p->args[n] = '\0';
	return true;
}

static bool
take_address(struct pt *p, struct bytes at)
{
	if (at.n == 0 || at.n > PT_ADDRESS_MAX)
		return false;
	for (size_t i = 0; i < at.n; i++)
		if (at.p[i] <= ' ' || at.p[i] > '~')
			return false;
	memcpy(p->address, at.p, at.n);
	p->address[at.n] = '\0';
	p->offered = true;
	return true;
}

static void
on_cmethod(struct pt *p, struct bytes rest)
{
	if (!is(next_word(&rest), p->name))
		return;
	if (!is(next_word(&rest), "socks5"))
		fail(p, "it offers no socks5", bytes_of("", 0));
	else if (!take_address(p, next_word(&rest)))
		fail(p, "it names no address", bytes_of("", 0));
}

static void
on_smethod(struct pt *p, struct bytes rest)
{
	static const char args[] = "ARGS:";

	if (!is(next_word(&rest), p->name))
		return;
	if (!take_address(p, next_word(&rest))) {
		fail(p, "it names no address", bytes_of("", 0));
		return;
	}
	while (rest.n > 0) {
		struct bytes word = next_word(&rest);
		size_t n = sizeof(args) - 1;

		if (begins(word, args) &&
		    !take_args(p, bytes_of(word.p + n, word.n - n)))
			fail(p, "no invite can hold its arguments",
			    bytes_of("", 0));
	}
}

static void
on_done(struct pt *p)
{
	if (!p->offered)
		fail(p, "it does not know this transport", bytes_of("", 0));
	else if (p->proxy && !p->proxied)
		fail(p, "it does not use a proxy", bytes_of("", 0));
	else if (p->state == PT_STARTING)
		p->state = PT_READY;
}

static void
on_version(struct pt *p, struct bytes rest)
{
	if (is(rest, "1"))
		p->versioned = true;
	else
		fail(p, "it speaks another version of the specification",
		    bytes_of("", 0));
}

/* One that names the transport counts if it is ours. */
static void
on_error(struct pt *p, const char *what, bool names, struct bytes rest)
{
	if (!names || is(next_word(&rest), p->name))
		fail(p, what, rest);
}

static void
on_line(struct pt *p, struct bytes rest)
{
	struct bytes word = next_word(&rest);

	if (is(word, "VERSION"))
		on_version(p, rest);
	else if (is(word, "VERSION-ERROR"))
		on_error(p, "VERSION-ERROR", false, rest);
	else if (is(word, "ENV-ERROR"))
		on_error(p, "ENV-ERROR", false, rest);
	else if (is(word, "PROXY-ERROR"))
		on_error(p, "PROXY-ERROR", false, rest);
	else if (is(word, "PROXY") && is(rest, "DONE"))
		p->proxied = true;
	else if (!p->versioned)
		return;
	else if (is(word, p->serves ? "SMETHOD-ERROR" : "CMETHOD-ERROR"))
		on_error(p, "", true, rest);
	else if (is(word, "CMETHOD") && !p->serves)
		on_cmethod(p, rest);
	else if (is(word, "SMETHOD") && p->serves)
		on_smethod(p, rest);
	else if (is(word, p->serves ? "SMETHODS" : "CMETHODS") &&
		 is(rest, "DONE"))
		on_done(p);
}

enum pt_state
pt_take(struct pt *p, struct bytes in)
{
	for (size_t i = 0; i < in.n; i++) {
		if (in.p[i] == '\n') {
			if (p->state == PT_STARTING)
				on_line(p, bytes_of(p->line, p->n_line));
			p->n_line = 0;
		} else if (p->n_line < PT_LINE_MAX) {
			p->line[p->n_line++] = in.p[i];
		} else if (p->state == PT_STARTING) {
			fail(p, "it writes no lines", bytes_of("", 0));
		}
	}
	return p->state;
}

void
pt_login(struct socks_to *to, const char *args)
{
	to->n_user = strnlen(args, SOCKS_LOGIN_MAX);
	memcpy(to->user, args, to->n_user);
	/* A word may not be empty: one zero byte stands for none. */
	to->word[0] = '\0';
	to->n_word = to->n_user > 0;
}
