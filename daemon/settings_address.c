#include "daemon/settings_inner.h"

#include <arpa/inet.h>
#include <string.h>

#include "proto/base/text.h"

#define WEB_SECRET_MIN 16 /* characters of a path that is not to be guessed */

bool
address_check(struct bytes a, bool numeric, uint64_t *ret_port)
{
	char host[256];
	uint8_t ip[16];
	size_t colon = a.n;
	bool v6;

	while (colon > 0 && a.p[colon - 1] != ':')
		colon--;
	if (colon < 2 || colon > sizeof(host) ||
	    dec_parse(ret_port, (const char *)a.p + colon, a.n - colon) != 0 ||
	    *ret_port > 65535)
		return false;
	v6 = a.p[0] == '[' && a.p[colon - 2] == ']' && colon > 3;
	memcpy(host, a.p + (v6 ? 1 : 0), colon - 1);
	host[colon - 1 - (v6 ? 2 : 0)] = '\0';
	if (v6)
		return inet_pton(AF_INET6, host, ip) == 1;
	if (numeric)
		return inet_pton(AF_INET, host, ip) == 1;
	return host[strcspn(host, " \t[]:/@#?")] == '\0';
}

bool
address_web(struct invite *ret, struct bytes a)
{
	static const char https[] = "https://";
	size_t n = sizeof(https) - 1, host = 0, colon = 0;
	struct bytes path, at;
	uint64_t port = 443;

	*ret = (struct invite){.transport = INVITE_WEB};
	if (a.n <= n || memcmp(a.p, https, n) != 0)
		return false;
	at = bytes_of(a.p + n, a.n - n);
	while (host < at.n && at.p[host] != '/')
		host++;
	path = bytes_of(at.p + host, at.n - host);
	for (size_t i = 0; i < host; i++)
		if (at.p[i] == ':' && (at.p[0] != '[' || at.p[i - 1] == ']'))
			colon = i;
	if (colon > 0 && !address_check(bytes_of(at.p, host), false, &port))
		return false;
	if (path.n <= WEB_SECRET_MIN || path.n > INVITE_PATH_MAX || port == 0)
		return false;
	at.n = colon > 0 ? colon : host;
	if (at.n > 2 && at.p[0] == '[' && at.p[at.n - 1] == ']')
		at = bytes_of(at.p + 1, at.n - 2);
	if (at.n == 0 || at.n > INVITE_HOST_MAX)
		return false;
	memcpy(ret->host, at.p, at.n);
	memcpy(ret->path, path.p, path.n);
	ret->port = (uint16_t)port;
	return invite_good(ret);
}

bool
transport_name(struct bytes a)
{
	struct invite v = {
	    .transport = INVITE_PT, .host = "h", .port = 1, .path = "/"};

	if (a.n == 0 || a.n >= sizeof(v.pt))
		return false;
	memcpy(v.pt, a.p, a.n);
	return invite_good(&v);
}

bool
address_is_here(struct bytes a)
{
	return (a.n > 4 && memcmp(a.p, "127.", 4) == 0) ||
	       (a.n > 5 && memcmp(a.p, "[::1]", 5) == 0);
}
