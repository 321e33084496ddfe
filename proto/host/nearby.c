#include "proto/host/nearby.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "proto/base/bytes.h"

static bool
nearby_v4(const uint8_t ip[4])
{
	static const struct {
		uint32_t net;
		unsigned bits;
	} nets[] = {{0x00000000, 8}, {0x0a000000, 8}, {0x64400000, 10},
	    {0x7f000000, 8}, {0xa9fe0000, 16}, {0xac100000, 12},
	    {0xc0000000, 24}, {0xc0a80000, 16}, {0xc6120000, 15},
	    {0xe0000000, 3}};
	uint32_t a = load_be32(ip);

	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		if ((a ^ nets[i].net) >> (32 - nets[i].bits) == 0)
			return true;
	return false;
}

/* Only what is given out to the world (2000::/3) is not; of it 6to4, and behind
 * NAT64, what it stands for. */
static bool
nearby_v6(const uint8_t ip[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};

	if (memcmp(ip, mapped, 12) == 0 || memcmp(ip, nat64, 12) == 0)
		return nearby_v4(ip + 12);
	if (ip[0] == 0x20 && ip[1] == 0x02)
		return nearby_v4(ip + 2);
	return (ip[0] & 0xe0) != 0x20;
}

bool
nearby(const struct sockaddr *a)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	uint8_t ip[16];

	if (a->sa_family == AF_INET) {
		memcpy(&v4, a, sizeof(v4));
		memcpy(ip, &v4.sin_addr, 4);
		return nearby_v4(ip);
	}
	if (a->sa_family == AF_INET6) {
		memcpy(&v6, a, sizeof(v6));
		memcpy(ip, &v6.sin6_addr, 16);
		return nearby_v6(ip);
	}
	return true;
}
