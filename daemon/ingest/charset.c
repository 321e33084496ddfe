#include "daemon/ingest/charset.h"

#include <errno.h>
#include <iconv.h>
#include <strings.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"

#define DECLARED_WITHIN 2048

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
    {"windows-1251", "CP1251", NULL},
    {"cp1251", "CP1251", NULL},
    {"windows-1252", "CP1252", NULL},
    {"iso-8859-1", "CP1252", NULL},
    {"latin1", "CP1252", NULL},
    {"us-ascii", "CP1252", NULL},
    {"windows-1253", "CP1253", NULL},
    {"windows-1254", "CP1254", NULL},
    {"windows-1255", "CP1255", NULL},
    {"windows-1256", "CP1256", NULL},
    {"windows-1257", "CP1257", NULL},
    {"windows-1258", "CP1258", NULL},
    {"iso-8859-2", "ISO-8859-2", NULL},
    {"iso-8859-5", "ISO-8859-5", NULL},
    {"iso-8859-6", "ISO-8859-6", NULL},
    {"iso-8859-7", "ISO-8859-7", NULL},
    {"iso-8859-8", "ISO-8859-8", NULL},
    {"iso-8859-9", "CP1254", NULL},
    {"iso-8859-15", "ISO-8859-15", NULL},
    {"koi8-r", "KOI8-R", NULL},
    {"koi8-u", "KOI8-U", NULL},
    {"gb2312", "GB18030", NULL},
    {"gbk", "GB18030", NULL},
    {"gb18030", "GB18030", NULL},
    {"big5", "BIG5-HKSCS", NULL},
    {"shift_jis", "CP932", NULL},
    {"euc-jp", "EUC-JP", NULL},
    {"euc-kr", "CP949", NULL},
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
convert(struct buf *dst, struct bytes data, iconv_t cd)
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
		    errno != E2BIG)
			return QERR_TEXT;
		buf_put(dst, chunk, sizeof(chunk) - room);
	}
	return buf_err(dst);
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

int
charset_decode(struct buf *dst, struct bytes data, struct bytes declared,
    struct buf *why)
{
	struct charset *c = NULL;
	int r;

	if (begins(data, "\xef\xbb\xbf", 3))
		data = without(data, 3);
	if (begins(data, "\xff\xfe", 2)) {
		declared = bytes_str("utf-16le");
		data = without(data, 2);
	} else if (begins(data, "\xfe\xff", 2)) {
		declared = bytes_str("utf-16be");
		data = without(data, 2);
	} else if (utf8_valid(data)) {
		buf_put(dst, data.p, data.n);
		return buf_err(dst);
	}

	if (declared.p != NULL)
		c = find(declared);
	if (c == NULL || converter(c) == NOT_THERE) {
		buf_put_str(why,
		    "It is not UTF-8 and does not say what else it is. Save "
		    "it as UTF-8, or name its charset in a <meta charset>.");
		return QERR_TEXT;
	}
	r = convert(dst, data, converter(c));
	if (r == QERR_TEXT)
		buf_printf(why,
		    "It says that it is %s, but has bytes that are not. Save "
		    "it as UTF-8.",
		    c->label);
	return r;
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
		if (end > i)
			return bytes_of(html.p + i, end - i);
	}
	return bytes_of(NULL, 0);
}
