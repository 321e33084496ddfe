#include "daemon/mirror/pull.h"

#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/object/issues.h"
#include "proto/object/proof.h"

void
pull_init(struct pull *p, const struct id *feed)
{
	*p = (struct pull){.feed = *feed};
}

void
pull_done(struct pull *p)
{
	free(p->want);
	p->want = NULL;
}

static uint64_t
version(const struct feed *f)
{
	const struct charter *c = feed_charter(f);

	return c == NULL ? 0 : c->version;
}

/* The packs that are wanted now; while they come, the list of them changes. */
static void
list_wants(struct pull *p, const struct node *n)
{
	struct node_pack w;
	size_t at = 0, i = 0;

	while (node_next_want(n, &p->feed, &at, &w))
		p->n_want++;
	p->want = calloc(p->n_want + 1, sizeof(*p->want));
	if (p->want == NULL)
		p->n_want = 0;
	for (at = 0; i < p->n_want && node_next_want(n, &p->feed, &at, &w);)
		p->want[i++] = w.root;
	p->n_want = i;
}

static bool
is_wanted(const struct node *n, const struct id *feed, const struct id *root,
    size_t *ret_size)
{
	struct node_pack w;

	for (size_t at = 0; node_next_want(n, feed, &at, &w);)
		if (id_eq(&w.root, root)) {
			if (ret_size != NULL)
				*ret_size = w.size;
			return true;
		}
	return false;
}

/* The next pack of the list that nobody else brought meanwhile. */
static bool
next_pack(struct pull *p, const struct node *n, struct tree_name *ret,
    size_t *ret_max)
{
	if (p->want == NULL)
		list_wants(p, n);
	for (; p->at < p->n_want && p->absent < PULL_ABSENT_MAX; p->at++)
		if (is_wanted(n, &p->feed, &p->want[p->at], ret_max)) {
			*ret = (struct tree_name){
			    .kind = TREE_PACK, .id = p->want[p->at]};
			return true;
		}
	return false;
}

bool
pull_ask(struct pull *p, const struct node *n, struct tree_name *ret,
    size_t *ret_max)
{
	static const struct {
		enum tree_kind kind;
		size_t max;
	} of[] = {
	    [PULL_CHARTERS] = {TREE_CHARTER, CHARTER_FILE_MAX},
	    [PULL_FORK] = {TREE_CHARTERS, PROOF_CHARTER_FILE_MAX},
	    [PULL_HEAD] = {TREE_HEAD, HEADER_FILE_MAX},
	    [PULL_PROOF] = {TREE_PROOF, PROOF_FILE_MAX},
	    [PULL_HEADERS] = {TREE_ISSUE, ISSUES_MAX},
	    [PULL_RIVAL] = {TREE_ISSUE, ISSUES_MAX},
	};
	const struct feed *f = node_feed(n, &p->feed);

	if (f == NULL || p->step == PULL_DONE)
		return false; /* it is not followed any more */
	if (p->step == PULL_PACKS)
		return next_pack(p, n, ret, ret_max);
	if (p->step == PULL_CHARTERS)
		p->number = p->all ? p->number + 1 : version(f) + 1;
	else if (p->step == PULL_HEADERS)
		p->number = feed_head(f) + 1;
	else if (p->step == PULL_RIVAL)
		p->number = feed_head(f);
	else
		p->number = p->head;
	*ret = (struct tree_name){
	    .kind = of[p->step].kind, .id = p->feed, .number = p->number};
	*ret_max = of[p->step].max;
	return true;
}

/* Until one is not there, or is not the next of ours. */
static void
charter_came(struct pull *p, const struct feed *f, struct bytes file)
{
	bool ours = file.p != NULL && version(f) >= p->number;

	p->gave = p->gave || (ours && !p->all);
	if (!ours)
		p->step = feed_charter(f) == NULL ? PULL_DONE : PULL_FORK;
}

static void
head_came(struct pull *p, const struct feed *f, struct bytes file)
{
	struct header h;
	int err = file.p == NULL ? QERR_ABSENT : feed_check_head(f, file, &h);

	p->step = PULL_PACKS;
	switch (err) {
	case 0:
	case QERR_DUPLICATE:
		p->head = h.number;
		p->step = PULL_PROOF;
		break;
	case QERR_KEY:
	case QERR_REVOKED:
	case QERR_QUORUM:
	case QERR_CHARTER:
	case QERR_CHAIN:
		if (!p->all) {
			p->all = true;
			p->number = 0;
			p->step = PULL_CHARTERS;
		}
		break;
	default:
		break;
	}
}

static void
header_came(struct pull *p, const struct feed *f, struct bytes file)
{
	if (feed_head(f) >= p->number)
		p->gave = true;
	else if (file.p != NULL && feed_head(f) > 0)
		p->step = PULL_RIVAL;
	else
		p->step = PULL_PACKS;
	if (p->step == PULL_HEADERS && feed_head(f) >= p->head)
		p->step = PULL_PACKS;
}

/* Who gives another thing than the pack has no more of our time. */
static void
pack_came(struct pull *p, const struct node *n, struct bytes file)
{
	bool lacks = is_wanted(n, &p->feed, &p->want[p->at], NULL);

	p->absent = file.p == NULL ? p->absent + 1 : 0;
	if (file.p != NULL && lacks)
		p->step = PULL_DONE;
	p->gave = p->gave || (file.p != NULL && !lacks);
	p->at++;
}

void
pull_came(struct pull *p, const struct node *n, struct bytes file)
{
	const struct feed *f = node_feed(n, &p->feed);

	if (f == NULL)
		return;
	switch (p->step) {
	case PULL_CHARTERS:
		charter_came(p, f, file);
		break;
	case PULL_FORK:
		p->step = PULL_HEAD;
		break;
	case PULL_HEAD:
		head_came(p, f, file);
		break;
	case PULL_PROOF:
		p->step = feed_head(f) < p->head ? PULL_HEADERS : PULL_PACKS;
		break;
	case PULL_HEADERS:
		header_came(p, f, file);
		break;
	case PULL_RIVAL:
		p->step = PULL_DONE;
		break;
	case PULL_PACKS:
		pack_came(p, n, file);
		break;
	case PULL_DONE:
		break;
	}
}

bool
pull_answered(const struct pull *p, const struct node *n)
{
	const struct feed *f = node_feed(n, &p->feed);

	return f != NULL && p->head > 0 && feed_head(f) >= p->head;
}
