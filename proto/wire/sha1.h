#ifndef QUIRE_SHA1_H
#define QUIRE_SHA1_H

#include "proto/base/bytes.h"

/*
 * SHA-1 (FIPS 180-4), which RFC 6455 wants to see in its opening handshake and which
 * libsodium rightly lacks.  It protects nothing there, and is for nothing else.
 */
#define SHA1_LEN 20

void sha1(uint8_t ret[SHA1_LEN], struct bytes in);

#endif
