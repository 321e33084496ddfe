#include <stdlib.h>

#include "proto/object/armour.h"
#include "proto/object/capsule.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No capsule is good but by its signature; none does harm. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct capsule_verdict *v = calloc(1, sizeof(*v));
	struct buf plain;

	check(v != NULL);
	buf_init(&plain, CAPSULE_MAX);
	if (armour_is(ARMOUR_CAPSULE, bytes_of(data, size)) &&
	    armour_get(&plain, ARMOUR_CAPSULE, bytes_of(data, size),
		CAPSULE_MAX) == 0)
		(void)capsule_open(v, buf_bytes(&plain), NULL, 0);
	else
		(void)capsule_open(v, bytes_of(data, size), NULL, 0);
	capsule_verdict_done(v);
	buf_done(&plain);
	free(v);
	return 0;
}
