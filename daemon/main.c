#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/config.h"
#include "daemon/daemon.h"
#include "daemon/rules_file.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/host/log.h"
#include "proto/host/transports.h"
#include "proto/object/key.h"

#define LARGE (256 * 1024) /* bytes */

#define CONFIG_PATH "/etc/quire/quired.conf"

static const char usage[] =
    "usage: quired [-Tv] [-c FILE] [-n FD]\n"
    "\n"
    "Carry, serve and publish feeds of signed articles.  Stays in the\n"
    "foreground and logs to standard error.\n"
    "\n"
    "  -c, --config FILE  settings, instead of " CONFIG_PATH "\n"
    "  -T, --test         check FILE, print every setting and what it means,\n"
    "                     and exit\n"
    "  -n, --ready FD     write READY to this descriptor once it serves\n"
    "  -v, --verbose      log more; twice: still more\n"
    "  -h, --help         print this\n"
    "  -V, --version      print the version\n"
    "\n"
    "SIGHUP reads FILE again, SIGTERM and SIGINT end quired, SIGUSR1 logs how it\n"
    "does.  Talk to it with quire: quire status, quire invite new, ...\n"
    "See quired(8) and quired.conf(5).\n";

struct options {
	struct daemon_options d;
	bool test;
	unsigned verbose;
};

static int
used_wrongly(void)
{
	fputs("Try: quired --help\n", stderr);
	return 2;
}

/* -1: go on; else the exit status. */
static int
parse_options(struct options *o, int argc, char **argv)
{
	static const struct option option[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"test", no_argument, NULL, 'T'},
	    {"ready", required_argument, NULL, 'n'},
	    {"verbose", no_argument, NULL, 'v'},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	uint64_t fd;
	int c;

	while ((c = getopt_long(argc, argv, "c:Tn:vhV", option, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->d.config_path = optarg;
			break;
		case 'T':
			o->test = true;
			break;
		case 'n':
			if (dec_parse(&fd, optarg, strlen(optarg)) != 0 ||
			    fd > 1023) {
				fprintf(stderr,
				    "quired: -n takes the number of an open "
				    "descriptor, not %s\n",
				    optarg);
				return used_wrongly();
			}
			o->d.ready_fd = (int)fd;
			break;
		case 'v':
			o->verbose++;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'V':
			puts("quired " QUIRE_VERSION);
			return 0;
		default:
			return used_wrongly();
		}
	}
	if (optind < argc) {
		fprintf(stderr, "quired: it takes no arguments, such as %s\n",
		    argv[optind]);
		return used_wrongly();
	}
	return -1;
}

/* Load the settings, or say all that is wrong with them. */
static bool
load(struct config *c, const char *path)
{
	struct buf errors;
	bool good;

	buf_init(&errors, 0);
	log_hold(true);
	good = config_load(c, path, &errors) == 0;
	log_hold(false);
	if (!good)
		fwrite(errors.p, 1, errors.n, stderr);
	buf_done(&errors);
	return good;
}

/* What the settings name and quired would not start with. */
static bool
check_rules(const struct config *c)
{
	struct buf text, why;
	bool good = true;

	for (size_t i = 0; i < c->n_publish; i++) {
		buf_init(&text, 0);
		buf_init(&why, 0);
		if (rules_file_read(&text, &c->publish[i], &why) != 0) {
			good = false;
			fprintf(stderr, "quired: %.*s\n", (int)why.n,
			    (const char *)why.p);
		}
		buf_done(&text);
		buf_done(&why);
	}
	return good;
}

/* True if a newsroom's secret key wants a passphrase, which nobody can type. */
static bool
is_locked(const char *folder)
{
	char secret[PATH_MAX + 16];
	struct key_secret k;
	struct buf b;
	int r;

	snprintf(secret, sizeof(secret), "%s/secret.key", folder);
	if (access(secret, R_OK) != 0)
		return false;
	buf_init(&b, 0);
	r = file_read(&b, AT_FDCWD, secret, KEY_TEXT_MAX);
	if (r == 0)
		r = key_secret_parse(&k, buf_bytes(&b), NULL);
	if (r == 0)
		key_secret_done(&k);
	if (b.n > 0)
		sodium_memzero(b.p, b.n);
	buf_done(&b);
	return r == QERR_PASS;
}

static bool
check_folder(const struct config_publish *p, const char *path)
{
	char charter[PATH_MAX + 16];
	bool good = false;

	snprintf(charter, sizeof(charter), "%s/charter", p->folder);
	if (access(charter, F_OK) != 0)
		fprintf(stderr,
		    "quired: %s:%u: publish: %s: %s. Make a newsroom's folder "
		    "with quire key new\n",
		    path, p->line, charter, strerror(errno));
	else if (p->inbox[0] != '\0' && access(p->inbox, F_OK) != 0)
		fprintf(stderr, "quired: %s:%u: inbox: %s: %s. Make it\n", path,
		    p->line, p->inbox, strerror(errno));
	else if (is_locked(p->folder))
		fprintf(stderr,
		    "quired: %s:%u: publish: its secret.key needs a "
		    "passphrase, which nobody can type here. Move it to where "
		    "issues are signed: quire draft --help\n",
		    path, p->line);
	else
		good = true;
	return good;
}

/* That it may be read is for quired's own user to see, as whom this need not run. */
static bool
check_folders(const struct config *c, const char *path)
{
	bool good = true;

	for (size_t i = 0; i < c->n_publish; i++)
		if (!check_folder(&c->publish[i], path))
			good = false;
	return good;
}

static bool
check_transports(const struct config *c, const char *path)
{
	char program[PLUGIN_PATH_MAX + 1];
	bool good = true;

	for (size_t i = 0; i < c->n_transport; i++) {
		const struct config_transport *t = &c->transport[i];
		const char *package;

		if (t->program[0] != '\0' ||
		    transports_known(t->name, program, &package))
			continue;
		good = false;
		fprintf(stderr,
		    "quired: %s:%u: no program for %s is %s: %s%s\n", path,
		    t->line, t->name, package != NULL ? "installed" : "known",
		    package != NULL ? "apt install " : "name it with program",
		    package != NULL ? package : "");
	}
	return good;
}

static int
print_settings(const struct config *c)
{
	struct buf b;
	bool good;

	buf_init(&b, 0);
	config_print(&b, c);
	good = buf_err(&b) == 0 && fwrite(b.p, 1, b.n, stdout) == b.n &&
	       fflush(stdout) == 0;
	buf_done(&b);
	return good ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct options o = {.d = {.config_path = CONFIG_PATH, .ready_fd = -1}};
	struct config c;
	static const struct rlimit none;
	int status = parse_options(&o, argc, argv);

	if (status >= 0)
		return status;
	(void)setrlimit(RLIMIT_CORE, &none); /* it would hold keys and links */
	if (sodium_init() < 0) {
		fputs("quired: libsodium does not start\n", stderr);
		return 1;
	}
	if (!load(&c, o.d.config_path)) {
		config_done(&c);
		return 1;
	}
	if (o.test) {
		status = check_folders(&c, o.d.config_path) &&
				 check_rules(&c) &&
				 check_transports(&c, o.d.config_path)
			     ? print_settings(&c)
			     : 1;
		config_done(&c);
		return status;
	}
	o.d.verbose = o.verbose;
	log_init("quired", (enum log_level)c.log);
	for (unsigned i = 0; i < o.verbose; i++)
		log_raise();
	signal(SIGPIPE, SIG_IGN);
	/* What is large goes back to the system once it is free: glibc would learn to
	 * keep it, for each thread its own. */
	(void)mallopt(M_MMAP_THRESHOLD, LARGE);
	return daemon_run(&c, &o.d) == 0 ? 0 : 1;
}
