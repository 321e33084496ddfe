#ifndef QUIRE_TEXT_H
#define QUIRE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/bytes.h"

/*
 * Bytes as text and back, strictly: the decoders accept exactly what the
 * encoders write, so one value has one spelling.
 */

/* Characters without the terminating zero. */
#define HEX_LEN(n)    ((n)*2)
#define BASE32_LEN(n) (((n)*8 + 4) / 5)
#define BASE64_LEN(n) (((n)*4 + 2) / 3)
#define ID_TEXT_LEN   BASE32_LEN(32) /* 52 */

/*
 * Write |n| bytes at |p| into |dst| (…_LEN(n) + 1 characters), terminated.  Base32 is
 * RFC 4648's in lower case, base64url its §5, both without padding.
 */
void hex_encode(char *dst, const void *p, size_t n);
void base32_encode(char *dst, const void *p, size_t n);
void base64url_encode(char *dst, const void *p, size_t n);

/*
 * Read |n| characters at |s| into |dst| (at most |max| bytes).  Returns the
 * number of bytes, or QERR_ENCODING (a foreign character, a wrong length or
 * unused bits that are not zero) or QERR_TOOBIG.
 */
int hex_decode(void *dst, size_t max, const char *s, size_t n);
int base32_decode(void *dst, size_t max, const char *s, size_t n);
int base64url_decode(void *dst, size_t max, const char *s, size_t n);
/* The same in standard base64 with padding, as minisign's files have it: (n + 2) / 3 * 4
 * characters. */
int base64_decode(void *dst, size_t max, const char *s, size_t n);
void base64_encode(char *dst, const void *p, size_t n);

/* An id as 52 characters of base32, and back: 0 or QERR_ENCODING. */
void id_text(char dst[ID_TEXT_LEN + 1], const struct id *id);
int id_parse(struct id *ret_id, const char *s, size_t n);

/* True if |s| is well-formed UTF-8 (RFC 3629: no surrogates, no overlongs). */
bool utf8_valid(struct bytes s);

/*
 * 0 if |s| is text in the sense of PROTOCOL.md §1: UTF-8 and no control or
 * bidi-control character but, if |newlines|, U+000A.  QERR_TEXT otherwise.
 */
int text_check(struct bytes s, bool newlines);

/* ASCII white space, and |s| without any at its ends. */
bool text_is_blank(uint8_t c);
struct bytes text_trim(struct bytes s);

/* Decode the code point at |*p| (of valid UTF-8) and move behind it. */
uint32_t utf8_next(const uint8_t **p);

/* 0 if |s| has the shape of a BCP 47 language tag (RFC 5646), 2..35 bytes. */
int lang_check(struct bytes s);

/* Parse a decimal number without sign or leading zeros; QERR_ENCODING/_RANGE. */
int dec_parse(uint64_t *ret_v, const char *s, size_t n);
/* The same with K, M, G or T behind it, for 2^10 to 2^40. */
int size_parse(uint64_t *ret_v, const char *s, size_t n);

#endif
