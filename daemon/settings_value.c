#include "daemon/settings_inner.h"

#include "proto/base/text.h"
#include "proto/object/header.h"

#define EVERY_MIN 60
#define EVERY_MAX (30 * 24 * 3600)

bool
value_number(uint64_t *ret, struct bytes value)
{
	return dec_parse(ret, (const char *)value.p, value.n) == 0;
}

bool
value_size(uint64_t *ret, struct bytes value)
{
	if (bytes_eq(value, bytes_str("none")))
		value = bytes_str("0");
	return size_parse(ret, (const char *)value.p, value.n) == 0;
}

void
value_put_size(struct buf *b, uint64_t v)
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

static const struct {
	char letter;
	uint64_t seconds;
} time_unit[] = {{'d', 24 * 3600}, {'h', 3600}, {'m', 60}, {'s', 1}};

bool
value_time(uint64_t *ret, struct bytes value)
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

void
value_put_time(struct buf *b, uint64_t v)
{
	for (size_t i = 0; i < 4; i++)
		if (v % time_unit[i].seconds == 0) {
			buf_printf(b, "%llu%c",
			    (unsigned long long)(v / time_unit[i].seconds),
			    time_unit[i].letter);
			return;
		}
}

bool
value_word(const char *const *word, size_t n, struct bytes value, uint64_t *ret)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_eq(value, bytes_str(word[i]))) {
			*ret = i;
			return true;
		}
	return false;
}

static const char *const tier_name[TIERS] = {
    "heads", "text", "small", "pictures"};

bool
value_tiers(uint64_t *ret, struct bytes value)
{
	*ret = 0;
	while (value.n > 0) {
		struct bytes word = {value.p, 0};
		uint64_t tier;

		while (word.n < value.n && value.p[word.n] != ' ')
			word.n++;
		if (word.n > 0 && !value_word(tier_name, TIERS, word, &tier))
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

void
value_put_tiers(struct buf *b, uint64_t mask)
{
	for (size_t i = 0; i < TIERS; i++)
		if ((mask & 1U << i) != 0) {
			buf_put_str(b, i > 0 ? " " : "");
			buf_put_str(b, tier_name[i]);
		}
}
