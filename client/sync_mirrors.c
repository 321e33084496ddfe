#include <string.h>

#include "client/sync.h"
#include "proto/object/charter.h"

/*
 * Where a newsroom says that its feed lies: in its charter, which can be changed when
 * all that a reader knew is blocked.  The store holds none that was not verified.
 */

static bool
is_usable(struct bytes where)
{
	static const char *const begins[] = {"https://", "http://", "quire://"};
	size_t n;

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if ((n = strlen(begins[i])) < where.n &&
		    memcmp(where.p, begins[i], n) == 0)
			return true;
	return false;
}

/* The newest of the charters that says where; a revocation leaves that as it was. */
static int
newest(struct charter *ret, const struct buf *files, const struct buf *ends)
{
	*ret = (struct charter){0};
	for (size_t i = ends->n / 4; i-- > 0;) {
		int err = charter_peek(ret,
		    bytes_part(buf_bytes(files), buf_bytes(ends), i));

		if (err != 0 || !ret->is_revocation)
			return err;
	}
	return 0;
}

static int
add_of(struct sync *s, const struct id *feed)
{
	char text[CHARTER_MIRROR_MAX + 1];
	struct buf files, ends;
	struct charter c = {0};
	int err;

	buf_init(&files, 0);
	buf_init(&ends, 0);
	err = store_charters(s->h.store, feed, &files, &ends);
	if (err == 0)
		err = newest(&c, &files, &ends);
	for (size_t i = 0; err == 0 && i < c.n_mirror; i++) {
		if (!is_usable(c.mirror[i]))
			continue;
		memcpy(text, c.mirror[i].p, c.mirror[i].n);
		text[c.mirror[i].n] = '\0';
		(void)sync_source(s, text); /* complains */
	}
	buf_done(&files);
	buf_done(&ends);
	return err;
}

int
sync_mirrors(struct sync *s, bool *ret_any)
{
	int err = 0;

	s->first_invite = s->n_invite;
	s->first_tree = s->n_tree;
	s->strange = true;
	for (size_t i = 0; i < s->n_feed && err == 0; i++) {
		err = add_of(s, &s->feed[i].id);
		s->feed[i].done = s->feed[i].failed = s->feed[i].asleep = false;
		row_done(&s->feed[i].row);
		rest_done(&s->feed[i].rest);
	}
	*ret_any = s->n_invite > s->first_invite || s->n_tree > s->first_tree;
	s->unreached = false;
	s->ways.n_vain = 0;
	return err == 0 ? 0 : home_complain("syncing", err);
}
