#include "daemon/ingest/address.h"

#include <strings.h>

/* RFC 3986, appendix B; each part with its own mark, .p NULL if absent. */
struct parts {
	struct bytes scheme;    /* "http:" */
	struct bytes authority; /* "//host" */
	struct bytes path;
	struct bytes query; /* "?…" */
	struct bytes fragment;
};

static bool
in_scheme(uint8_t c, bool first)
{
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
		return true;
	return !first &&
	       ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.');
}

/* Take off the front of |*s| what comes before any of |ends|. */
static struct bytes
take_until(struct bytes *s, const char *ends)
{
	struct bytes head = *s;
	size_t n = 0;

	while (n < s->n && memchr(ends, s->p[n], strlen(ends)) == NULL)
		n++;
	head.n = n;
	*s = bytes_of(s->p + n, s->n - n);
	return head;
}

static void
split(struct parts *ret, struct bytes s)
{
	size_t n = 0;

	*ret = (struct parts){0};
	while (n < s.n && in_scheme(s.p[n], n == 0))
		n++;
	if (n > 0 && n < s.n && s.p[n] == ':') {
		ret->scheme = bytes_of(s.p, n + 1);
		s = bytes_of(s.p + n + 1, s.n - n - 1);
	}
	if (s.n >= 2 && s.p[0] == '/' && s.p[1] == '/') {
		struct bytes rest = bytes_of(s.p + 2, s.n - 2);

		n = take_until(&rest, "/?#").n;
		ret->authority = bytes_of(s.p, n + 2);
		s = rest;
	}
	ret->path = take_until(&s, "?#");
	if (s.n > 0 && s.p[0] == '?')
		ret->query = take_until(&s, "#");
	if (s.n > 0)
		ret->fragment = s;
}

/* Append |path| without "." and ".." segments, RFC 3986 §5.2.4. */
static void
put_path(struct buf *dst, struct bytes path)
{
	size_t start = dst->n;

	while (path.n > 0) {
		bool rooted = path.p[0] == '/';
		struct bytes rest = bytes_of(path.p + rooted, path.n - rooted);
		struct bytes name = take_until(&rest, "/");
		bool one = bytes_eq(name, bytes_str("."));
		bool two = bytes_eq(name, bytes_str(".."));

		path = rest;
		while (two && dst->n > start && dst->p[dst->n - 1] != '/')
			dst->n--;
		if (two && dst->n > start)
			dst->n--;
		if (rooted && (rest.n == 0 || !(one || two)))
			buf_put_u8(dst, '/');
		if (!one && !two)
			buf_put(dst, name.p, name.n);
	}
}

static void
put(struct buf *dst, struct bytes b)
{
	buf_put(dst, b.p, b.n);
}

/* The base's path up to its last slash, then |path|. */
static void
put_merged(struct buf *dst, const struct parts *base, struct bytes path)
{
	struct bytes dir = base->path;
	struct buf b;

	buf_init(&b, 0);
	while (dir.n > 0 && dir.p[dir.n - 1] != '/')
		dir.n--;
	if (base->authority.n > 0 && dir.n == 0)
		buf_put_u8(&b, '/');
	put(&b, dir);
	put(&b, path);
	put_path(dst, buf_bytes(&b));
	buf_done(&b);
}

static struct bytes
trim(struct bytes s)
{
	while (s.n > 0 && s.p[0] <= ' ')
		s = bytes_of(s.p + 1, s.n - 1);
	while (s.n > 0 && s.p[s.n - 1] <= ' ')
		s.n--;
	return s;
}

void
address_resolve(struct buf *dst, struct bytes base, struct bytes address)
{
	struct parts b, a;

	address = trim(address);
	split(&b, trim(base));
	split(&a, address);
	/* Of a base that has no levels (mailto:, tag:), nothing is meant. */
	if (a.scheme.n > 0 || b.scheme.n == 0 || b.authority.n == 0) {
		put(dst, address);
		return;
	}
	put(dst, b.scheme);
	put(dst, a.authority.n > 0 ? a.authority : b.authority);
	if (a.authority.n > 0 || (a.path.n > 0 && a.path.p[0] == '/'))
		put_path(dst, a.path);
	else if (a.path.n > 0)
		put_merged(dst, &b, a.path);
	else
		put(dst, b.path);
	if (a.query.n > 0)
		put(dst, a.query);
	else if (a.authority.n == 0 && a.path.n == 0)
		put(dst, b.query);
	put(dst, a.fragment);
}

static bool
begins(struct bytes address, const char *with)
{
	size_t n = strlen(with);

	return address.n > n &&
	       strncasecmp((const char *)address.p, with, n) == 0;
}

bool
address_is_web(struct bytes address)
{
	return begins(address, "http://") || begins(address, "https://");
}

bool
address_is_file(struct bytes address)
{
	return begins(address, "file:///");
}

struct bytes
address_origin(struct bytes address)
{
	struct parts p;

	split(&p, address);
	if (p.scheme.n == 0 || p.authority.n == 0)
		return bytes_of(NULL, 0);
	return bytes_of(address.p, p.scheme.n + p.authority.n);
}

struct bytes
address_host(struct bytes address)
{
	struct bytes host;
	size_t from = 0, end;
	struct parts p;

	split(&p, address);
	host = p.authority;
	if (p.scheme.n == 0 || host.n <= 2)
		return bytes_of(NULL, 0);
	host = bytes_of(host.p + 2, host.n - 2); /* behind "//" */
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] == '@')
			from = i + 1;
	for (end = from; end < host.n && host.p[end] != ':'; end++)
		if (host.p[end] == '[')
			while (end < host.n && host.p[end] != ']')
				end++;
	return bytes_of(host.p + from, (end < host.n ? end : host.n) - from);
}

bool
address_at(struct bytes address, struct bytes origin)
{
	/* A backslash ends a host for some and not for others. */
	return origin.n > 0 && address.n >= origin.n &&
	       memcmp(address.p, origin.p, origin.n) == 0 &&
	       memchr(origin.p, '\\', origin.n) == NULL &&
	       (address.n == origin.n ||
		   memchr("/?#", address.p[origin.n], 3) != NULL);
}

void
address_escape(struct buf *dst, struct bytes address)
{
	size_t i = address_origin(address).n;

	buf_put(dst, address.p, i);
	for (; i < address.n && address.p[i] != '#'; i++)
		if (address.p[i] > ' ' && address.p[i] < 0x7f)
			buf_put_u8(dst, address.p[i]);
		else
			buf_printf(dst, "%%%02X", address.p[i]);
}
