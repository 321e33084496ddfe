#include "proto/wire/veil.h"
#include "tests/sim/sim.h"

/*
 * What stands between a node and its veils (the linker puts it there, as sham.c):
 * everybody's messages are counted as they come in.
 */
struct host *liar_now;

int __real_msg_decode(struct msg *ret, struct bytes in);
int __wrap_msg_decode(struct msg *ret, struct bytes in);

int
__wrap_msg_decode(struct msg *ret, struct bytes in)
{
	int err = __real_msg_decode(ret, in);

	if (err == 0 && liar_now != NULL) {
		liar_now->w->heard[ret->kind]++;
		liar_now->w->heard_bytes[ret->kind] += in.n;
	}
	return err;
}
