#include "proto/wire/invite.h"

#include <sodium.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"

#define SCHEME    "quire://"
#define BODY_LEN  65 /* 1, node key, secret */
#define CHECK_LEN 4
#define VERSION   1

static const char *const transports[] = {
    [INVITE_RAW] = "raw",
    [INVITE_WEB] = "web",
    [INVITE_PT] = "pt",
};

/* What stands for itself in an address, RFC 3986 §2.3. */
static bool
plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

static bool
base64url(uint8_t c)
{
	return plain(c) && c != '.' && c != '~';
}

/* Parsing: |at| is what is left, and every step takes from its front. */

static bool
take(struct bytes *at, const char *s)
{
	size_t n = strlen(s);

	if (at->n < n || memcmp(at->p, s, n) != 0)
		return false;
	at->p += n;
	at->n -= n;
	return true;
}

/* All up to a byte of |ends|, or everything. */
static struct bytes
take_until(struct bytes *at, const char *ends)
{
	size_t n = 0;

	while (n < at->n &&
	       (at->p[n] == '\0' || strchr(ends, at->p[n]) == NULL))
		n++;
	at->p += n;
	at->n -= n;
	return bytes_of(at->p - n, n);
}

static int
nibble(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Percent-decoding in the one spelling that percent() writes. */
static int
unpercent(uint8_t *dst, size_t max, struct bytes in)
{
	size_t n = 0;

	for (size_t i = 0; i < in.n; i++, n++) {
		if (n == max)
			return QERR_TOOBIG;
		dst[n] = in.p[i];
		if (plain(in.p[i]))
			continue;
		if (in.p[i] != '%' || in.n - i < 3 || nibble(in.p[i + 1]) < 0 ||
		    nibble(in.p[i + 2]) < 0)
			return QERR_ENCODING;
		dst[n] =
		    (uint8_t)(nibble(in.p[i + 1]) << 4 | nibble(in.p[i + 2]));
		if (plain(dst[n]))
			return QERR_ENCODING;
		i += 2;
	}
	return (int)n;
}

static void
percent(struct buf *dst, const uint8_t *p, size_t n)
{
	static const char digit[] = "0123456789ABCDEF";

	for (size_t i = 0; i < n; i++) {
		if (plain(p[i])) {
			buf_put_u8(dst, p[i]);
			continue;
		}
		buf_put_u8(dst, '%');
		buf_put_u8(dst, (uint8_t)digit[p[i] >> 4]);
		buf_put_u8(dst, (uint8_t)digit[p[i] & 15]);
	}
}

static int
copy_text(char *dst, size_t max, struct bytes s)
{
	if (s.n == 0)
		return QERR_MISSING;
	if (s.n > max)
		return QERR_TOOBIG;
	memcpy(dst, s.p, s.n);
	dst[s.n] = '\0';
	return 0;
}

/* A name, an IPv4 address, or an IPv6 address in brackets. */
static int
parse_host(struct invite *v, struct bytes *at)
{
	bool six = take(at, "[");
	struct bytes host = take_until(at, six ? "]" : ":");
	size_t colons = 0;

	if (six && !take(at, "]"))
		return QERR_ENCODING;
	for (size_t i = 0; i < host.n; i++) {
		uint8_t c = host.p[i];
		bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
			   (c >= 'A' && c <= 'F');

		if (six ? !hex && c != ':' && c != '.' : !plain(c) || c == '~')
			return QERR_ENCODING;
		colons += c == ':';
	}
	if (six && colons < 2)
		return QERR_ENCODING;
	return copy_text(v->host, INVITE_HOST_MAX, host);
}

static int
parse_port(struct invite *v, struct bytes *at)
{
	struct bytes s;
	uint64_t port;

	if (!take(at, ":"))
		return QERR_MISSING;
	s = take_until(at, "/");
	if (dec_parse(&port, (const char *)s.p, s.n) != 0 || port == 0 ||
	    port > 65535)
		return QERR_RANGE;
	v->port = (uint16_t)port;
	return 0;
}

static int
parse_path(struct invite *v, struct bytes *at)
{
	struct bytes s = take_until(at, "?#");

	for (size_t i = 0; i < s.n; i++)
		if (!plain(s.p[i]) && s.p[i] != '/')
			return QERR_ENCODING;
	return copy_text(v->path, INVITE_PATH_MAX, s);
}

static int
parse_transport(struct invite *v, struct bytes *at)
{
	struct bytes s;

	if (!take(at, "?t="))
		return QERR_MISSING;
	s = take_until(at, "&#");
	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++)
		if (bytes_eq(s, bytes_str(transports[i]))) {
			v->transport = (enum invite_transport)i;
			return 0;
		}
	return QERR_UNKNOWN;
}

static int
parse_pt(struct invite *v, struct bytes *at)
{
	struct bytes s;
	int n;

	if (!take(at, "&pt="))
		return QERR_MISSING;
	s = take_until(at, "&#");
	for (size_t i = 0; i < s.n; i++)
		if (!base64url(s.p[i]))
			return QERR_ENCODING;
	if ((n = copy_text(v->pt, sizeof(v->pt) - 1, s)) != 0)
		return n;
	if (!take(at, "&args="))
		return 0;

	n = unpercent((uint8_t *)v->pt_args, sizeof(v->pt_args) - 1,
	    take_until(at, "&#"));
	if (n > 0 && memchr(v->pt_args, '\0', (size_t)n) == NULL)
		return 0;
	return n < 0 ? n : QERR_RANGE;
}

/* |pre| may not run into the line behind it, PROTOCOL.md §13. */
static bool
pre_ok(const uint8_t *p, size_t n)
{
	return n > 0 && !base64url(p[n - 1]);
}

static int
parse_pre(struct invite *v, struct bytes *at)
{
	int n;

	if (!take(at, "&pre="))
		return 0;
	n = unpercent(v->pre, INVITE_PRE_MAX, take_until(at, "&#"));
	if (n < 0)
		return n;
	if (!pre_ok(v->pre, (size_t)n))
		return QERR_RANGE;
	v->n_pre = (size_t)n;
	return 0;
}

static void
token_check(uint8_t ret[CHECK_LEN], const uint8_t body[BODY_LEN])
{
	uint8_t h[32];

	crypto_generichash(h, sizeof(h), body, BODY_LEN, NULL, 0);
	memcpy(ret, h, CHECK_LEN);
}

static int
parse_token(struct invite *v, struct bytes at)
{
	uint8_t token[BODY_LEN + CHECK_LEN], sum[CHECK_LEN];
	int err = 0;

	/* One of another version may be as long as it likes. */
	if (at.n >= 4 &&
	    base64url_decode(token, 3, (const char *)at.p, 4) == 3 &&
	    token[0] != VERSION)
		return QERR_VERSION;
	if (at.n != INVITE_TOKEN_LEN)
		return QERR_TRUNCATED;
	if (base64url_decode(token, sizeof(token), (const char *)at.p, at.n) !=
	    (int)sizeof(token))
		err = QERR_ENCODING;
	else if (token[0] != VERSION)
		err = QERR_VERSION;
	token_check(sum, token);
	if (err == 0 && memcmp(sum, token + BODY_LEN, CHECK_LEN) != 0)
		err = QERR_BADHASH;
	if (err == 0) {
		memcpy(v->node, token + 1, 32);
		memcpy(v->secret, token + 33, INVITE_SECRET_LEN);
	}
	sodium_memzero(token, sizeof(token));
	return err;
}

static int
parse(struct invite *v, struct bytes at)
{
	int err;

	if (!take(&at, SCHEME))
		return QERR_TYPE;
	if ((err = parse_host(v, &at)) != 0 ||
	    (err = parse_port(v, &at)) != 0 ||
	    (err = parse_path(v, &at)) != 0 ||
	    (err = parse_transport(v, &at)) != 0)
		return err;
	if (v->transport == INVITE_PT && (err = parse_pt(v, &at)) != 0)
		return err;
	if ((err = parse_pre(v, &at)) != 0)
		return err;
	if (v->transport != INVITE_WEB && strcmp(v->path, "/") != 0)
		return QERR_RANGE;
	if (!take(&at, "#"))
		return at.n == 0 ? QERR_MISSING : QERR_UNKNOWN;
	return parse_token(v, at);
}

int
invite_parse(struct invite *ret, struct bytes text)
{
	int err;

	memset(ret, 0, sizeof(*ret));
	err = text.n > INVITE_TEXT_MAX ? QERR_TOOBIG : parse(ret, text);
	if (err != 0)
		invite_done(ret);
	return err;
}

void
invite_text(struct buf *dst, const struct invite *v)
{
	uint8_t token[BODY_LEN + CHECK_LEN] = {VERSION};
	char text[BASE64_LEN(sizeof(token)) + 1];
	bool six = strchr(v->host, ':') != NULL;
	bool web = v->transport == INVITE_WEB && v->path[0] != '\0';

	buf_printf(dst, SCHEME "%s%s%s:%u%s?t=%s", six ? "[" : "", v->host,
	    six ? "]" : "", (unsigned)v->port, web ? v->path : "/",
	    transports[v->transport]);
	if (v->transport == INVITE_PT)
		buf_printf(dst, "&pt=%s", v->pt);
	if (v->transport == INVITE_PT && v->pt_args[0] != '\0') {
		buf_put_str(dst, "&args=");
		percent(dst, (const uint8_t *)v->pt_args, strlen(v->pt_args));
	}
	if (v->n_pre > 0) {
		buf_put_str(dst, "&pre=");
		percent(dst, v->pre, v->n_pre);
	}

	memcpy(token + 1, v->node, 32);
	memcpy(token + 33, v->secret, INVITE_SECRET_LEN);
	token_check(token + BODY_LEN, token);
	base64url_encode(text, token, sizeof(token));
	buf_put_u8(dst, '#');
	buf_put_str(dst, text);
	sodium_memzero(token, sizeof(token));
	sodium_memzero(text, sizeof(text));
}

bool
invite_good(const struct invite *v)
{
	struct invite again;
	struct buf text;
	bool good;

	buf_init(&text, INVITE_TEXT_MAX);
	invite_text(&text, v);
	good =
	    buf_err(&text) == 0 && invite_parse(&again, buf_bytes(&text)) == 0;
	invite_done(&again);
	buf_wipe(&text);
	return good;
}

void
invite_name(uint8_t dst[8], const uint8_t secret[INVITE_SECRET_LEN])
{
	uint8_t h[32];

	crypto_generichash(h, sizeof(h), secret, INVITE_SECRET_LEN, NULL, 0);
	memcpy(dst, h, 8);
}

void
invite_done(struct invite *v)
{
	sodium_memzero(v, sizeof(*v));
}
