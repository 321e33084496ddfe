/* Runs a fuzz target over every file of the folders named: its seeds. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay(const char *path)
{
	size_t n = 0, cap = 4096;
	uint8_t *p = malloc(cap);
	FILE *f = fopen(path, "rb");

	if (f == NULL || p == NULL) {
		perror(path);
		exit(1);
	}
	for (;;) {
		n += fread(p + n, 1, cap - n, f);
		if (n < cap)
			break;
		if ((p = realloc(p, cap *= 2)) == NULL)
			abort();
	}
	fclose(f);

	/* Exactly as large as it is: a byte read behind it shows. */
	if ((p = realloc(p, n > 0 ? n : 1)) == NULL)
		abort();
	LLVMFuzzerTestOneInput(p, n);
	free(p);
	return 1;
}

static int
replay_all(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	char path[4096];
	int n = 0;

	if (d == NULL) {
		perror(folder);
		exit(1);
	}
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		n += replay(path);
	}
	closedir(d);
	return n;
}

int
main(int argc, char **argv)
{
	int n = 0;

	for (int i = 1; i < argc; i++)
		n += replay_all(argv[i]);
	printf("%d seeds\n", n);
	return n > 0 ? 0 : 1;
}
