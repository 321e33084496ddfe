#include <string.h>

#include "proto/base/qerr.h"
#include "proto/object/charter.h"
#include "proto/object/header.h"
#include "proto/wire/invite.h"
#include "proto/wire/message_inner.h"

#define COUNT_MAX  ((UINT64_C(1) << 53) - 1)
#define PIECES_MAX (PACK_SIZE_MAX / PIECE_SIZE)
#define CODE_MAX   255

/* What each kind of message may say: a function each. */

static int
range(uint64_t v, uint64_t lo, uint64_t hi)
{
	return v < lo || v > hi ? QERR_RANGE : 0;
}

static int
check_hello(const struct msg_hello *m)
{
	if (m->version != MSG_VERSION)
		return QERR_VERSION;
	return range(m->role, ROLE_READER, ROLE_NODE);
}

static int
check_heads(const struct msg_heads *m)
{
	static const uint8_t no_mark[4];

	if (m->rows.n > MSG_HEADS_MAX * MSG_ROW_LEN ||
	    m->rows.n % MSG_ROW_LEN != 0 || m->counter > COUNT_MAX ||
	    m->seen > COUNT_MAX)
		return QERR_RANGE;
	for (size_t i = 0; i < msg_rows(m->rows); i++) {
		const uint8_t *tag = m->rows.p + i * MSG_ROW_LEN;
		struct msg_heads_row r;

		if (i > 0 && memcmp(tag - MSG_ROW_LEN, tag, MSG_TAG_LEN) >= 0)
			return QERR_ORDER;
		msg_row(&r, m->rows, i);
		if (r.number == 0 && memcmp(r.mark, no_mark, 4) != 0)
			return QERR_RANGE;
	}
	return 0;
}

static int
check_news(const struct msg_news *m)
{
	if (m->charter.n == 0 && m->header.n == 0)
		return QERR_MISSING;
	if (m->charter.n > CHARTER_FILE_MAX || m->header.n > HEADER_FILE_MAX)
		return QERR_TOOBIG;
	return range(m->gap, 0, MSG_GAP_MAX);
}

static int
check_holds(const struct msg_holds *m)
{
	if (m->n > MSG_RUNS_MAX)
		return QERR_RANGE;
	for (size_t i = 0; i < m->n; i++) {
		const struct msg_run *r = &m->run[i];

		if (m->of_pack ? r->tier != 0 || r->last >= PIECES_MAX
			       : r->tier >= TIERS || r->first < 1)
			return QERR_RANGE;
		if (r->first > r->last || r->last > COUNT_MAX)
			return QERR_RANGE;
		if (i > 0 && r[-1].tier > r->tier)
			return QERR_ORDER;
		if (i > 0 && r[-1].tier == r->tier &&
		    r->first <= r[-1].last + 1)
			return QERR_ORDER;
	}
	return 0;
}

/* How an ASK names what it asks about. */
size_t
msg_name_len(const struct msg_ask *m)
{
	if (m->budget == 0 || m->what == ASK_PEERS)
		return 0;
	return m->what == ASK_PIECE_HASHES || m->what == ASK_PIECES ||
		       m->what == ASK_PART
		   ? 32
		   : MSG_TAG_LEN;
}

static int
check_ask(const struct msg_ask *m)
{
	bool first = m->what != ASK_PIECE_HASHES && m->what != ASK_PEERS;
	bool last = m->what == ASK_HEADERS || m->what == ASK_PIECES;
	bool piece = m->what == ASK_PIECES || m->what == ASK_PART;
	/* A byte of all hashes, or of a piece. */
	uint64_t bytes = m->what == ASK_PIECE_HASHES ? MSG_DATA_MAX
			 : m->what == ASK_PART       ? PIECE_SIZE
						     : 0;

	if (m->id > UINT32_MAX || m->what > ASK_PART || m->budget > COUNT_MAX)
		return QERR_RANGE;
	if (m->budget == 0)
		return 0;
	if (m->first > COUNT_MAX || m->last > COUNT_MAX)
		return QERR_RANGE;
	if (first ? !piece && m->first == 0 : m->first != 0)
		return QERR_RANGE;
	if (last        ? m->last < m->first
	    : bytes > 0 ? m->last >= bytes
			: m->last != 0)
		return QERR_RANGE;
	if (m->what == ASK_PART && m->first >= PIECES_MAX)
		return QERR_RANGE;
	if (m->what == ASK_PIECES &&
	    (m->last >= PIECES_MAX || m->last - m->first >= MSG_LEAVES_MAX))
		return QERR_RANGE;
	return 0;
}

static int
check_give(const struct msg_give *m)
{
	bool empty = m->data.n == 0;

	if (m->id > UINT32_MAX || m->offset > COUNT_MAX)
		return QERR_RANGE;
	if (m->data.n > MSG_DATA_MAX)
		return QERR_TOOBIG;
	switch (m->status) {
	case GIVE_LAST:
	case GIVE_MORE:
		return 0;
	case GIVE_NOT_HELD:
		return empty && m->offset == 0 ? 0 : QERR_RANGE;
	case GIVE_BUSY:
		return empty ? 0 : QERR_RANGE;
	default:
		return QERR_RANGE;
	}
}

static int
check_proof(const struct msg_proof *m)
{
	if (m->a.n == 0 || m->b.n == 0)
		return QERR_MISSING;
	return m->a.n > CHARTER_FILE_MAX || m->b.n > CHARTER_FILE_MAX
		   ? QERR_TOOBIG
		   : 0;
}

static int
check_peers(const struct msg_peers *m)
{
	if (m->use > USE_OWN || m->n > MSG_TOKENS_MAX)
		return QERR_RANGE;
	for (size_t i = 0; i < m->n; i++)
		if (m->token[i].n == 0 || m->token[i].n > INVITE_TEXT_MAX)
			return QERR_RANGE;
	return 0;
}

static int
check_bye(const struct msg_bye *m)
{
	return m->code > CODE_MAX ? QERR_RANGE : range(m->retry, 0, UINT32_MAX);
}

int
msg_check(const struct msg *m)
{
	switch (m->kind) {
	case MSG_HELLO:
		return check_hello(&m->hello);
	case MSG_HEADS:
		return check_heads(&m->heads);
	case MSG_NEWS:
		return check_news(&m->news);
	case MSG_HOLDS:
		return check_holds(&m->holds);
	case MSG_ASK:
		return check_ask(&m->ask);
	case MSG_GIVE:
		return check_give(&m->give);
	case MSG_PROOF:
		return check_proof(&m->proof);
	case MSG_PEERS:
		return check_peers(&m->peers);
	case MSG_BYE:
		return check_bye(&m->bye);
	default:
		return QERR_UNKNOWN;
	}
}
