#include "daemon/source/look.h"

bool
look_is_due(const struct known_entry *k, uint64_t wall)
{
	return k->tries == 0 && k->seen > 0 && k->looks < KNOWN_LOOKS_MAX &&
	       wall >= k->seen &&
	       wall - k->seen >= (uint64_t)LOOK_AFTER << k->looks;
}

bool
look_is_any_due(const struct known *k, uint64_t list, uint64_t wall)
{
	uint64_t last = 0;

	for (size_t i = 0; i < k->n; i++)
		if (k->entry[i].list == list && k->entry[i].turn > last)
			last = k->entry[i].turn;
	for (size_t i = 0; i < k->n; i++)
		if (k->entry[i].list == list && k->entry[i].turn == last &&
		    look_is_due(&k->entry[i], wall))
			return true;
	return false;
}

bool
look_at(struct known_entry *k, const struct id *page, uint64_t wall)
{
	k->seen = wall;
	k->looks++;
	return page != NULL && !id_eq(&k->page, page);
}
