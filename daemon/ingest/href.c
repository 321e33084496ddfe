#include "daemon/ingest/href.h"

#include <string.h>
#include <strings.h>

#include "daemon/ingest/scribe.h"

/* Parameters that say where a reader came from or who it is. */
static bool
is_tracking(struct bytes p)
{
	static const char *const prefixes[] = {"utm_", "mtm_", "pk_", "hsa_"};
	static const char *const names[] = {"fbclid", "gclid", "dclid",
	    "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid",
	    "ttclid", "igshid", "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc",
	    "_hsmi", "mkt_tok", "vero_id", "wickedid", "oly_anon_id",
	    "oly_enc_id", "_openstat", "at_campaign", "at_medium", "cmpid",
	    "ref_src", "ns_mchannel", "ns_campaign"};
	const uint8_t *eq = memchr(p.p, '=', p.n);
	size_t n = eq != NULL ? (size_t)(eq - p.p) : p.n;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (n > strlen(prefixes[i]) &&
		    strncasecmp((const char *)p.p, prefixes[i],
			strlen(prefixes[i])) == 0)
			return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (n == strlen(names[i]) &&
		    strncasecmp((const char *)p.p, names[i], n) == 0)
			return true;
	return false;
}

static void
put(struct buf *dst, struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ' ')
			buf_put_str(dst, "%20");
		else
			buf_put_u8(dst, s.p[i]);
}

/* |rest| follows the scheme: its query keeps what leads to the page. */
static void
put_rest(struct buf *dst, struct bytes rest)
{
	const uint8_t *hash = memchr(rest.p, '#', rest.n);
	size_t n = hash != NULL ? (size_t)(hash - rest.p) : rest.n;
	const uint8_t *mark = memchr(rest.p, '?', n);
	size_t at = mark != NULL ? (size_t)(mark - rest.p) + 1 : n;
	char sep = '?';

	put(dst, bytes_of(rest.p, mark != NULL ? at - 1 : n));
	while (at < n) {
		const uint8_t *and = memchr(rest.p + at, '&', n - at);
		size_t end = and != NULL ? (size_t)(and-rest.p) : n;
		struct bytes p = bytes_of(rest.p + at, end - at);

		if (p.n > 0 && !is_tracking(p)) {
			buf_put_u8(dst, (uint8_t)sep);
			put(dst, p);
			sep = '&';
		}
		at = end + 1;
	}
	put(dst, bytes_of(rest.p + n, rest.n - n));
}

bool
href_clean(struct buf *dst, const char *href)
{
	static const char *const schemes[] = {"https://", "http://", "mailto:"};
	bool known = false;
	struct bytes s;
	struct buf b;

	buf_init(&b, HREF_MAX);
	scribe_tidy(&b, bytes_str(href));
	s = buf_bytes(&b);
	if (s.n > 2 && s.p[0] == '/' && s.p[1] == '/') {
		buf_put_str(dst, "https:");
		put_rest(dst, s);
		known = true;
	}
	for (size_t i = 0; i < 3 && !known; i++) {
		size_t n = strlen(schemes[i]);

		known = s.n > n &&
			strncasecmp((const char *)s.p, schemes[i], n) == 0;
		if (!known)
			continue;
		buf_put_str(dst, schemes[i]);
		if (i < 2)
			put_rest(dst, bytes_of(s.p + n, s.n - n));
		else
			put(dst, bytes_of(s.p + n, s.n - n));
	}
	known = known && b.err == 0 && dst->err == 0 && dst->n <= HREF_MAX;
	buf_done(&b);
	return known;
}
