#include <sodium.h>
#include <string.h>

#include "proto/wire/message.h"

/* Names that mean something on one link and in one direction only. */

static void
keyed(uint8_t ret[16], const uint8_t h[64], bool sender_dialled,
    const struct id *id)
{
	uint8_t key[33];

	memcpy(key, h, 32);
	key[32] = sender_dialled;
	crypto_generichash(ret, 16, id->b, sizeof(id->b), key, sizeof(key));
}

void
msg_tag(struct msg_tag *ret, const uint8_t h[64], bool sender_dialled,
    const struct id *feed)
{
	uint8_t out[16];

	keyed(out, h, sender_dialled, feed);
	memcpy(ret->b, out, sizeof(ret->b));
}

void
msg_mark(uint8_t ret[4], const uint8_t h[64], bool sender_dialled,
    const struct id *state)
{
	uint8_t out[16];

	keyed(out, h, sender_dialled, state);
	memcpy(ret, out, 4);
}

void
msg_link_text(uint8_t ret[MSG_LINK_TEXT_LEN], const uint8_t h[64],
    bool sender_dialled)
{
	memcpy(ret, "quire link 1", 12);
	ret[12] = sender_dialled;
	memcpy(ret + 13, h, 64);
}
