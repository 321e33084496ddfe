#include "client/overdue.h"

#include "proto/object/header.h"

#define DAY (24 * 3600)

bool
overdue_look(struct overdue *ret, const struct home *h, const struct id *feed,
    int64_t now)
{
	struct tree_name t = {.kind = TREE_HEAD, .id = *feed};
	struct header head;
	struct buf b;
	uint64_t late;
	bool has;

	*ret = (struct overdue){0};
	buf_init(&b, 0);
	has = store_get(h->store, &t, &b) == 0 &&
	      header_read(&head, buf_bytes(&b)) == 0;
	buf_done(&b);
	if (!has || head.time > INT64_MAX / 2 || head.next > INT64_MAX / 4)
		return false;
	late = head.time + head.next + head.next / 2;
	ret->issued = (int64_t)head.time;
	ret->promised = (int64_t)(head.time + head.next);
	ret->ahead = now < ret->issued - DAY;
	return now > 0 && (uint64_t)now > late;
}
