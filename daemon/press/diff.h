#ifndef QUIRE_DIFF_H
#define QUIRE_DIFF_H

#include <stddef.h>

#include "proto/base/bytes.h"

/*
 * The shortest way from one row of words to another: E. Myers, An O(ND) Difference
 * Algorithm and Its Variations (1986), the greedy one.  Where more than DIFF_STEPS_MAX
 * words would come and go, all between what begins and what ends alike is one run.
 */
#define DIFF_STEPS_MAX 512

/* |n_a| words at |a| of the one have become |n_b| at |b| of the other. */
struct diff_run {
	size_t a, n_a, b, n_b;
};

/*
 * The runs in which |b| differs from |a|, ascending; between two of them is a word that
 * both have.  The caller frees |*ret|, NULL if there are none.  0 or QERR_NOMEM.
 */
int diff_words(struct diff_run **ret, size_t *ret_n, const struct bytes *a,
    size_t n_a, const struct bytes *b, size_t n_b);

/*
 * Cut |text| into words: what stands between blanks and newlines, and each character
 * of Chinese and Japanese, which have no blanks.  They borrow from |text|; the caller frees
 * |*ret|.  0 or QERR_NOMEM.
 */
int diff_cut(struct bytes **ret, size_t *ret_n, struct bytes text);

#endif
