#include <string.h>

#include "proto/base/script.h"

#include "tests/lib/check.h"

static bool
is_rtl(const char *lang)
{
	return strcmp(script_dir(bytes_str(lang)), "rtl") == 0;
}

static void
a_language_has_a_direction(void)
{
	check(is_rtl("ar") && is_rtl("fa-IR") && is_rtl("HE") && is_rtl("yi"));
	check(!is_rtl("en") && !is_rtl("zh-TW") && !is_rtl("arn"));
	check(!is_rtl("") && !is_rtl("und") && !is_rtl("-"));
}

static void
its_script_comes_first(void)
{
	check(is_rtl("az-Arab") && is_rtl("pa-arab-PK"));
	check(is_rtl("zh-yue-Hebr"));
	check(!is_rtl("ks-Deva") && !is_rtl("ug-Cyrl-CN") &&
	      !is_rtl("ur-Latn"));
}

static void
what_is_no_script_is_passed_over(void)
{
	check(is_rtl("ar-1994") && !is_rtl("de-1996"));
	check(!is_rtl("en-x-arab") && is_rtl("fa-t-latn"));
}

int
main(void)
{
	a_language_has_a_direction();
	its_script_comes_first();
	what_is_no_script_is_passed_over();
	return 0;
}
