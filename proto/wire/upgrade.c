#include "proto/wire/upgrade.h"

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/wire/sha1.h"

#define MAGIC       "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define KEY_TEXT    24 /* UPGRADE_KEY bytes as base64 */
#define ACCEPT_TEXT 28 /* a hash as base64 */
#define HTTPS       443
#define AGENT                                                       \
	"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 " \
	"Firefox/128.0"

static void
accept_text(char ret[ACCEPT_TEXT + 1], struct bytes key)
{
	uint8_t text[KEY_TEXT + sizeof(MAGIC) - 1], hash[SHA1_LEN];

	memcpy(text, key.p, KEY_TEXT);
	memcpy(text + KEY_TEXT, MAGIC, sizeof(MAGIC) - 1);
	sha1(hash, bytes_of(text, sizeof(text)));
	base64_encode(ret, hash, sizeof(hash));
}

/* Host as in an address: brackets around IPv6, no port that goes without saying. */
static void
put_host(struct buf *out, const char *host, uint16_t port)
{
	bool six = strchr(host, ':') != NULL;

	buf_printf(out, "%s%s%s", six ? "[" : "", host, six ? "]" : "");
	if (port != HTTPS)
		buf_printf(out, ":%u", (unsigned)port);
}

void
upgrade_ask(struct buf *out, const char *host, uint16_t port, const char *path,
    const uint8_t key[UPGRADE_KEY])
{
	char text[KEY_TEXT + 1];

	base64_encode(text, key, UPGRADE_KEY);
	buf_printf(out, "GET %s HTTP/1.1\r\nHost: ", path);
	put_host(out, host, port);
	buf_put_str(out, "\r\n"
			 "User-Agent: " AGENT "\r\n"
			 "Accept: */*\r\n"
			 "Accept-Language: en-US,en;q=0.5\r\n"
			 "Accept-Encoding: gzip, deflate, br\r\n"
			 "Sec-WebSocket-Version: 13\r\n"
			 "Origin: https://");
	put_host(out, host, port);
	buf_printf(out,
	    "\r\n"
	    "Sec-WebSocket-Key: %s\r\n"
	    "Connection: keep-alive, Upgrade\r\n"
	    "Pragma: no-cache\r\n"
	    "Cache-Control: no-cache\r\n"
	    "Upgrade: websocket\r\n"
	    "\r\n",
	    text);
}

/* Lines, RFC 9112: each ends in CR LF, and a head in an empty one. */

static int
next_line(struct bytes *at, struct bytes *ret)
{
	const uint8_t *end = at->n == 0 ? NULL : memchr(at->p, '\n', at->n);
	size_t n;

	if (end == NULL)
		return QERR_AGAIN;
	if (end == at->p || end[-1] != '\r')
		return QERR_ENCODING;
	n = (size_t)(end - at->p) + 1;
	*ret = bytes_of(at->p, n - 2);
	*at = bytes_of(at->p + n, at->n - n);
	return 0;
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

static bool
is_word(struct bytes a, const char *word)
{
	if (a.n != strlen(word))
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != (uint8_t)word[i])
			return false;
	return true;
}

static struct bytes
trim(struct bytes a)
{
	while (a.n > 0 && (a.p[0] == ' ' || a.p[0] == '\t'))
		a = bytes_of(a.p + 1, a.n - 1);
	while (a.n > 0 && (a.p[a.n - 1] == ' ' || a.p[a.n - 1] == '\t'))
		a.n--;
	return a;
}

/* True if |word| is in a list of them with commas between. */
static bool
lists(struct bytes list, const char *word)
{
	while (list.n > 0) {
		size_t n = 0;

		while (n < list.n && list.p[n] != ',')
			n++;
		if (is_word(trim(bytes_of(list.p, n)), word))
			return true;
		n += n < list.n;
		list = bytes_of(list.p + n, list.n - n);
	}
	return false;
}

/* RFC 9110 §5.6.2, as far as names of fields go that anybody uses. */
static bool
is_name(struct bytes a)
{
	for (size_t i = 0; i < a.n; i++) {
		uint8_t c = lower(a.p[i]);

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' &&
		    c != '_')
			return false;
	}
	return a.n > 0;
}

/* The fields of a head that are looked at. */
enum field {
	HOST,
	UPGRADE,
	CONNECTION,
	KEY,
	VERSION,
	ACCEPT,
	EXTENSIONS,
	PROTOCOL,
	FIELDS
};
static const char *const field_name[FIELDS] = {
    [HOST] = "host",
    [UPGRADE] = "upgrade",
    [CONNECTION] = "connection",
    [KEY] = "sec-websocket-key",
    [VERSION] = "sec-websocket-version",
    [ACCEPT] = "sec-websocket-accept",
    [EXTENSIONS] = "sec-websocket-extensions",
    [PROTOCOL] = "sec-websocket-protocol",
};

struct head {
	struct bytes first;         /* line */
	struct bytes value[FIELDS]; /* .p NULL: not there */
	size_t n;                   /* bytes of the head */
};

static int
take_field(struct head *h, struct bytes line)
{
	const uint8_t *colon = memchr(line.p, ':', line.n);
	struct bytes name, value;

	for (size_t i = 0; i < line.n; i++)
		if ((line.p[i] < ' ' && line.p[i] != '\t') || line.p[i] == 127)
			return QERR_TEXT;
	if (colon == NULL)
		return QERR_ENCODING;
	name = bytes_of(line.p, (size_t)(colon - line.p));
	value = trim(bytes_of(colon + 1, line.n - name.n - 1));
	if (!is_name(name))
		return QERR_ENCODING;
	for (size_t i = 0; i < FIELDS; i++)
		if (is_word(name, field_name[i])) {
			if (h->value[i].p != NULL)
				return QERR_DUPLICATE;
			h->value[i] = value;
		}
	return 0;
}

static int
read_head(struct head *h, struct bytes in)
{
	struct bytes at = in, line;
	int err;

	*h = (struct head){.n = 0};
	err = next_line(&at, &h->first);
	while (err == 0 && (err = next_line(&at, &line)) == 0) {
		if (line.n == 0) {
			h->n = in.n - at.n;
			return h->n <= UPGRADE_MAX ? 0 : QERR_TOOBIG;
		}
		err = take_field(h, line);
	}
	return err == QERR_AGAIN && in.n >= UPGRADE_MAX ? QERR_TOOBIG : err;
}

static int
check_switch(const struct head *h)
{
	if (!is_word(h->value[UPGRADE], "websocket") ||
	    !lists(h->value[CONNECTION], "upgrade"))
		return QERR_MISSING;
	return 0;
}

int
upgrade_check(struct bytes in, const uint8_t key[UPGRADE_KEY])
{
	static const char status[] = "HTTP/1.1 101 ";
	char text[KEY_TEXT + 1], hash[ACCEPT_TEXT + 1];
	struct head h;
	int err = read_head(&h, in);

	if (err != 0)
		return err;
	if (h.first.n < sizeof(status) - 1 ||
	    memcmp(h.first.p, status, sizeof(status) - 1) != 0)
		return QERR_ABSENT;
	if ((err = check_switch(&h)) != 0)
		return err;
	base64_encode(text, key, UPGRADE_KEY);
	accept_text(hash, bytes_str(text));
	if (!bytes_eq(h.value[ACCEPT], bytes_str(hash)))
		return QERR_BADHASH;
	if (h.value[EXTENSIONS].p != NULL || h.value[PROTOCOL].p != NULL)
		return QERR_UNKNOWN;
	return (int)h.n;
}

static bool
asks_for(struct bytes line, const char *path)
{
	static const char method[] = "GET ", version[] = " HTTP/1.1";
	size_t m = sizeof(method) - 1, v = sizeof(version) - 1,
	       n = strlen(path);

	return line.n == m + n + v && memcmp(line.p, method, m) == 0 &&
	       memcmp(line.p + m, path, n) == 0 &&
	       memcmp(line.p + m + n, version, v) == 0;
}

int
upgrade_answer(struct buf *out, struct bytes in, const char *path)
{
	char hash[ACCEPT_TEXT + 1];
	uint8_t key[UPGRADE_KEY];
	struct head h;
	int err = read_head(&h, in);

	if (err != 0)
		return err;
	if (!asks_for(h.first, path))
		return QERR_ABSENT;
	if ((err = check_switch(&h)) != 0)
		return err;
	if (h.value[HOST].p == NULL)
		return QERR_MISSING;
	if (!bytes_eq(h.value[VERSION], bytes_str("13")))
		return QERR_VERSION;
	if (h.value[KEY].n != KEY_TEXT ||
	    base64_decode(key, sizeof(key), (const char *)h.value[KEY].p,
		KEY_TEXT) != UPGRADE_KEY)
		return QERR_ENCODING;
	if (in.n > h.n) /* before the answer nobody may say more */
		return QERR_TRAILING;
	accept_text(hash, h.value[KEY]);
	buf_printf(out,
	    "HTTP/1.1 101 Switching Protocols\r\n"
	    "Upgrade: websocket\r\n"
	    "Connection: Upgrade\r\n"
	    "Sec-WebSocket-Accept: %s\r\n"
	    "\r\n",
	    hash);
	return 0;
}
