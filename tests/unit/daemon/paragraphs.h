#ifndef QUIRE_TEST_PARAGRAPHS_H
#define QUIRE_TEST_PARAGRAPHS_H

/* Of an article, for pages that tests make. */
#define ONE                                                                  \
	"<p>The ministry, which had said nothing for weeks, confirmed the "  \
	"arrests on Tuesday, after relatives, lawyers and two of the men's " \
	"colleagues had spoken to reporters in the capital.</p>"
#define TWO                                                                  \
	"<p>A court, it said, would hear the case in May; the charges, "     \
	"\"extremism\" and \"discrediting the army\", carry terms of up to " \
	"ten years, and appeals, as lawyers point out, seldom succeed.</p>"
#define THREE                                                               \
	"<p>Outside, some forty people, most of them women, waited in the " \
	"rain; the police, who had closed the street, let nobody through, " \
	"and took the names of all who asked, and of some who did not.</p>"

#endif
