#include "client/corrected.h"

#include "client/term.h"

void
corrected_parts(struct buf *b, const struct ctl_item *it)
{
	buf_put_str(b, "    ");
	term_cut(b, ctl_text(it, "parts"), TERM_WIDTH_MAX);
	buf_printf(b, ": −%llu +%llu words%s\n",
	    (unsigned long long)ctl_number(it, "removed"),
	    (unsigned long long)ctl_number(it, "added"),
	    ctl_flag(it, "more") ? "; the first are" : "");
}

void
corrected_words(struct buf *b, const struct app *a, const struct ctl_item *it)
{
	static const char *const side[] = {"before", "after"};

	for (size_t i = 0; i < 2; i++) {
		struct bytes text = ctl_text(it, side[i]);

		if (text.n == 0)
			continue;
		buf_printf(b, "    %s%c ",
		    style(a, i == 0 ? STYLE_BAD : STYLE_GOOD),
		    i == 0 ? '-' : '+');
		term_cut(b, text, TERM_WIDTH_MAX);
		buf_printf(b, "%s\n", style(a, STYLE_PLAIN));
	}
}
