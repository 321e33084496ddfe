#include "daemon/mirror/rota.h"

struct mirrored *
rota_next(struct mirrored *f, size_t n, when_ms now)
{
	struct mirrored *first = NULL;

	for (size_t i = 0; i < n; i++)
		if (f[i].due != 0 && f[i].due <= now &&
		    (first == NULL || f[i].due < first->due))
			first = &f[i];
	return first;
}

bool
rota_waits(const struct mirrored *f, size_t n, const struct id *feed,
    when_ms now)
{
	for (size_t i = 0; i < n; i++)
		if (f[i].due != 0 && f[i].due <= now &&
		    !id_eq(&f[i].feed, feed))
			return true;
	return false;
}

static uint64_t
hash_of(struct bytes address)
{
	struct id h;

	hash(&h, HASH_RECORD, address);
	return load_le64(h.b);
}

void
rota_leave(struct rota_rest *r, struct bytes address, uint64_t seconds,
    when_ms now)
{
	when_ms until = now + (seconds < ROTA_REST_MAX / 1000 ? seconds * 1000
							      : ROTA_REST_MAX);
	uint64_t name = hash_of(address);
	size_t at = 0;

	while (at < r->n && r->host[at].address != name)
		at++;
	if (at == r->n && r->n < ROTA_RESTING)
		r->n++;
	else if (at == r->n)
		at = 0;
	for (size_t i = 0; i < r->n && r->host[at].address != name; i++)
		if (r->host[i].until < r->host[at].until)
			at = i;
	r->host[at].address = name;
	r->host[at].until = until;
}

bool
rota_is_left(const struct rota_rest *r, struct bytes address, when_ms now)
{
	uint64_t name = hash_of(address);

	for (size_t i = 0; i < r->n; i++)
		if (r->host[i].address == name)
			return r->host[i].until > now;
	return false;
}
