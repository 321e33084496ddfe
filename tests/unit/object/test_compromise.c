#include <sodium.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/unit/object/observers.h"

/*
 * What becomes of a feed whose keys were stolen.  Each case is a story of charters
 * and headers, some by the newsroom and some by a thief, and ends with what the
 * newsroom wants believed.  Everybody who is given all of it has to end there, in
 * whatever order it came: told as it happened, late, by a stick from the last to the
 * first, and (to a mirror that hears from all sides) in fifty other orders.
 *
 * Whoever was given part of it only has to end at something that the newsroom, or
 * a thief with a key that nobody had ended yet, signed: that nothing can mend.
 */
#define A  (1u << ROOT_A)
#define B  (1u << ROOT_B)
#define C  (1u << ROOT_C)
#define N  (1u << NEXT)
#define D  (1u << DESK)
#define D2 (1u << DESK_2)

/* --- the cases --- */

static void
thief_signs_ahead(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	issue(s, 4, DESK, 9);
	c = ended(s, 4);
	sign_charter(s, &c, A, true);
	issues(s, 4, 5, DESK_2);
}

static void
thief_rewrites_what_is_out(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	issue(s, 3, DESK, 9);
	c = ended(s, 3);
	sign_charter(s, &c, A, true);
	issues(s, 3, 4, DESK_2);
}

static void
thief_goes_on_after_it(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	c = ended(s, 3);
	sign_charter(s, &c, A, true);
	issues(s, 3, 4, DESK_2);
	issue(s, 5, DESK, 9);
}

/* The revoked key still signs the numbers that it may: against what is known. */
static void
thief_dates_it_back(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	c = ended(s, 4);
	sign_charter(s, &c, A, true);
	issues(s, 4, 4, DESK_2);
	issue(s, 2, DESK, 9);
}

/* The same where the charter that ends the key pins what it signed. */
static void
thief_dates_back_what_is_pinned(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	c = ended(s, 4);
	pin(s, &c, 3);
	sign_charter(s, &c, A, true);
	issues(s, 4, 4, DESK_2);
	issue(s, 2, DESK, 9);
}

/* The thief makes a whole past of his own; the pin comes when it is out. */
static void
pinned_after_a_rewritten_past(struct story *s)
{
	struct buf ours = {0}, theirs = {0};
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	c = ended(s, 4);
	sign_charter(s, &c, A, true);
	issues(s, 4, 4, DESK_2);
	issue(s, 2, DESK, 9);
	sign_header(s, &theirs, 2, DESK, 0, 9);
	ours = s->header[1];
	s->header[1] = theirs;
	issue(s, 3, DESK, 9);
	s->header[1] = ours;
	buf_done(&theirs);
	c = s->charter;
	pin(s, &c, 4);
	sign_charter(s, &c, A, true);
	issues(s, 5, 5, DESK_2);
}

/* What is pinned no charter lets go of. */
static void
pin_taken_back(struct story *s)
{
	struct charter c, evil;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	c = ended(s, 4);
	pin(s, &c, 3);
	sign_charter(s, &c, A, true);
	evil = s->charter;
	evil.pin = 0;
	sign_charter(s, &evil, A, false);
	evil.pin = 3;
	evil.pin_root.b[0] ^= 1;
	sign_charter(s, &evil, A, false);
	issues(s, 4, 4, DESK_2);
}

/* Then all of it dies, and the newsroom signs it again. */
static void
revoked_outright(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	issue(s, 2, DESK, 9);
	c = ended(s, 1);
	sign_charter(s, &c, A, true);
	issues(s, 1, 4, DESK_2);
}

static void
retired_key_is_used(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	c = ended(s, 3);
	sign_charter(s, &c, A, true);
	issue(s, 3, DESK, 9);
	issues(s, 3, 3, DESK_2);
}

static void
new_key_signs_too_early(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	c = ended(s, 4);
	sign_charter(s, &c, A, true);
	issue(s, 3, DESK_2, 9);
	issues(s, 3, 3, DESK);
	issues(s, 4, 4, DESK_2);
}

static void
one_of_three_roots(struct story *s)
{
	struct charter evil;

	begin(s, 3, 2);
	issues(s, 1, 2, DESK);
	evil = ended(s, 1);
	sign_charter(s, &evil, A, false);
	issues(s, 3, 3, DESK);
}

static void
one_of_three_roots_and_the_desk(struct story *s)
{
	struct charter evil, c;

	begin(s, 3, 2);
	issues(s, 1, 2, DESK);
	evil = ended(s, 1);
	sign_charter(s, &evil, A, false);
	issue(s, 3, DESK, 9);
	/* The two that are left put the third out, too. */
	c = ended(s, 3);
	c.root[0] = c.root[1];
	c.root[1] = c.root[2];
	c.n_root = 2;
	sign_charter(s, &c, B | C, true);
	issues(s, 3, 4, DESK_2);
}

static void
threshold_lowered_by_one_root(struct story *s)
{
	struct charter evil;

	begin(s, 3, 2);
	issues(s, 1, 1, DESK);
	evil = s->charter;
	evil.threshold = 1;
	sign_charter(s, &evil, A, false);
	issues(s, 2, 2, DESK);
}

static void
desk_signs_a_charter(struct story *s)
{
	struct charter evil;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	evil = ended(s, 1);
	sign_charter(s, &evil, D, false);
	issues(s, 3, 3, DESK);
}

/* With a successor announced, the root alone cannot bring in a root of its own. */
static void
the_root_with_a_successor(struct story *s)
{
	struct charter c, evil;

	begin(s, 1, 1);
	c = s->charter;
	announce_next(s, &c);
	sign_charter(s, &c, A, true);
	issues(s, 1, 2, DESK);
	evil = s->charter;
	evil.root[0] = s->key[ROOT_B].pub;
	sign_charter(s, &evil, A | B, false);
	c = s->charter;
	c.root[0] = s->key[NEXT].pub;
	c.n_next_root = 0;
	sign_charter(s, &c, A | N, true);
	issues(s, 3, 3, DESK);
}

static void
the_successor_alone(struct story *s)
{
	struct charter c, evil;

	begin(s, 1, 1);
	c = s->charter;
	announce_next(s, &c);
	sign_charter(s, &c, A, true);
	issues(s, 1, 2, DESK);
	evil = s->charter;
	evil.root[0] = s->key[NEXT].pub;
	sign_charter(s, &evil, N, false);
	/* The newsroom hears of it, and announces nobody. */
	c = s->charter;
	c.n_next_root = 0;
	sign_charter(s, &c, A, true);
	issues(s, 3, 3, DESK);
}

static void
a_root_that_left(struct story *s)
{
	struct charter c, evil;

	begin(s, 3, 2);
	issues(s, 1, 1, DESK);
	c = s->charter;
	c.root[0] = c.root[1];
	c.root[1] = c.root[2];
	c.n_root = 2;
	sign_charter(s, &c, B | C, true);
	issues(s, 2, 2, DESK);
	evil = ended(s, 1);
	sign_charter(s, &evil, A | B, false);
	issues(s, 3, 3, DESK);
}

/* The only root, and no successor: nobody can tell the two apart. */
static void
the_only_root(struct story *s)
{
	struct charter c, evil;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	evil = ended(s, 2);
	evil.name = bytes_str("Thief");
	sign_charter(s, &evil, A, false);
	c = ended(s, 3);
	sign_charter(s, &c, A, true);
	issues(s, 3, 3, DESK_2);
}

static void
stolen_twice(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 1, DESK);
	issue(s, 2, DESK, 9);
	c = ended(s, 2);
	sign_charter(s, &c, A, true);
	issues(s, 2, 3, DESK_2);
	issue(s, 4, DESK_2, 9);
	c = s->charter;
	c.key[1].to = 3;
	/* ROOT_B only signs issues here; its id is the lowest. */
	c.key[2] = c.key[1];
	c.key[1] = c.key[0];
	c.key[0] = (struct charter_key){s->key[ROOT_B].pub, 4, UINT64_MAX};
	c.n_key = 3;
	sign_charter(s, &c, A, true);
	issues(s, 4, 5, ROOT_B);
}

static void
charter_of_another_feed(struct story *s)
{
	struct charter evil;
	struct id feed;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	feed = s->feed;
	evil = s->charter;
	evil.root[0] = s->key[ROOT_B].pub;
	s->charter.version = 0;
	sign_charter(s, &evil, B, false);
	s->charter.version = 1;
	s->feed = feed;
	issues(s, 3, 3, DESK);
}

/* --- revocations in short form --- */

static void
revoked_in_short(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	issue(s, 4, DESK, 9);
	c = revocation(s, DESK, 4);
	sign_charter(s, &c, A, true);
	issue(s, 4, DESK, 10);
	issue(s, 3, DESK, 11);
	c = revocation(s, DESK, 3);
	sign_charter(s, &c, A, true);
	c = replaced(s, 3);
	sign_charter(s, &c, A, true);
	issues(s, 3, 5, DESK_2);
}

static void
revoked_in_short_and_pinned(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	c = revocation(s, DESK, 4);
	pin(s, &c, 3);
	sign_charter(s, &c, A, true);
	issue(s, 2, DESK, 9);
	c = replaced(s, 4);
	sign_charter(s, &c, A, true);
	issues(s, 4, 4, DESK_2);
}

/* Two of three roots end the key; one alone, or the desk, ends nobody. */
static void
revoked_by_too_few(struct story *s)
{
	struct charter c, evil;

	begin(s, 3, 2);
	issues(s, 1, 2, DESK);
	evil = revocation(s, DESK, 1);
	sign_charter(s, &evil, A, false);
	sign_charter(s, &evil, D, false);
	sign_charter(s, &evil, A | D, false);
	issue(s, 3, DESK, 9);
	c = revocation(s, DESK, 3);
	sign_charter(s, &c, B | C, true);
	c = replaced(s, 3);
	sign_charter(s, &c, B | C, true);
	issues(s, 3, 3, DESK_2);
}

/* A revocation is of one feed, behind one charter, and of a key that could sign. */
static void
revocation_of_nothing(struct story *s)
{
	struct charter evil;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	evil = revocation(s, DESK_2, 1);
	sign_charter(s, &evil, A, false);
	evil = revocation(s, DESK, 1);
	s->charter.hash.b[0] ^= 1;
	sign_charter(s, &evil, A, false);
	s->charter.hash.b[0] ^= 1;
	issues(s, 3, 3, DESK);
}

/* The places are of the roots as they are: who left has none, and nobody else's stays. */
static void
revoked_by_roots_that_moved(struct story *s)
{
	struct charter c, first, evil;

	begin(s, 3, 2);
	issues(s, 1, 2, DESK);
	c = first = s->charter;
	memmove(&c.root[0], &c.root[1], 2 * sizeof(c.root[0]));
	c.root[2] = s->key[NEXT].pub;
	sign_charter(s, &c, B | C, true);
	evil = revocation(s, DESK, 1);
	sign_charter(s, &evil, A | B, false);
	c = s->charter;
	memcpy(s->charter.root, first.root, sizeof(first.root));
	sign_charter(s, &evil, A | B, false);
	sign_charter(s, &evil, B | C, false);
	s->charter = c;
	issue(s, 3, DESK, 9);
	c = revocation(s, DESK, 3);
	sign_charter(s, &c, B | N, true);
	c = replaced(s, 3);
	sign_charter(s, &c, C | N, true);
	issues(s, 3, 3, DESK_2);
}

/* --- the roots contradict themselves --- */

/* Behind either side of a fork there is a revocation, by the roots of that side. */
static void
revoked_on_both_sides(struct story *s)
{
	struct charter c, before;

	begin(s, 2, 1);
	issues(s, 1, 3, DESK);
	before = s->charter;
	for (int side = 0; side < 2; side++) {
		s->charter = c = before;
		c.root[0] = s->key[side == 0 ? ROOT_A : ROOT_B].pub;
		c.root[1] = s->key[ROOT_C].pub;
		sign_charter(s, &c, side == 0 ? A : B, true);
		c = revocation(s, DESK, side == 0 ? 2 : 3);
		sign_charter(s, &c, C, true);
	}
}

/* Two who may each sign charters end the key at once, at different issues. */
static void
two_revocations(struct story *s)
{
	struct charter c;

	begin(s, 2, 1);
	issues(s, 1, 4, DESK);
	c = revocation(s, DESK, 4);
	sign_charter(s, &c, A, false);
	c = revocation(s, DESK, 3);
	sign_charter(s, &c, B, false);
	issue(s, 3, DESK, 9);
}

/* The root and the desk are stolen: what was ended stays so. */
static void
a_revocation_and_a_thief(struct story *s)
{
	struct charter c, evil;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	evil = s->charter;
	add_key(&evil, &s->key[DESK_2], 3);
	sign_charter(s, &evil, A, false);
	c = revocation(s, DESK, 3);
	sign_charter(s, &c, A, true);
	issue(s, 3, DESK, 9);
	issue(s, 3, DESK_2, 9);
}

/* Versions that follow either side count no more than it does. */
static void
both_sides_go_on(struct story *s)
{
	struct charter c, before, evil;

	begin(s, 1, 1);
	issues(s, 1, 3, DESK);
	c = before = s->charter;
	c.name = bytes_str("Ours");
	sign_charter(s, &c, A, true);
	c = ended(s, 4);
	sign_charter(s, &c, A, true);
	issues(s, 4, 4, DESK_2);
	s->charter = before;
	evil = s->charter;
	evil.name = bytes_str("Thief");
	sign_charter(s, &evil, A, true);
	evil = ended(s, 2);
	sign_charter(s, &evil, A, true);
	sign_header(s, new_file(s, false), 2, DESK_2, 0, 9);
}

/* The stolen root alone, before and after: its announced successor decides. */
static void
a_successor_decides(struct story *s)
{
	struct charter c, before, evil;

	begin(s, 1, 1);
	c = s->charter;
	announce_next(s, &c);
	sign_charter(s, &c, A, true);
	issues(s, 1, 2, DESK);
	before = s->charter;
	evil = ended(s, 1);
	sign_charter(s, &evil, A, true);
	sign_header(s, new_file(s, false), 1, DESK_2, 0, 9);
	evil = s->charter;
	evil.name = bytes_str("Thief");
	sign_charter(s, &evil, A, true);
	s->charter = before;
	evil = revocation(s, DESK, 1);
	sign_charter(s, &evil, A, false);
	c = s->charter;
	c.root[0] = s->key[NEXT].pub;
	c.n_next_root = 0;
	sign_charter(s, &c, A | N, true);
	issues(s, 3, 3, DESK);
	c = s->charter;
	c.name = bytes_str("Ours");
	sign_charter(s, &c, N, true);
	issues(s, 4, 4, DESK);
}

/* A root that went long ago, and was found: nobody was announced, so it may. */
static void
an_old_root_and_no_successor(struct story *s)
{
	struct charter c, first, evil;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	c = first = s->charter;
	c.root[0] = s->key[ROOT_B].pub;
	sign_charter(s, &c, A | B, true);
	issues(s, 3, 4, DESK);
	c = s->charter;
	sign_charter(s, &c, B, true);
	s->charter = first;
	evil = ended(s, 3);
	sign_charter(s, &evil, A, false);
}

/* With one of two keys a thief signs nothing, with whatever other key. */
static void
one_of_two_editors(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	c = two_editors(s, 1);
	sign_charter(s, &c, A, true);
	for (uint64_t i = 1; i <= 3; i++)
		approved(s, i, DESK, D2, 0);
	issue(s, 4, DESK, 9);
	approved(s, 3, DESK, A, 9);
	approved(s, 4, DESK_2, D, 0);
}

/* The third key with what an editor signed once makes that once more, and no other. */
static void
an_old_approval(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	c = two_editors(s, 1);
	c.key[2] = c.key[1];
	c.key[1] = c.key[0];
	c.key[0] = (struct charter_key){s->key[ROOT_B].pub, 1, UINT64_MAX};
	c.n_key = 3;
	sign_charter(s, &c, A, true);
	for (uint64_t i = 1; i <= 3; i++) {
		approved(s, i, DESK, D2, 0);
		sign_header(s, new_file(s, false), i, ROOT_B, D2, 0);
	}
	/* Dated anew, it is nothing of the editor's. */
	issue(s, 3, ROOT_B, 9);
}

/* An editor signed a draft that was given up: with it one stolen key can fork. */
static void
an_approval_of_what_was_given_up(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	c = two_editors(s, 1);
	sign_charter(s, &c, A, true);
	approved(s, 1, DESK, D2, 0);
	approved(s, 2, DESK, D2, 0);
	approved(s, 2, DESK, D2, 9);
	approved(s, 3, DESK, D2, 0);
}

/* .. until the charter ends the key. */
static void
the_same_and_its_charter(struct story *s)
{
	struct charter c;

	an_approval_of_what_was_given_up(s);
	c = s->charter;
	c.key[0].to = 1;
	c.key[2] = c.key[1];
	c.key[1] = c.key[0];
	c.key[0] = (struct charter_key){s->key[ROOT_B].pub, 2, UINT64_MAX};
	c.n_key = 3;
	sign_charter(s, &c, A, true);
	for (uint64_t i = 2; i <= 4; i++)
		approved(s, i, DESK_2, B, 0);
}

static void
both_editors(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	c = two_editors(s, 1);
	sign_charter(s, &c, A, true);
	approved(s, 1, DESK, D2, 0);
	approved(s, 2, DESK, D2, 9);
	/* Put out from where the thief began, whatever he signed. */
	c = s->charter;
	c.key[0].to = c.key[1].to = 1;
	c.key[2] = c.key[1];
	c.key[1] = c.key[0];
	c.key[0] = (struct charter_key){s->key[ROOT_B].pub, 2, UINT64_MAX};
	c.n_key = 3;
	c.quorum[c.n_quorum++] = (struct charter_quorum){2, 1};
	sign_charter(s, &c, A, true);
	issues(s, 2, 3, ROOT_B);
}

/* A second signature asked for where the thief began: his die, as if revoked. */
static void
second_editor_after_a_theft(struct story *s)
{
	struct charter c;

	begin(s, 1, 1);
	issues(s, 1, 2, DESK);
	issue(s, 3, DESK, 9);
	issue(s, 2, DESK, 9);
	c = two_editors(s, 2);
	sign_charter(s, &c, A, true);
	for (uint64_t i = 2; i <= 4; i++)
		approved(s, i, DESK_2, D, 0);
}

static const struct {
	const char *name;
	void (*tell)(struct story *s);
	enum verdict verdict;
	uint64_t stop;
} cases[] = {
    {"the online key signs ahead", thief_signs_ahead, SAME, 0},
    {"the online key rewrites an issue", thief_rewrites_what_is_out, SAME, 0},
    {"a revoked key goes on", thief_goes_on_after_it, SAME, 0},
    {"a revoked key dates back", thief_dates_it_back, STOPPED, 0},
    {"a revoked key dates back what is pinned", thief_dates_back_what_is_pinned,
	SAME, 0},
    {"pinned after a rewritten past", pinned_after_a_rewritten_past, SAME, 0},
    {"a pin taken back", pin_taken_back, SAME, 0},
    {"revoked outright, all signed again", revoked_outright, SAME, 0},
    {"a retired key is used", retired_key_is_used, SAME, 0},
    {"a new key signs too early", new_key_signs_too_early, SAME, 0},
    {"one of three roots", one_of_three_roots, SAME, 0},
    {"one of three roots and the desk", one_of_three_roots_and_the_desk, SAME,
	0},
    {"one root lowers the threshold", threshold_lowered_by_one_root, SAME, 0},
    {"the online key signs a charter", desk_signs_a_charter, SAME, 0},
    {"the root, with a successor", the_root_with_a_successor, SAME, 0},
    {"the successor alone", the_successor_alone, SAME, 0},
    {"a root that left", a_root_that_left, SAME, 0},
    {"the only root", the_only_root, FORKED, 1},
    {"revoked in short", revoked_in_short, SAME, 0},
    {"revoked in short, and pinned", revoked_in_short_and_pinned, SAME, 0},
    {"revoked by too few", revoked_by_too_few, SAME, 0},
    {"a revocation of nothing", revocation_of_nothing, SAME, 0},
    {"revoked by roots that moved", revoked_by_roots_that_moved, SAME, 0},
    {"revoked on both sides of a fork", revoked_on_both_sides, FORKED, 3},
    {"two revocations at once", two_revocations, FORKED, 2},
    {"a revocation, and a thief with the root", a_revocation_and_a_thief,
	FORKED, 2},
    {"both sides of a fork go on", both_sides_go_on, FORKED, 3},
    {"a successor decides", a_successor_decides, SAME, 0},
    {"an old root, and no successor", an_old_root_and_no_successor, FORKED, 2},
    {"stolen twice", stolen_twice, SAME, 0},
    {"one of two editors", one_of_two_editors, SAME, 0},
    {"an old approval and a stolen key", an_old_approval, SAME, 0},
    {"an approval of what was given up", an_approval_of_what_was_given_up,
	STOPPED, 0},
    {".. and the charter that ends the key", the_same_and_its_charter, SAME, 0},
    {"both editors", both_editors, SAME, 0},
    {"a second editor after a theft", second_editor_after_a_theft, SAME, 0},
    {"a charter of another feed", charter_of_another_feed, SAME, 0},
};

static void
run(size_t which)
{
	static struct story s;

	cases[which].tell(&s);
	observers_run(&s, cases[which].name, cases[which].verdict,
	    cases[which].stop);
	for (size_t i = 0; i < s.n; i++)
		buf_done(&s.file[i]);
	for (size_t i = 0; i < ISSUES_MAX; i++)
		buf_done(&s.header[i]);
}

int
main(void)
{
	check(sodium_init() >= 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run(i);
	return 0;
}
