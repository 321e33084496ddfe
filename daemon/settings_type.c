#include "daemon/settings_inner.h"

#include <string.h>

#include "daemon/ingest/address.h"
#include "proto/base/qerr.h"
#include "proto/host/rate.h"
#include "proto/wire/invite.h"

#define SECONDS_MAX 3600
#define SOURCE_MAX  1024

static const char *const level_name[] = {"fast", "slow"};
static const char *const says_name[] = {"note", "count", "words"};
static const char *const log_name[] = {"error", "warn", "info", "debug"};

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
		if (!address_check(value, true, &v) || !address_is_here(value))
			return "is not an address of this machine alone, as "
			       "127.0.0.1:7118: what comes there is plain";
		return set_text(f, value);
	case SETTING_INVITE:
		return set_invite(f, value);
	case SETTING_SIZE:
		return value_size(f, value)
			   ? NULL
			   : "is not a size, as 500M, 20G or none";
	case SETTING_RATE:
		return value_size(f, value) && (*(uint64_t *)f == 0 ||
						   *(uint64_t *)f >= RATE_MIN)
			   ? NULL
			   : "is not none or a rate of 4K or more, as 500K";
	case SETTING_SECONDS:
		return value_number(f, value) && *(uint64_t *)f <= SECONDS_MAX
			   ? NULL
			   : "is not a number of seconds, 3600 at most";
	case SETTING_COUNT:
		if (bytes_eq(value, bytes_str("all")))
			value = bytes_str("0");
		return value_number(f, value) ? NULL
					      : "is neither a number nor all";
	case SETTING_SOURCE:
		return set_source(f, value);
	case SETTING_TIME:
		return value_time(f, value)
			   ? NULL
			   : "is not a time from 1m to 30d, as 15m, 2h or 1d";
	case SETTING_SWITCH:
		*(bool *)f = bytes_eq(value, bytes_str("yes"));
		return *(bool *)f || bytes_eq(value, bytes_str("no"))
			   ? NULL
			   : "is neither yes nor no";
	case SETTING_TIERS:
		return value_tiers(f, value)
			   ? NULL
			   : "is not heads and some of text, small and "
			     "pictures, with blanks between";
	case SETTING_LEVEL:
		return value_word(level_name, 2, value, f)
			   ? NULL
			   : "is neither fast nor slow";
	case SETTING_SAYS:
		return value_word(says_name, 3, value, f)
			   ? NULL
			   : "is none of note, count and words";
	case SETTING_LOG:
		return value_word(log_name, 4, value, f)
			   ? NULL
			   : "is none of error, warn, info and debug";
	}
	return "is of no known type";
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
	size_t n;
	const struct setting *table = setting_table(s, &n);

	for (size_t i = 0; i < n; i++)
		free_value(base, &table[i]);
}

static void
put_list(struct buf *b, const struct config_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		buf_put_str(b, i > 0 ? " " : "");
		buf_put_str(b, list->text[i]);
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
		value_put_time(b, *v);
		break;
	case SETTING_SIZE:
	case SETTING_RATE:
		value_put_size(b, *v);
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
		value_put_tiers(b, *v);
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
