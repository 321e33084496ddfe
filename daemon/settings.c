#include "daemon/settings.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ingest/address.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/ctl.h"
#include "proto/host/log.h"
#include "proto/host/rate.h"
#include "proto/object/header.h"
#include "proto/wire/invite.h"

#define EVERY_MIN      60
#define EVERY_MAX      (30 * 24 * 3600)
#define SECONDS_MAX    3600
#define SOURCE_MAX     1024
#define WEB_SECRET_MIN 16 /* characters of a path that is not to be guessed */

#define AT(f) offsetof(struct config, f)
static const struct setting top[] = {
    {"state", SETTING_FOLDER, AT(state), "/var/lib/quire", true,
	"The folder that holds all that quired keeps."},
    {"listen", SETTING_LISTEN, AT(listen), NULL, true,
	"An address and port at which peers and readers may connect; may be "
	"given several times."},
    {"public", SETTING_ADDRESS, AT(public), "", false,
	"The name or address and the port that others reach this node at, for "
	"the invites it makes."},
    {"peer", SETTING_INVITE, AT(peer), NULL, false,
	"An invite to a node to stay in touch with; may be given several "
	"times."},
    {"introduce", SETTING_SWITCH, AT(introduce), "no", false,
	"Whether this node's peers may tell others how to reach it: two of "
	"them each, after a week."},
    {"socks", SETTING_ADDRESS, AT(socks), "", true,
	"The SOCKS5 proxy (of tor) through which .onion addresses are "
	"reached."},
    {"mirrors", SETTING_SWITCH, AT(mirrors), "yes", true,
	"Whether the web hosts that a feed's charter and follow link name are "
	"asked for it when no peer has it."},
    {"quota", SETTING_SIZE, AT(quota), "20G", true,
	"How many bytes of packs are kept, of all feeds together."},
    {"reserve", SETTING_SIZE, AT(reserve), "256M", false,
	"How many bytes are left free on the disk: with less, nothing more is "
	"taken in."},
    {"upload", SETTING_RATE, AT(upload), "none", true,
	"How many bytes a second are sent at most."},
    {"download", SETTING_RATE, AT(download), "none", true,
	"How many bytes a second are taken from other nodes at most."},
    {"control", SETTING_FOLDER, AT(control), CTL_PATH, true,
	"The socket at which quire on this machine talks to quired."},
    {"group", SETTING_TEXT, AT(group), "quire", true,
	"The group whose members may use the control socket."},
    {"log", SETTING_LOG, AT(log), "info", false,
	"How much is logged: error, warn, info or debug."},
};
#undef AT
#define AT(f) offsetof(struct config_follow, f)
static const struct setting follow[] = {
    {"tiers", SETTING_TIERS, AT(tiers), "heads text small pictures", false,
	"What is kept of this feed: some of heads, text, small and pictures."},
    {"quota", SETTING_SIZE, AT(quota), "none", false,
	"How many bytes of this feed's packs are kept."},
    {"newest", SETTING_COUNT, AT(newest), "all", false,
	"Of how many issues, from the newest back, packs are kept."},
};
#undef AT
#define AT(f) offsetof(struct config_publish, f)
static const struct setting publish[] = {
    {"inbox", SETTING_FOLDER, AT(inbox), "", true,
	"A folder whose documents are published when they have come to rest."},
    {"level", SETTING_LEVEL, AT(level), "fast", true,
	"How hard issues are compressed: fast or slow; volumes always are "
	"slow."},
    {"settle", SETTING_SECONDS, AT(settle), "10", true,
	"For how many seconds nothing in the inbox may change before it is "
	"published."},
    {"source", SETTING_SOURCE, AT(source), NULL, true,
	"The address of a feed, sitemap or page whose articles are published; "
	"may be given several times."},
    {"every", SETTING_TIME, AT(every), "15m", true,
	"How often sources are looked at: 1m to 30d; s, m, h and d are "
	"units."},
    {"delay", SETTING_SECONDS, AT(delay), "2", true,
	"For how many seconds at least a web server is left alone after each "
	"request."},
    {"rules", SETTING_FOLDER, AT(rules), "", true,
	"A file that says of sites which parts of their pages are the "
	"article."},
    {"corrections", SETTING_SAYS, AT(corrections), "words", true,
	"What a correction says of itself if its document has no note: note "
	"(nothing), count (of words) or words (that were added)."},
};
#undef AT
#define AT(f) offsetof(struct config_web, f)
static const struct setting web[] = {
    {"listen", SETTING_HERE, AT(listen), "127.0.0.1:7118", true,
	"Where on this machine the web server passes WebSockets of that path "
	"on to."},
};
#undef AT
#define AT(f) offsetof(struct config_transport, f)
static const struct setting transport[] = {
    {"program", SETTING_FOLDER, AT(program), "", true,
	"The program of the transport, if it is not one that is known."},
    {"listen", SETTING_BIND, AT(listen), "", true,
	"The address and port at which the program serves; without one it "
	"only dials."},
    {"public", SETTING_ADDRESS, AT(public), "", true,
	"The name or address and the port that others reach it at, if it is "
	"not as for the node."},
};
#undef AT

static const struct {
	const char *name;
	const struct setting *table;
	size_t n;
} section[SECTIONS] = {
    {"", top, sizeof(top) / sizeof(top[0])},
    {"follow", follow, sizeof(follow) / sizeof(follow[0])},
    {"publish", publish, sizeof(publish) / sizeof(publish[0])},
    {"web", web, sizeof(web) / sizeof(web[0])},
    {"transport", transport, sizeof(transport) / sizeof(transport[0])},
};

const struct setting *
setting_table(enum setting_section s, size_t *ret_n)
{
	*ret_n = section[s].n;
	return section[s].table;
}

const char *
setting_section_name(enum setting_section s)
{
	return section[s].name;
}

const struct setting *
setting_find(enum setting_section s, struct bytes name)
{
	for (size_t i = 0; i < section[s].n; i++)
		if (bytes_eq(name, bytes_str(section[s].table[i].name)))
			return &section[s].table[i];
	return NULL;
}

/* Levenshtein's distance, for short words. */
static size_t
distance(struct bytes a, struct bytes b)
{
	size_t row[32];

	if (b.n >= sizeof(row) / sizeof(row[0]))
		return SIZE_MAX;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 0; i < a.n; i++) {
		size_t corner = row[0]++;

		for (size_t j = 0; j < b.n; j++) {
			size_t best = corner + (a.p[i] != b.p[j]);

			corner = row[j + 1];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j + 1] + 1 < best)
				best = row[j + 1] + 1;
			row[j + 1] = best;
		}
	}
	return row[b.n];
}

static void
consider(struct bytes name, const char *known, size_t *best,
    const char **ret_nearest)
{
	size_t d = distance(name, bytes_str(known));

	if (d < *best) {
		*best = d;
		*ret_nearest = known;
	}
}

const char *
setting_nearest(enum setting_section s, struct bytes name)
{
	const char *nearest = NULL;
	size_t best = name.n / 3 + 2;

	for (size_t i = 0; i < section[s].n; i++)
		consider(name, section[s].table[i].name, &best, &nearest);
	if (s == SECTION_TOP)
		for (size_t i = SECTION_TOP + 1; i < SECTIONS; i++)
			consider(name, section[i].name, &best, &nearest);
	return nearest;
}

/* --- values */

bool
address_check(struct bytes a, bool numeric, uint64_t *ret_port)
{
	char host[256];
	uint8_t ip[16];
	size_t colon = a.n;
	bool v6;

	while (colon > 0 && a.p[colon - 1] != ':')
		colon--;
	if (colon < 2 || colon > sizeof(host) ||
	    dec_parse(ret_port, (const char *)a.p + colon, a.n - colon) != 0 ||
	    *ret_port > 65535)
		return false;
	v6 = a.p[0] == '[' && a.p[colon - 2] == ']' && colon > 3;
	memcpy(host, a.p + (v6 ? 1 : 0), colon - 1);
	host[colon - 1 - (v6 ? 2 : 0)] = '\0';
	if (v6)
		return inet_pton(AF_INET6, host, ip) == 1;
	if (numeric)
		return inet_pton(AF_INET, host, ip) == 1;
	return host[strcspn(host, " \t[]:/@#?")] == '\0';
}

bool
address_web(struct invite *ret, struct bytes a)
{
	static const char https[] = "https://";
	size_t n = sizeof(https) - 1, host = 0, colon = 0;
	struct bytes path, at;
	uint64_t port = 443;

	*ret = (struct invite){.transport = INVITE_WEB};
	if (a.n <= n || memcmp(a.p, https, n) != 0)
		return false;
	at = bytes_of(a.p + n, a.n - n);
	while (host < at.n && at.p[host] != '/')
		host++;
	path = bytes_of(at.p + host, at.n - host);
	for (size_t i = 0; i < host; i++)
		if (at.p[i] == ':' && (at.p[0] != '[' || at.p[i - 1] == ']'))
			colon = i;
	if (colon > 0 && !address_check(bytes_of(at.p, host), false, &port))
		return false;
	if (path.n <= WEB_SECRET_MIN || path.n > INVITE_PATH_MAX || port == 0)
		return false;
	at.n = colon > 0 ? colon : host;
	if (at.n > 2 && at.p[0] == '[' && at.p[at.n - 1] == ']')
		at = bytes_of(at.p + 1, at.n - 2);
	if (at.n == 0 || at.n > INVITE_HOST_MAX)
		return false;
	memcpy(ret->host, at.p, at.n);
	memcpy(ret->path, path.p, path.n);
	ret->port = (uint16_t)port;
	return invite_good(ret);
}

bool
transport_name(struct bytes a)
{
	struct invite v = {
	    .transport = INVITE_PT, .host = "h", .port = 1, .path = "/"};

	if (a.n == 0 || a.n >= sizeof(v.pt))
		return false;
	memcpy(v.pt, a.p, a.n);
	return invite_good(&v);
}

void
secret_free(char *text)
{
	if (text != NULL)
		sodium_memzero(text, strlen(text));
	free(text);
}

void
secret_cut(struct buf *b, const char *text)
{
	static const char https[] = "https://";
	size_t n = strcspn(text, "#");
	const char *key = strstr(text, "k=");

	if (strncmp(text, https, sizeof(https) - 1) == 0) {
		n = sizeof(https) + strcspn(text + sizeof(https) - 1, "/");
		buf_printf(b, "%.*s...", (int)n, text);
		return;
	}

	if (text[n] == '#') {
		buf_put(b, text, n);
		buf_put_str(b, "#...");
	} else if (key != NULL) {
		buf_put(b, text, (size_t)(key - text));
		buf_put_str(b, "k=...");
	} else {
		buf_put_str(b, text);
	}
}

static void *
field(void *base, const struct setting *s)
{
	return (char *)base + s->at;
}

static const void *
const_field(const void *base, const struct setting *s)
{
	return (const char *)base + s->at;
}

static const char *
set_text(char **text, struct bytes value)
{
	char *copy = strndup((const char *)value.p, value.n);

	if (copy == NULL)
		return "cannot be kept: out of memory";
	secret_free(*text);
	*text = copy;
	return NULL;
}

static const char *
add_text(struct config_list *list, struct bytes value)
{
	if (list->n == CONFIG_LIST_MAX)
		return "is given more than 32 times";
	list->text[list->n] = NULL;
	return set_text(&list->text[list->n++], value);
}

static bool
parse_number(uint64_t *ret, struct bytes value)
{
	return dec_parse(ret, (const char *)value.p, value.n) == 0;
}

static bool
parse_size(uint64_t *ret, struct bytes value)
{
	if (bytes_eq(value, bytes_str("none")))
		value = bytes_str("0");
	return size_parse(ret, (const char *)value.p, value.n) == 0;
}

static const struct {
	char letter;
	uint64_t seconds;
} time_unit[] = {{'d', 24 * 3600}, {'h', 3600}, {'m', 60}, {'s', 1}};

static bool
parse_time(uint64_t *ret, struct bytes value)
{
	uint64_t unit = 1;

	for (size_t i = 0; i < 4 && value.n > 1; i++)
		if (value.p[value.n - 1] == (uint8_t)time_unit[i].letter) {
			unit = time_unit[i].seconds;
			value.n--;
			break;
		}
	if (dec_parse(ret, (const char *)value.p, value.n) != 0 ||
	    *ret > EVERY_MAX)
		return false;
	*ret *= unit;
	return *ret >= EVERY_MIN && *ret <= EVERY_MAX;
}

static void
put_time(struct buf *b, uint64_t v)
{
	for (size_t i = 0; i < 4; i++)
		if (v % time_unit[i].seconds == 0) {
			buf_printf(b, "%llu%c",
			    (unsigned long long)(v / time_unit[i].seconds),
			    time_unit[i].letter);
			return;
		}
}

static const char *const tier_name[TIERS] = {
    "heads", "text", "small", "pictures"};
static const char *const level_name[] = {"fast", "slow"};
static const char *const says_name[] = {"note", "count", "words"};
static const char *const log_name[] = {"error", "warn", "info", "debug"};

static bool
find_word(const char *const *word, size_t n, struct bytes value, uint64_t *ret)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_eq(value, bytes_str(word[i]))) {
			*ret = i;
			return true;
		}
	return false;
}

static bool
parse_tiers(uint64_t *ret, struct bytes value)
{
	*ret = 0;
	while (value.n > 0) {
		struct bytes word = {value.p, 0};
		uint64_t tier;

		while (word.n < value.n && value.p[word.n] != ' ')
			word.n++;
		if (word.n > 0 && !find_word(tier_name, TIERS, word, &tier))
			return false;
		if (word.n > 0)
			*ret |= 1U << tier;
		else
			word.n++;
		value.p += word.n;
		value.n -= word.n;
	}
	/* Everything else is found and cut by the heads. */
	return (*ret & 1U << TIER_HEADS) != 0;
}

static const char *
set_invite(struct config_list *list, struct bytes value)
{
	struct invite v;
	int e = invite_parse(&v, value);

	invite_done(&v);
	if (e == QERR_VERSION)
		return "is an invite for a newer quired";
	if (e != 0)
		return "is not an invite: it begins with quire:// and is to be "
		       "copied whole";
	return add_text(list, value);
}

static const char *
set_source(struct config_list *list, struct bytes value)
{
	if (!address_is_web(value) && !address_is_file(value))
		return "is not an address with http://, https:// or file:///";
	if (value.n > SOURCE_MAX)
		return "is longer than 1024 bytes";
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] <= ' ' || value.p[i] > '~' || value.p[i] == '\\')
			return "has a character that no address has; write it "
			       "as %20 or the like";
	for (size_t i = 0; i < list->n; i++)
		if (bytes_eq(value, bytes_str(list->text[i])))
			return "is given twice";
	return add_text(list, value);
}

/* In this machine, whose other users are few and known. */
static bool
is_here(struct bytes a)
{
	return (a.n > 4 && memcmp(a.p, "127.", 4) == 0) ||
	       (a.n > 5 && memcmp(a.p, "[::1]", 5) == 0);
}

const char *
setting_set(void *base, const struct setting *s, struct bytes value)
{
	void *f = field(base, s);
	uint64_t v;

	switch (s->type) {
	case SETTING_TEXT:
		return set_text(f, value);
	case SETTING_FOLDER:
		if (value.n > 0 && value.p[0] != '/')
			return "is not a path from the root, as /var/lib/quire";
		return set_text(f, value);
	case SETTING_ADDRESS:
		if (value.n > 0 && (!address_check(value, false, &v) || v == 0))
			return "is not HOST:PORT, as mirror.example.org:4430";
		return set_text(f, value);
	case SETTING_LISTEN:
		if (!address_check(value, true, &v))
			return "is not ADDRESS:PORT, as 0.0.0.0:4430 or "
			       "[::]:4430";
		return add_text(f, value);
	case SETTING_BIND:
		if (value.n > 0 && (!address_check(value, true, &v) || v == 0))
			return "is not ADDRESS:PORT, as 0.0.0.0:8443 or "
			       "[::]:8443";
		return set_text(f, value);
	case SETTING_HERE:
		if (!address_check(value, true, &v) || !is_here(value))
			return "is not an address of this machine alone, as "
			       "127.0.0.1:7118: what comes there is plain";
		return set_text(f, value);
	case SETTING_INVITE:
		return set_invite(f, value);
	case SETTING_SIZE:
		return parse_size(f, value)
			   ? NULL
			   : "is not a size, as 500M, 20G or none";
	case SETTING_RATE:
		return parse_size(f, value) && (*(uint64_t *)f == 0 ||
						   *(uint64_t *)f >= RATE_MIN)
			   ? NULL
			   : "is not none or a rate of 4K or more, as 500K";
	case SETTING_SECONDS:
		return parse_number(f, value) && *(uint64_t *)f <= SECONDS_MAX
			   ? NULL
			   : "is not a number of seconds, 3600 at most";
	case SETTING_COUNT:
		if (bytes_eq(value, bytes_str("all")))
			value = bytes_str("0");
		return parse_number(f, value) ? NULL
					      : "is neither a number nor all";
	case SETTING_SOURCE:
		return set_source(f, value);
	case SETTING_TIME:
		return parse_time(f, value)
			   ? NULL
			   : "is not a time from 1m to 30d, as 15m, 2h or 1d";
	case SETTING_SWITCH:
		*(bool *)f = bytes_eq(value, bytes_str("yes"));
		return *(bool *)f || bytes_eq(value, bytes_str("no"))
			   ? NULL
			   : "is neither yes nor no";
	case SETTING_TIERS:
		return parse_tiers(f, value)
			   ? NULL
			   : "is not heads and some of text, small and pictures";
	case SETTING_LEVEL:
		return find_word(level_name, 2, value, f)
			   ? NULL
			   : "is neither fast nor slow";
	case SETTING_SAYS:
		return find_word(says_name, 3, value, f)
			   ? NULL
			   : "is none of note, count and words";
	case SETTING_LOG:
		return find_word(log_name, 4, value, f)
			   ? NULL
			   : "is none of error, warn, info and debug";
	}
	return "is of no known type";
}

void
setting_defaults(void *base, enum setting_section s)
{
	for (size_t i = 0; i < section[s].n; i++)
		if (section[s].table[i].fallback != NULL)
			(void)setting_set(base, &section[s].table[i],
			    bytes_str(section[s].table[i].fallback));
}

static void
free_value(void *base, const struct setting *s)
{
	struct config_list *list;

	switch (s->type) {
	case SETTING_TEXT:
	case SETTING_FOLDER:
	case SETTING_ADDRESS:
	case SETTING_BIND:
	case SETTING_HERE:
		secret_free(*(char **)field(base, s));
		break;
	case SETTING_LISTEN:
	case SETTING_INVITE:
	case SETTING_SOURCE:
		list = field(base, s);
		for (size_t i = 0; i < list->n; i++)
			secret_free(list->text[i]);
		list->n = 0;
		break;
	case SETTING_SIZE:
	case SETTING_RATE:
	case SETTING_SECONDS:
	case SETTING_COUNT:
	case SETTING_TIME:
	case SETTING_SWITCH:
	case SETTING_TIERS:
	case SETTING_LEVEL:
	case SETTING_SAYS:
	case SETTING_LOG:
		break;
	}
}

void
setting_free(void *base, enum setting_section s)
{
	for (size_t i = 0; i < section[s].n; i++)
		free_value(base, &section[s].table[i]);
}

static void
put_size(struct buf *b, uint64_t v)
{
	static const char unit[] = "KMGT";
	int u = -1;

	while (v != 0 && v % 1024 == 0 && u < 3) {
		v /= 1024;
		u++;
	}
	if (v == 0)
		buf_put_str(b, "none");
	else if (u < 0)
		buf_printf(b, "%llu", (unsigned long long)v);
	else
		buf_printf(b, "%llu%c", (unsigned long long)v, unit[u]);
}

static void
put_list(struct buf *b, const struct config_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		buf_put_str(b, i > 0 ? " " : "");
		buf_put_str(b, list->text[i]);
	}
}

static void
put_tiers(struct buf *b, uint64_t mask)
{
	for (size_t i = 0; i < TIERS; i++)
		if ((mask & 1U << i) != 0) {
			buf_put_str(b, i > 0 ? " " : "");
			buf_put_str(b, tier_name[i]);
		}
}

void
setting_text(struct buf *b, const void *base, const struct setting *s)
{
	const void *f = const_field(base, s);
	const uint64_t *v = f;

	switch (s->type) {
	case SETTING_TEXT:
	case SETTING_FOLDER:
	case SETTING_ADDRESS:
	case SETTING_BIND:
	case SETTING_HERE:
		buf_put_str(b, *(char *const *)f);
		break;
	case SETTING_LISTEN:
	case SETTING_INVITE:
	case SETTING_SOURCE:
		put_list(b, f);
		break;
	case SETTING_TIME:
		put_time(b, *v);
		break;
	case SETTING_SIZE:
	case SETTING_RATE:
		put_size(b, *v);
		break;
	case SETTING_SECONDS:
		buf_printf(b, "%llu", (unsigned long long)*v);
		break;
	case SETTING_COUNT:
		if (*v == 0)
			buf_put_str(b, "all");
		else
			buf_printf(b, "%llu", (unsigned long long)*v);
		break;
	case SETTING_SWITCH:
		buf_put_str(b, *(const bool *)f ? "yes" : "no");
		break;
	case SETTING_TIERS:
		put_tiers(b, *v);
		break;
	case SETTING_LEVEL:
		buf_put_str(b, level_name[*v]);
		break;
	case SETTING_SAYS:
		buf_put_str(b, says_name[*v]);
		break;
	case SETTING_LOG:
		buf_put_str(b, log_name[*v]);
		break;
	}
}
