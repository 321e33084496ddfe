#include <string.h>

#include "daemon/config.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each mistake is a line that names its line; many more are counted in one. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config c;
	struct buf errors;
	size_t n, lines = 0;

	buf_init(&errors, 0);
	n = config_parse(&c, bytes_of(data, size), "f", &errors);
	check(buf_err(&errors) == 0);
	for (size_t i = 0; i < errors.n; i++)
		lines += errors.p[i] == '\n';
	check(lines == (n <= CONFIG_ERRORS_MAX ? n : CONFIG_ERRORS_MAX + 1));
	check(n == 0 || memcmp(errors.p, "f:", 2) == 0);
	config_done(&c);
	buf_done(&errors);
	return 0;
}
