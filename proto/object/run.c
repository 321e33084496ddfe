#include "proto/object/run.h"

#include "proto/base/qerr.h"

void
run_init(struct run *u)
{
	*u = (struct run){.first = 0};
	buf_init(&u->raw, PACK_PREFIX_MAX);
}

void
run_done(struct run *u)
{
	buf_done(&u->raw);
	run_init(u);
}

void
run_start(struct run *u, uint64_t first)
{
	u->first = u->next = first;
	u->at[0] = 0;
	buf_clear(&u->raw);
}

static void
drop_oldest(struct run *u)
{
	size_t cut = u->at[1], n = (size_t)(u->next - u->first);

	for (size_t i = 0; i < n; i++)
		u->at[i] = u->at[i + 1] - cut;
	buf_drop(&u->raw, cut);
	u->first++;
}

int
run_add(struct run *u, struct bytes raw)
{
	if (raw.n > PACK_PREFIX_MAX)
		return QERR_TOOBIG;
	while (u->next - u->first == PACK_BASE_MAX ||
	       u->raw.n + raw.n > PACK_PREFIX_MAX)
		drop_oldest(u);
	buf_put(&u->raw, raw.p, raw.n);
	if (buf_err(&u->raw) != 0)
		return buf_err(&u->raw);
	u->next++;
	u->at[u->next - u->first] = u->raw.n;
	return 0;
}

bool
run_has(const struct run *u, uint64_t first, uint64_t next)
{
	return u->first <= first && first <= next && next <= u->next;
}

struct bytes
run_cut(const struct run *u, uint64_t first, uint64_t next)
{
	size_t from = u->at[first - u->first];

	if (u->raw.n == 0)
		return bytes_of(NULL, 0);
	return bytes_of(u->raw.p + from, u->at[next - u->first] - from);
}
