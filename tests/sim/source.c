#include "tests/sim/puppet.h"

/* A source of one feed, which keeps to the protocol but for its one lie. */

/* Made of the head and the charter that everybody has. */
static void
mark(struct puppet_link *l, struct msg_heads_row *row, const struct id *head)
{
	const struct paper *p = l->p->h->w->paper[0];
	struct id charter, state;

	press_charter_hash(p, &charter);
	feed_state_of(&state, head, &charter);
	msg_mark(row->mark, veil_hash(l->veil), l->dialled, &state);
}

static void
say_heads(struct puppet_link *l)
{
	struct puppet *p = l->p;
	struct world *w = p->h->w;
	const struct issue *is = p->line[p->n_line - 1];
	struct msg_heads_row row = {
	    .number = is->number, .charter = w->paper[0]->n_charter};
	struct header h;

	msg_tag(&row.tag, veil_hash(l->veil), l->dialled, &w->paper[0]->feed);
	if (header_peek(&h, buf_bytes(&is->file)) == 0)
		mark(l, &row, &h.hash);
	buf_clear(&p->rows);
	msg_row_put(&p->rows, &row);
	p->say.kind = MSG_HEADS;
	p->say.heads =
	    (struct msg_heads){.counter = 1, .rows = buf_bytes(&p->rows)};
	puppet_say(l, &p->say);
}

static void
say_holds(struct puppet_link *l)
{
	struct puppet *p = l->p;
	struct msg_holds *m = &p->say.holds;

	p->say.kind = MSG_HOLDS;
	*m = (struct msg_holds){.n = 2};
	msg_tag(&m->tag, veil_hash(l->veil), l->dialled,
	    &p->h->w->paper[0]->feed);
	for (uint64_t t = 0; t < 2; t++)
		m->run[t] = (struct msg_run){t, 1, p->n_line};
	puppet_say(l, &p->say);
}

static void
give(struct puppet_link *l, const struct msg_ask *a, enum msg_status status,
    uint64_t offset, struct bytes data)
{
	struct puppet *p = l->p;

	p->say.kind = MSG_GIVE;
	p->say.give = (struct msg_give){
	    .id = a->id, .status = status, .offset = offset, .data = data};
	puppet_say(l, &p->say);
}

static void
give_charters(struct puppet_link *l, const struct msg_ask *a)
{
	struct world *w = l->p->h->w;
	struct buf b = {0};

	for (size_t v = (size_t)a->first; v <= w->paper[0]->n_charter; v++)
		cbor_put_bytes(&b, w->paper[0]->charter[v - 1].p,
		    w->paper[0]->charter[v - 1].n);
	give(l, a, GIVE_LAST, a->first, buf_bytes(&b));
	buf_done(&b);
}

static void
give_headers(struct puppet_link *l, const struct msg_ask *a)
{
	struct puppet *p = l->p;
	struct buf b = {0};
	uint64_t first = a->first, last = a->last;

	if (l->part == SOURCE_OLD) {
		first = 1;
		last = p->n_line / 2;
	}
	for (uint64_t k = first; k <= last && k <= p->n_line; k++)
		cbor_put_bytes(&b, p->line[k - 1]->file.p,
		    p->line[k - 1]->file.n);
	give(l, a, GIVE_LAST, first, buf_bytes(&b));
	buf_done(&b);
}

static void
give_hashes(struct puppet_link *l, const struct msg_ask *a, struct bytes pack)
{
	struct buf b = {0};
	struct id h;

	for (size_t i = 0; i < piece_count(pack.n); i++) {
		hash(&h, HASH_PIECE,
		    bytes_of(pack.p + i * PIECE_SIZE, piece_len(pack.n, i)));
		buf_put(&b, h.b, sizeof(h.b));
	}
	give(l, a, GIVE_LAST, 0, buf_bytes(&b));
	buf_done(&b);
}

static void
give_piece(struct puppet_link *l, const struct msg_ask *a, struct bytes pack,
    uint64_t i)
{
	bool last = i == a->last || i + 1 == piece_count(pack.n);
	struct buf b = {0};

	if (l->part == SOURCE_CORRUPTS || l->part == SOURCE_TRUNCATES)
		l->p->bad += piece_len(pack.n, (size_t)i);
	buf_put(&b, pack.p + i * PIECE_SIZE, piece_len(pack.n, (size_t)i));
	if (l->part == SOURCE_CORRUPTS)
		b.p[world_roll(l->p->h->w, b.n)] ^= 1;
	if (l->part == SOURCE_TRUNCATES)
		b.n -= 1 + world_roll(l->p->h->w, b.n);
	give(l, a, last ? GIVE_LAST : GIVE_MORE, i, buf_bytes(&b));
	buf_done(&b);
}

static void
give_pieces(struct puppet_link *l, const struct msg_ask *a, struct bytes pack)
{
	if (l->part == SOURCE_STALLS)
		return;
	for (uint64_t i = a->first; i <= a->last && i < piece_count(pack.n);
	     i++)
		give_piece(l, a, pack, i);
}

static void
answer(struct puppet_link *l, const struct msg_ask *a)
{
	struct bytes pack;
	bool made = press_pack(l->p->h->w, &a->pack, &pack) != NULL;

	if (a->budget == 0)
		return; /* cancelled: all that was asked is given already */
	if (a->what == ASK_CHARTERS)
		give_charters(l, a);
	else if (a->what == ASK_HEADERS)
		give_headers(l, a);
	else if (!made)
		give(l, a, GIVE_NOT_HELD, 0, bytes_of("", 0));
	else if (a->what == ASK_PIECE_HASHES)
		give_hashes(l, a, pack);
	else
		give_pieces(l, a, pack);
}

static void
opened(struct puppet_link *l)
{
	puppet_say_hello(l, ROLE_NODE);
	say_heads(l);
}

static void
heard(struct puppet_link *l, const struct msg *m)
{
	if (m->kind == MSG_HELLO && m->hello.role == ROLE_NODE)
		say_holds(l);
	if (m->kind == MSG_ASK)
		answer(l, &m->ask);
	if (m->kind == MSG_BYE)
		puppet_hang_up(l);
}

const struct puppet_play source_play = {.open = opened, .message = heard};
