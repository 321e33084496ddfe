#include <sodium.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/node/inner.h"

/* Address groups: /16 of IPv4, /32 of IPv6, the domain of a name, an onion. */

static bool
parse_v4(const char *host, uint32_t *ret)
{
	uint64_t part;

	*ret = 0;
	for (int i = 0; i < 4; i++) {
		size_t len = strspn(host, "0123456789");

		if (dec_parse(&part, host, len) != 0 || part > 255 ||
		    host[len] != (i < 3 ? '.' : '\0'))
			return false;
		*ret = *ret << 8 | (uint32_t)part;
		host += len + 1;
	}
	return true;
}

static uint32_t
hash_of(const char *s)
{
	uint8_t h[16];

	crypto_generichash(h, sizeof(h), (const uint8_t *)s, strlen(s), NULL,
	    0);
	return load_le32(h);
}

/* An address of IPv6 has many spellings; its first two groups have few. */
static uint32_t
group_of_v6(const char *host)
{
	char head[16];
	size_t n = 0;

	for (int groups = 0; host[n] != '\0' && n < sizeof(head) - 1; n++) {
		groups += host[n] == ':';
		if (groups == 2)
			break;
		head[n] = host[n];
	}
	head[n] = '\0';
	return hash_of(head);
}

/* Whoever has a domain has all names in it. */
static uint32_t
group_of_name(const char *host)
{
	const char *at = host + strlen(host);

	for (int dots = 0; at > host; at--) {
		dots += at[-1] == '.';
		if (dots == 2)
			break;
	}
	return hash_of(at);
}

uint32_t
group_of(const struct invite *v)
{
	uint32_t v4;

	if (parse_v4(v->host, &v4))
		return v4 >> 16;
	return strchr(v->host, ':') != NULL ? group_of_v6(v->host)
					    : group_of_name(v->host);
}
