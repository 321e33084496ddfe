#include "client/overdue.h"

#include <sodium.h>

#include "tests/unit/host/desk.h"
#include "tests/unit/host/place.h"

#define ISSUED   1700000001       /* as the desk dates its first issue, .. */
#define PROMISED (ISSUED + 86400) /* .. and promises the next */

static void
half_of_the_promise_is_forgiven(void)
{
	struct home h = {.store = fresh()};
	struct overdue o;
	struct desk d;

	desk_new(&d, h.store, 1);
	check(!overdue_look(&o, &h, &d.p.feed, INT64_MAX)); /* no head yet */
	desk_issue(&d, h.store, {STORY("a", "A", "<p>a</p>")});
	check(!overdue_look(&o, &h, &d.p.feed, PROMISED));
	check(!overdue_look(&o, &h, &d.p.feed, PROMISED + 43200));
	check(overdue_look(&o, &h, &d.p.feed, PROMISED + 43201));
	check(o.issued == ISSUED && o.promised == PROMISED && !o.ahead);
	check(!overdue_look(&o, &h, &d.p.feed, ISSUED - 86400) && !o.ahead);
	check(!overdue_look(&o, &h, &d.p.feed, ISSUED - 86401) && o.ahead);
	/* A clock that was never set warns of nothing. */
	check(!overdue_look(&o, &h, &d.p.feed, 0) && o.ahead);
	check(!overdue_look(&o, &h, &d.p.feed, -1));
	desk_done(&d);
	store_close(h.store);
}

int
main(void)
{
	check(sodium_init() >= 0);
	place_init();
	half_of_the_promise_is_forgiven();
	place_done();
	return 0;
}
