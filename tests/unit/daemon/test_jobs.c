#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/work/jobs.h"

#include "tests/lib/check.h"

/* What happened, letter by letter; no lock guards it but the turns. */
static char said[64];

static void
say(char c)
{
	size_t n = strlen(said);

	check(n + 1 < sizeof(said));
	said[n] = c;
	said[n + 1] = '\0';
}

/* The loop: turns while somebody wants one. */
static void
loop(struct jobs *j, const char *until)
{
	struct pollfd p = {.fd = jobs_fd(j), .events = POLLIN};

	while (strcmp(said, until) != 0) {
		check(poll(&p, 1, 10000) == 1);
		jobs_turn(j);
	}
	said[0] = '\0';
}

static void
a(void *unused)
{
	(void)unused;
	say('a');
}

static int go[2]; /* a pipe: the loop's word to a job that waits for it */

static void
waits(void *unused)
{
	char byte;

	(void)unused;
	say('<');
	jobs_away();
	check(read(go[0], &byte, 1) == 1);
	jobs_back();
	say('>');
}

static void
jobs_are_done_in_order(struct jobs *j)
{
	struct job one = {.fn = waits}, two = {.fn = a}, three = {.fn = a};

	jobs_add(j, &one);
	jobs_add(j, &two);
	jobs_add(j, &three);
	jobs_add(j, &two); /* it waits already */
	check(write(go[1], "g", 1) == 1);
	loop(j, "<>aa");
}

static void
the_loop_goes_on_while_a_job_is_away(struct jobs *j)
{
	struct job job = {.fn = waits}, next = {.fn = a};

	jobs_add(j, &job);
	loop(j, "<");
	/* Neither a turn nor another job waits for it. */
	jobs_turn(j);
	jobs_add(j, &next);
	jobs_turn(j);
	say('l');
	check(strcmp(said, "l") == 0);
	check(write(go[1], "g", 1) == 1);
	loop(j, "l>a");
}

static struct jobs *all;
static struct job more = {.fn = a};

static void
adds(void *unused)
{
	(void)unused;
	say('+');
	jobs_add(all, &more);
}

static void
a_job_adds_another(struct jobs *j)
{
	struct job job = {.fn = adds};

	all = j;
	jobs_add(j, &job);
	loop(j, "+a");
}

static void
count(void *arg)
{
	++*(int *)arg;
}

static void
calculates(void *unused)
{
	int n = 0;

	(void)unused;
	jobs_calculate(count, &n);
	jobs_breathe();
	say(n == 1 ? 'c' : '?');
}

static void
forks(void *unused)
{
	int status;
	pid_t child = fork();

	(void)unused;
	if (child == 0) {
		jobs_forked();
		jobs_breathe();
		_exit(7);
	}
	check(child > 0 && waitpid(child, &status, 0) == child);
	check(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	say('f');
}

static void
calculations_and_children(struct jobs *j)
{
	struct job job = {.fn = calculates}, other = {.fn = forks};
	int n = 0;

	jobs_add(j, &job);
	jobs_add(j, &other);
	loop(j, "cf");
	jobs_calculate(count, &n); /* outside of any */
	jobs_breathe();
	check(n == 1);
}

/* The one that is under way ends, those behind it are never done. */
static void
they_end(struct jobs *j)
{
	struct job job = {.fn = waits}, other = {.fn = a};

	jobs_add(j, &job);
	loop(j, "<");
	jobs_add(j, &other);
	check(write(go[1], "g", 1) == 1);
	jobs_end(j);
	check(strcmp(said, ">") == 0 && !other.waits);
	jobs_free(j);
	check(strcmp(said, ">") == 0);
}

int
main(void)
{
	struct jobs *j;

	check(pipe(go) == 0);
	check(jobs_new(&j) == 0);
	jobs_are_done_in_order(j);
	the_loop_goes_on_while_a_job_is_away(j);
	a_job_adds_another(j);
	calculations_and_children(j);
	they_end(j);
	jobs_free(NULL);
	return 0;
}
