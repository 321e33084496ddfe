#include "daemon/config.h"

#include <string.h>

#include "daemon/settings.h"

static bool
same_setting(const void *a, const void *b, const struct setting *s)
{
	struct buf x, y;
	bool same;

	buf_init(&x, 0);
	buf_init(&y, 0);
	setting_text(&x, a, s);
	setting_text(&y, b, s);
	same = bytes_eq(buf_bytes(&x), buf_bytes(&y));
	buf_wipe(&x);
	buf_wipe(&y);
	return same;
}

static bool
same_section(const void *a, const void *b, enum setting_section s)
{
	const struct setting *table;
	size_t n;

	table = setting_table(s, &n);
	for (size_t i = 0; i < n; i++)
		if (!same_setting(a, b, &table[i]))
			return false;
	return true;
}

static bool
same_follows(const struct config *a, const struct config *b)
{
	if (a->n_follow != b->n_follow)
		return false;
	for (size_t i = 0; i < a->n_follow; i++) {
		const struct config_follow *f =
		    config_find(b, &a->follow[i].feed);

		if (f == NULL || strcmp(f->link, a->follow[i].link) != 0 ||
		    !same_section(f, &a->follow[i], SECTION_FOLLOW))
			return false;
	}
	return true;
}

static bool
same_publishes(const struct config *a, const struct config *b)
{
	if (a->n_publish != b->n_publish)
		return false;
	for (size_t i = 0; i < a->n_publish; i++)
		if (strcmp(a->publish[i].folder, b->publish[i].folder) != 0 ||
		    !same_section(&a->publish[i], &b->publish[i],
			SECTION_PUBLISH))
			return false;
	return true;
}

static bool
same_webs(const struct config *a, const struct config *b)
{
	if (a->n_web != b->n_web)
		return false;
	for (size_t i = 0; i < a->n_web; i++)
		if (strcmp(a->web[i].address, b->web[i].address) != 0 ||
		    !same_section(&a->web[i], &b->web[i], SECTION_WEB))
			return false;
	return true;
}

static bool
same_transports(const struct config *a, const struct config *b)
{
	if (a->n_transport != b->n_transport)
		return false;
	for (size_t i = 0; i < a->n_transport; i++)
		if (strcmp(a->transport[i].name, b->transport[i].name) != 0 ||
		    !same_section(&a->transport[i], &b->transport[i],
			SECTION_TRANSPORT))
			return false;
	return true;
}

void
config_diff(const struct config *a, const struct config *b,
    void (*fn)(void *arg, const char *name, bool restart), void *arg)
{
	const struct setting *table;
	size_t n;

	table = setting_table(SECTION_TOP, &n);
	for (size_t i = 0; i < n; i++)
		if (!same_setting(a, b, &table[i]))
			fn(arg, table[i].name, table[i].restart);
	if (!same_follows(a, b))
		fn(arg, "follow", false);
	if (!same_publishes(a, b))
		fn(arg, "publish", true);
	if (!same_webs(a, b))
		fn(arg, "web", true);
	if (!same_transports(a, b))
		fn(arg, "transport", true);
}
