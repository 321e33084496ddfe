#include "proto/object/bundle.h"

#include <string.h>

#include "proto/base/qerr.h"

/* POSIX.1-1988: offsets and sizes of the fields in a header block. */
#define NAME_AT    0
#define NAME_LEN   100
#define MODE_AT    100
#define OWNER_AT   108
#define GROUP_AT   116
#define SIZE_AT    124
#define TIME_AT    136
#define SUM_AT     148
#define TYPE_AT    156
#define MAGIC_AT   257
#define PREFIX_AT  345
#define PREFIX_LEN 155

/* Octal digits filling the field but for one terminating zero. */
static void
put_octal(uint8_t *at, size_t field, uint64_t v)
{
	at[field - 1] = '\0';
	for (size_t i = field - 1; i-- > 0; v >>= 3)
		at[i] = (uint8_t)('0' + (v & 7));
}

/* The sum of all bytes, those of the field itself taken as spaces. */
static unsigned
checksum(const uint8_t block[BUNDLE_BLOCK])
{
	unsigned sum = 0;

	for (size_t i = 0; i < BUNDLE_BLOCK; i++)
		sum += i >= SUM_AT && i < TYPE_AT ? ' ' : block[i];
	return sum;
}

void
bundle_header(struct buf *b, const char *path, uint64_t size)
{
	uint8_t *h = buf_grow(b, BUNDLE_BLOCK);
	size_t n = strlen(path);

	if (h == NULL)
		return;
	if (n >= NAME_LEN || size > BUNDLE_FILE_MAX) {
		buf_fail(b, QERR_TOOBIG);
		return;
	}
	memset(h, 0, BUNDLE_BLOCK);
	memcpy(h + NAME_AT, path, n);
	put_octal(h + MODE_AT, 8, 0644);
	put_octal(h + OWNER_AT, 8, 0);
	put_octal(h + GROUP_AT, 8, 0);
	put_octal(h + SIZE_AT, 12, size);
	put_octal(h + TIME_AT, 12, 0);
	h[TYPE_AT] = '0';
	memcpy(h + MAGIC_AT, "ustar\00000", 8);
	put_octal(h + SUM_AT, 7, checksum(h));
	h[SUM_AT + 7] = ' ';
}

static void
put_zeros(struct buf *b, size_t n)
{
	uint8_t *p = n > 0 ? buf_grow(b, n) : NULL;

	if (p != NULL)
		memset(p, 0, n);
}

void
bundle_pad(struct buf *b, uint64_t size)
{
	put_zeros(b, (size_t)(-size % BUNDLE_BLOCK));
}

void
bundle_end(struct buf *b)
{
	put_zeros(b, (size_t)2 * BUNDLE_BLOCK);
}

/* Octal as other programs write it: spaces before, a space or zero behind. */
static int
get_octal(uint64_t *ret, const uint8_t *at, size_t field)
{
	size_t i = 0, digits = 0;

	*ret = 0;
	while (i < field && at[i] == ' ')
		i++;
	for (; i < field && at[i] >= '0' && at[i] <= '7'; i++, digits++)
		*ret = *ret << 3 | (uint64_t)(at[i] - '0');
	if (i < field && at[i] != ' ' && at[i] != '\0')
		return QERR_ENCODING;
	return digits > 0 ? 0 : QERR_ENCODING;
}

/* Append a field that ends at its first zero or at |max|. */
static size_t
put_field(char *dst, size_t n, const uint8_t *at, size_t max)
{
	for (size_t i = 0; i < max && at[i] != '\0'; i++)
		dst[n++] = (char)at[i];
	dst[n] = '\0';
	return n;
}

/* The path that |h| names, without "./" at its front. */
static const char *
get_path(char dst[PREFIX_LEN + NAME_LEN + 2], const uint8_t *h)
{
	size_t n = put_field(dst, 0, h + PREFIX_AT, PREFIX_LEN);

	if (n > 0)
		dst[n++] = '/';
	put_field(dst, n, h + NAME_AT, NAME_LEN);
	return strncmp(dst, "./", 2) == 0 ? dst + 2 : dst;
}

static bool
all_zero(const uint8_t block[BUNDLE_BLOCK])
{
	for (size_t i = 0; i < BUNDLE_BLOCK; i++)
		if (block[i] != 0)
			return false;
	return true;
}

int
bundle_read(struct bundle_entry *ret, const uint8_t block[BUNDLE_BLOCK])
{
	char path[PREFIX_LEN + NAME_LEN + 2];
	uint64_t sum;

	*ret = (struct bundle_entry){.end = all_zero(block)};
	if (ret->end)
		return 0;
	if (memcmp(block + MAGIC_AT, "ustar", 5) != 0 ||
	    get_octal(&sum, block + SUM_AT, 8) != 0 || sum != checksum(block))
		return QERR_ENCODING;
	if (get_octal(&ret->size, block + SIZE_AT, 12) != 0)
		return QERR_ENCODING;

	ret->known = (block[TYPE_AT] == '0' || block[TYPE_AT] == '\0') &&
		     ret->size <= BUNDLE_FILE_MAX &&
		     tree_parse(&ret->name, get_path(path, block)) == 0;
	/* Links and folders may name a size that no bytes follow. */
	if (block[TYPE_AT] >= '1' && block[TYPE_AT] <= '6')
		ret->size = 0;
	return 0;
}
