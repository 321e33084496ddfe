#include "proto/host/transports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/curl.h"
#include "proto/host/keeper.h"

#define GRACE 2000 /* ms for programs to end when we do */

struct transports {
	struct transports_config cfg;
	struct keeper *keeper;
	struct plugin plugin[2 * TRANSPORTS_MAX];
};

/* --- what is known of them --- */

static const struct {
	const char *name, *program, *package;
} known[] = {
    {"obfs4", "obfs4proxy", "obfs4proxy"},
    {"obfs4", "lyrebird", "obfs4proxy"},
    {"meek_lite", "obfs4proxy", "obfs4proxy"},
    {"meek_lite", "lyrebird", "obfs4proxy"},
    {"webtunnel", "webtunnel-client", NULL},
    {"webtunnel", "lyrebird", NULL},
};
#define KNOWN (sizeof(known) / sizeof(known[0]))

static bool
find(char path[PLUGIN_PATH_MAX + 1], const char *program)
{
	const char *folders = getenv("PATH");
	const char *at = folders != NULL ? folders : "/usr/bin:/bin";

	while (at[0] != '\0') {
		size_t n = strcspn(at, ":");

		if (n > 0 && at[0] == '/' &&
		    snprintf(path, PLUGIN_PATH_MAX + 1, "%.*s/%s", (int)n, at,
			program) <= PLUGIN_PATH_MAX &&
		    access(path, X_OK) == 0)
			return true;
		at += n + (at[n] == ':');
	}
	return false;
}

bool
transports_known(const char *name, char path[PLUGIN_PATH_MAX + 1],
    const char **ret_package)
{
	*ret_package = NULL;
	for (size_t i = 0; i < KNOWN; i++) {
		if (strcmp(known[i].name, name) != 0)
			continue;
		if (known[i].package != NULL)
			*ret_package = known[i].package;
		if (find(path, known[i].program))
			return true;
	}
	path[0] = '\0';
	return false;
}

/* --- the keeper --- */

static int
ready(void *arg)
{
	const struct transports *t = arg;

	if (t->cfg.forget != NULL)
		t->cfg.forget(t->cfg.arg);
	return 0;
}

/* Walls around a child, for web.h and plugin.h. */
struct walls {
	const struct transports_config *cfg;
	const char *program, *state;
};

static int
confine(void *arg, int fd)
{
	const struct walls *w = arg;

	return w->cfg->confine == NULL
		   ? 0
		   : w->cfg->confine(w->cfg->arg, fd, w->program, w->state);
}

static void
be_child(void *arg, unsigned kind, int fd)
{
	const struct transports *t = arg;
	const struct plugin_program *p;
	struct walls w = {.cfg = &t->cfg};
	char state[PLUGIN_PATH_MAX + PT_NAME_MAX + 16];

	if (kind == KEEPER_LOOSE) {
		web_carry(fd, confine, &w);
		return;
	}
	if (kind >= t->cfg.n)
		return;
	p = &t->cfg.program[kind];
	/* A server keeps its keys there: a client does not share it. */
	snprintf(state, sizeof(state), "%s/transport/%s%s", t->cfg.state,
	    p->name, p->bind[0] != '\0' ? "" : ".client");
	w.program = p->path;
	w.state = state;
	plugin_become(p, state, t->cfg.proxy, fd, confine, &w);
}

/* --- who has it --- */

static bool
has_client(const struct transports_config *cfg, const char *name)
{
	for (size_t i = 0; i < cfg->n; i++)
		if (cfg->program[i].bind[0] == '\0' &&
		    strcmp(cfg->program[i].name, name) == 0)
			return true;
	return false;
}

/* Known ones that the settings do not name, and paths that they leave open. */
static void
complete(struct transports_config *cfg)
{
	const char *package;

	for (size_t i = 0; i < KNOWN; i++)
		if (!has_client(cfg, known[i].name) &&
		    cfg->n < 2 * TRANSPORTS_MAX) {
			struct plugin_program *p = &cfg->program[cfg->n++];

			*p = (struct plugin_program){.bind = ""};
			snprintf(p->name, sizeof(p->name), "%s", known[i].name);
		}
	for (size_t i = 0; i < cfg->n; i++)
		if (cfg->program[i].path[0] == '\0')
			transports_known(cfg->program[i].name,
			    cfg->program[i].path, &package);
}

int
transports_new(struct transports **ret, const struct transports_config *cfg)
{
	struct transports *t = calloc(1, sizeof(*t));
	struct keeper_job job = {.name = "quire-transport",
	    .ready = ready,
	    .child = be_child,
	    .grace = GRACE,
	    .arg = t};
	int err;

	if (t == NULL)
		return QERR_NOMEM;
	t->cfg = *cfg;
	complete(&t->cfg);
	if ((err = keeper_new(&t->keeper, &job)) != 0) {
		free(t);
		return err;
	}
	*ret = t;
	return 0;
}

void
transports_free(struct transports *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->cfg.n; i++)
		if (t->plugin[i].program != NULL)
			plugin_stop(&t->plugin[i]);
	keeper_free(t->keeper);
	free(t);
}

void
transports_watch(struct transports *t, struct event_base *base,
    void (*changed)(void *arg, struct plugin *p), void *arg)
{
	for (size_t i = 0; i < t->cfg.n; i++)
		t->plugin[i] = (struct plugin){.program = &t->cfg.program[i],
		    .base = base,
		    .keeper = t->keeper,
		    .kind = (unsigned)i,
		    .proxy = t->cfg.proxy[0] != '\0',
		    .fd = -1,
		    .changed = changed,
		    .arg = arg};
}

int
transports_web(struct transports *t)
{
	return keeper_child(t->keeper, KEEPER_LOOSE);
}

struct plugin *
transports_client(struct transports *t, const char *name)
{
	for (size_t i = 0; i < t->cfg.n; i++)
		if (t->cfg.program[i].bind[0] == '\0' &&
		    t->cfg.program[i].path[0] != '\0' &&
		    strcmp(t->cfg.program[i].name, name) == 0)
			return &t->plugin[i];
	return NULL;
}

struct plugin *
transports_server(struct transports *t, size_t i)
{
	for (size_t k = 0; k < t->cfg.n; k++)
		if (t->cfg.program[k].bind[0] != '\0' && i-- == 0)
			return &t->plugin[k];
	return NULL;
}
