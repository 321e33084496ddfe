#include <string.h>

#include "proto/base/qerr.h"
#include "proto/wire/noise_inner.h"

/*
 * The fundamental patterns, §7.4 and §7.5, as the specification writes them:
 * what is known before of the initiator's and the responder's static key, then
 * the messages, the initiator's first.
 */
static const struct pattern {
	const char *name;
	bool know_i, know_r;
	const char *messages;
} patterns[] = {
    {"N", false, true, "e es"},
    {"K", true, true, "e es ss"},
    {"X", false, true, "e es s ss"},
    {"NN", false, false, "e|e ee"},
    {"NK", false, true, "e es|e ee"},
    {"NX", false, false, "e|e ee s es"},
    {"KN", true, false, "e|e ee se"},
    {"KK", true, true, "e es ss|e ee se"},
    {"KX", true, false, "e|e ee se s es"},
    {"XN", false, false, "e|e ee|s se"},
    {"XK", false, true, "e es|e ee|s se"},
    {"XX", false, false, "e|e ee s es|s se"},
    {"IN", false, false, "e s|e ee se"},
    {"IK", false, true, "e es s ss|e ee se"},
    {"IX", false, false, "e s|e ee se s es"},
};

static const char *const words[] = {
    [NOISE_E] = "e",
    [NOISE_S] = "s",
    [NOISE_EE] = "ee",
    [NOISE_ES] = "es",
    [NOISE_SE] = "se",
    [NOISE_SS] = "ss",
};

static int
add_word(struct noise_message *m, enum noise_word w, size_t at)
{
	if (m->n == NOISE_WORDS_MAX)
		return QERR_FULL;
	memmove(&m->word[at + 1], &m->word[at],
	    (m->n - at) * sizeof(m->word[0]));
	m->word[at] = w;
	m->n++;
	return 0;
}

static int
parse_word(enum noise_word *ret, const char *s, size_t n)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0) {
			*ret = (enum noise_word)i;
			return 0;
		}
	return QERR_UNKNOWN;
}

static int
parse_messages(struct noise *h, const char *s)
{
	while (*s != '\0') {
		struct noise_message *m = &h->msg[h->n_msg];
		size_t n = strcspn(s, " |");
		enum noise_word w;

		if (parse_word(&w, s, n) != 0 || add_word(m, w, m->n) != 0)
			return QERR_UNKNOWN;
		s += n;
		if (*s == '|' || *s == '\0')
			h->n_msg++;
		if (*s != '\0')
			s++;
	}
	return 0;
}

/* "psk0+psk2": psk0 begins message 1, pskN ends message N, §9.3. */
static int
parse_modifiers(struct noise *h, const char *s)
{
	while (*s != '\0') {
		size_t at = (size_t)(s[0] == 'p' && s[1] == 's' && s[2] == 'k'
					 ? s[3] - '0'
					 : NOISE_MSGS_MAX);

		if (at > h->n_msg ||
		    add_word(&h->msg[at == 0 ? 0 : at - 1], NOISE_PSK,
			at == 0 ? 0 : h->msg[at - 1].n) != 0)
			return QERR_UNKNOWN;
		h->has_psk = true;
		h->psk_at++;
		s += 4;
		if (*s == '+')
			s++;
	}
	if (h->psk_at != h->n_psk)
		return QERR_MISSING;
	h->psk_at = 0;
	return 0;
}

static const struct pattern *
find_pattern(const char *name)
{
	size_t n = strspn(name, "NKXI");

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (strlen(patterns[i].name) == n &&
		    memcmp(patterns[i].name, name, n) == 0)
			return &patterns[i];
	return NULL;
}

int
noise_pattern(struct noise *h, const char *name, bool ret_know[2])
{
	const struct pattern *p = find_pattern(name);
	int err;

	if (p == NULL)
		return QERR_UNKNOWN;
	ret_know[0] = p->know_i;
	ret_know[1] = p->know_r;
	err = parse_messages(h, p->messages);
	return err != 0 ? err : parse_modifiers(h, name + strlen(p->name));
}
