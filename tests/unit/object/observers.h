#ifndef QUIRE_TEST_OBSERVERS_H
#define QUIRE_TEST_OBSERVERS_H

#include "tests/unit/object/story.h"

/*
 * Those who are given a whole story: as it happened, from the last to the first, late
 * (the charters first, as every tree and node gives them), and in fifty other orders.
 */
enum verdict {
	SAME,    /* all end at the newsroom's head */
	STOPPED, /* those who saw the thief's side first see a contradiction */
	FORKED, /* all know that the roots contradict themselves, and hold the same */
};

/* Check where they end; |stop| is the head of a feed whose charters are FORKED. */
void observers_run(const struct story *s, const char *name,
    enum verdict verdict, uint64_t stop);

#endif
