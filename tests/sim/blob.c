#include <stdlib.h>
#include <string.h>

#include "tests/sim/blob.h"
#include "tests/sim/sim.h"

/*
 * A table of all blobs by a few of their bytes; whoever looks for one compares all
 * of them.  Ten thousand disks of one issue are one issue in memory.
 */
#define LEAST 1024

static struct blob **slot;
static size_t n_slot, n_blob;

/* Of the length and 16 bytes each at the beginning, in the middle and at the end. */
static uint64_t
glance(struct bytes d)
{
	uint64_t h = d.n * UINT64_C(0x9e3779b97f4a7c15), x;
	size_t at[] = {0, d.n / 2, d.n - (d.n < 16 ? d.n : 16)};

	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k + 8 <= 16 && at[i] + k + 8 <= d.n;
		     k += 8) {
			memcpy(&x, d.p + at[i] + k, 8);
			h = (h ^ x) * UINT64_C(0xff51afd7ed558ccd);
			h ^= h >> 32;
		}
	return h;
}

static bool
is_blob(const struct blob *b, uint64_t h, struct bytes d)
{
	return b->glance == h && b->n == d.n && memcmp(b->p, d.p, d.n) == 0;
}

/* The chain of |h|. */
static struct blob **
chain(uint64_t h)
{
	return &slot[h & (n_slot - 1)];
}

static void
rehash(void)
{
	struct blob **old = slot;
	size_t n = n_slot;

	n_slot = n == 0 ? LEAST : n * 2;
	slot = calloc(n_slot, sizeof(*slot));
	for (size_t i = 0; i < n; i++)
		while (old[i] != NULL) {
			struct blob *b = old[i];

			old[i] = b->next;
			b->next = *chain(b->glance);
			*chain(b->glance) = b;
		}
	free(old);
}

struct blob *
blob_find(struct bytes d)
{
	uint64_t h;
	struct blob *b;

	if (n_slot == 0 || d.n == 0)
		return NULL;
	h = glance(d);
	for (b = *chain(h); b != NULL && !is_blob(b, h, d); b = b->next)
		;
	return b;
}

struct blob *
blob_take(struct bytes d)
{
	struct blob *b = blob_find(d);

	if (b == NULL) {
		if (n_blob >= n_slot)
			rehash();
		b = calloc(1, sizeof(*b) + d.n);
		b->n = d.n;
		b->glance = glance(d);
		if (d.n > 0)
			memcpy(b->p, d.p, d.n);
		b->next = *chain(b->glance);
		*chain(b->glance) = b;
		n_blob++;
	}
	b->refs++;
	return b;
}

struct blob *
blob_share(struct blob *b)
{
	b->refs++;
	return b;
}

void
blob_drop(struct blob *b)
{
	struct blob **at;

	if (b == NULL || --b->refs > 0)
		return;
	for (at = chain(b->glance); *at != b; at = &(*at)->next)
		;
	*at = b->next;
	free(b);
	if (--n_blob == 0) { /* the world has ended */
		free(slot);
		slot = NULL;
		n_slot = 0;
	}
}

struct bytes
blob_bytes(const struct blob *b)
{
	return bytes_of(b->p, b->n);
}
