#include "daemon/settings.h"

#include "proto/host/ctl.h"

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

void
setting_defaults(void *base, enum setting_section s)
{
	for (size_t i = 0; i < section[s].n; i++)
		if (section[s].table[i].fallback != NULL)
			(void)setting_set(base, &section[s].table[i],
			    bytes_str(section[s].table[i].fallback));
}
