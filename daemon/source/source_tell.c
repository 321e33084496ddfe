#include "daemon/source/source.h"

static void
tell_failure(const struct source *s, struct buf *what, struct buf *hint)
{
	if (s->error != FETCH_OK) {
		buf_put_str(what, fetch_error_text(s->error));
		buf_put_str(hint, fetch_error_hint(s->error));
	} else if (s->status == 200) {
		buf_put_str(what, "it is no page");
		buf_put_str(hint, "Only pages (HTML) are taken in.");
	} else {
		buf_printf(what, "the web server answers %u", s->status);
		buf_put_str(hint,
		    s->status >= 500 || s->status == 429
			? "It is tried again later; see if the site is well."
			: "See if the address is right and open to everybody.");
	}
}

bool
source_tell(const struct source *s, struct buf *what, struct buf *hint)
{
	switch (s->trouble) {
	case SOURCE_FINE:
		return false;
	case SOURCE_UNREACHED:
		buf_put_str(what, "A source is not reached: ");
		tell_failure(s, what, hint);
		buf_put_str(what, ".");
		break;
	case SOURCE_ROBOTS:
		buf_put_str(what, "A source may not be fetched: the site's "
				  "robots.txt says so.");
		buf_put_str(hint, "Allow it there for \"User-agent: quire\".");
		break;
	case SOURCE_UNREAD:
		buf_printf(what, "A source cannot be read. %s", s->why);
		buf_put_str(hint, "Name a feed (RSS, Atom, JSON), a sitemap or "
				  "a page.");
		break;
	case SOURCE_PAGES:
		if (s->failed == 1)
			buf_put_str(what,
			    "A page of a source is not reached: ");
		else
			buf_printf(what,
			    "%zu pages of a source are not reached; this, the "
			    "last: ",
			    s->failed);
		tell_failure(s, what, hint);
		buf_put_str(what, ".");
		break;
	}
	return true;
}
