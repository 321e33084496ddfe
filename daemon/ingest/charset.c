#include "daemon/ingest/charset.h"

#include <errno.h>
#include <iconv.h>
#include <strings.h>

#include "daemon/ingest/mojibake.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

#define DECLARED_WITHIN (128 * 1024)
#define LOST_BY         100 /* one byte of so many may be lost */

/*
 * What the names of the web mean (WHATWG Encoding §4.2, the usual labels), and
 * the converter for each, once it is open.
 */
static struct charset {
	const char *label, *name;
	iconv_t cd;
} charsets[] = {
    {"utf-16le", "UTF-16LE", NULL},
    {"utf-16be", "UTF-16BE", NULL},
    {"windows-1250", "CP1250", NULL},
    {"cp1250", "CP1250", NULL},
    {"windows-1251", "CP1251", NULL},
    {"cp1251", "CP1251", NULL},
    {"win-1251", "CP1251", NULL},
    {"windows-1252", "CP1252", NULL},
    {"cp1252", "CP1252", NULL},
    {"iso-8859-1", "CP1252", NULL},
    {"iso8859-1", "CP1252", NULL},
    {"latin1", "CP1252", NULL},
    {"us-ascii", "CP1252", NULL},
    {"windows-1253", "CP1253", NULL},
    {"windows-1254", "CP1254", NULL},
    {"windows-1255", "CP1255", NULL},
    {"windows-1256", "CP1256", NULL},
    {"windows-1257", "CP1257", NULL},
    {"windows-1258", "CP1258", NULL},
    {"windows-874", "CP874", NULL},
    {"iso-8859-2", "ISO-8859-2", NULL},
    {"iso-8859-4", "ISO-8859-4", NULL},
    {"iso-8859-5", "ISO-8859-5", NULL},
    {"iso-8859-6", "ISO-8859-6", NULL},
    {"iso-8859-7", "ISO-8859-7", NULL},
    {"iso-8859-8", "ISO-8859-8", NULL},
    {"iso-8859-9", "CP1254", NULL},
    {"iso-8859-13", "ISO-8859-13", NULL},
    {"iso-8859-15", "ISO-8859-15", NULL},
    {"iso-8859-16", "ISO-8859-16", NULL},
    {"ibm866", "CP866", NULL},
    {"cp866", "CP866", NULL},
    {"koi8-r", "KOI8-R", NULL},
    {"koi8-u", "KOI8-U", NULL},
    {"gb2312", "GB18030", NULL},
    {"gbk", "GB18030", NULL},
    {"gb18030", "GB18030", NULL},
    {"x-gbk", "GB18030", NULL},
    {"big5", "BIG5-HKSCS", NULL},
    {"big5-hkscs", "BIG5-HKSCS", NULL},
    {"shift_jis", "CP932", NULL},
    {"shift-jis", "CP932", NULL},
    {"x-sjis", "CP932", NULL},
    {"windows-31j", "CP932", NULL},
    {"iso-2022-jp", "ISO-2022-JP", NULL},
    {"euc-jp", "EUC-JP", NULL},
    {"euc-kr", "CP949", NULL},
    {"ks_c_5601-1987", "CP949", NULL},
    {"tis-620", "TIS-620", NULL},
};
#define N_CHARSETS (sizeof(charsets) / sizeof(charsets[0]))
#define NOT_OPEN   ((iconv_t)0)
#define NOT_THERE  ((iconv_t)-1)

static iconv_t
converter(struct charset *c)
{
	if (c->cd == NOT_OPEN)
		c->cd = iconv_open("UTF-8", c->name);
	return c->cd;
}

void
charset_ready(void)
{
	for (size_t i = 0; i < N_CHARSETS; i++)
		converter(&charsets[i]);
}

static struct charset *
find(struct bytes label)
{
	for (size_t i = 0; i < N_CHARSETS; i++)
		if (strlen(charsets[i].label) == label.n &&
		    strncasecmp(charsets[i].label, (const char *)label.p,
			label.n) == 0)
			return &charsets[i];
	return NULL;
}

static int
convert(struct buf *dst, struct bytes data, iconv_t cd, size_t *lost)
{
	char chunk[8192], *in;
	size_t left = data.n;

	/* iconv(3) does not write to its input, whatever its type says. */
	memcpy(&in, &data.p, sizeof(in));
	iconv(cd, NULL, NULL, NULL, NULL);
	while (left > 0) {
		char *out = chunk;
		size_t room = sizeof(chunk);

		if (iconv(cd, &in, &left, &out, &room) == (size_t)-1 &&
		    errno != E2BIG) {
			in++;
			left--;
			if (++*lost * LOST_BY > data.n)
				return QERR_TEXT;
		}
		buf_put(dst, chunk, sizeof(chunk) - room);
	}
	return buf_err(dst);
}

/* Length of the UTF-8 character that |s| begins with, or 0 if it is none. */
static size_t
character(struct bytes s)
{
	for (size_t n = 1; n <= 4 && n <= s.n; n++)
		if (utf8_valid(bytes_of(s.p, n)))
			return n;
	return 0;
}

/* Append what is UTF-8 of |data|; false if too little of it is more than ASCII. */
static bool
mend(struct buf *dst, struct bytes data, size_t *lost)
{
	size_t wide = 0, n;

	for (size_t i = 0; i < data.n; i += n) {
		n = character(bytes_of(data.p + i, data.n - i));
		buf_put(dst, data.p + i, n);
		wide += n > 1;
		*lost += n == 0;
		n += n == 0;
	}
	return *lost * 4 <= wide;
}

static bool
begins(struct bytes data, const char *mark, size_t n)
{
	return data.n >= n && memcmp(data.p, mark, n) == 0;
}

static struct bytes
without(struct bytes data, size_t n)
{
	return bytes_of(data.p + n, data.n - n);
}

/* As what it says it is. */
static int
as_declared(struct buf *dst, struct bytes data, struct charset *c, size_t *lost,
    struct buf *why)
{
	int r = convert(dst, data, converter(c), lost);

	if (r == QERR_TEXT)
		buf_printf(why,
		    "It says that it is %s, but has bytes that are not. Save "
		    "it as UTF-8.",
		    c->label);
	return r;
}

static int
as_broken(struct buf *dst, struct bytes data, size_t *lost, struct buf *why)
{
	size_t n = dst->n;

	if (mend(dst, data, lost))
		return buf_err(dst);
	dst->n = n;
	buf_put_str(why,
	    "It is not UTF-8 and does not say what else it is. Save "
	    "it as UTF-8, or name its charset in a <meta charset>.");
	return QERR_TEXT;
}

int
charset_decode(struct buf *dst, struct bytes data, struct bytes declared,
    size_t *ret_lost, struct buf *why)
{
	struct charset *c = NULL;

	*ret_lost = 0;
	if (begins(data, "\xef\xbb\xbf", 3))
		data = without(data, 3);
	if (begins(data, "\xff\xfe", 2)) {
		declared = bytes_str("utf-16le");
		data = without(data, 2);
	} else if (begins(data, "\xfe\xff", 2)) {
		declared = bytes_str("utf-16be");
		data = without(data, 2);
	} else if (utf8_valid(data)) {
		if (!mojibake_mend(dst, data))
			buf_put(dst, data.p, data.n);
		return buf_err(dst);
	}
	if (declared.p != NULL)
		c = find(declared);
	return c != NULL && converter(c) != NOT_THERE
		   ? as_declared(dst, data, c, ret_lost, why)
		   : as_broken(dst, data, ret_lost, why);
}

static bool
in_name(uint8_t c)
{
	return (c >= '0' && c <= '9') ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
	       c == '_' || c == '.' || c == ':';
}

struct bytes
charset_declared(struct bytes html)
{
	static const char word[] = "charset=";
	size_t len = sizeof(word) - 1, end;
	size_t n = html.n < DECLARED_WITHIN ? html.n : DECLARED_WITHIN;

	for (size_t i = 0; i + len < n; i++) {
		if (strncasecmp((const char *)html.p + i, word, len) != 0)
			continue;
		i += len;
		if (html.p[i] == '"' || html.p[i] == '\'')
			i++;
		for (end = i; end < n && in_name(html.p[end]);)
			end++;
		if (find(bytes_of(html.p + i, end - i)) != NULL)
			return bytes_of(html.p + i, end - i);
	}
	return bytes_of(NULL, 0);
}
