#include <stdio.h>
#include <string.h>

#include "daemon/daemon_inner.h"
#include "daemon/settings.h"
#include "daemon/source/walls.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/log.h"

#define PROBLEM "transport "

/* Before any secret is read: the process that all others come from. */

static void
forget_settings(void *arg)
{
	config_done(arg);
}

static int
confine(void *arg, int fd, const char *program, const char *state)
{
	(void)arg;
	return program == NULL ? walls_carry(fd)
			       : walls_program(program, state);
}

static void
add_program(struct transports_config *cfg, const struct config_transport *t,
    bool serves)
{
	struct plugin_program *p = &cfg->program[cfg->n++];

	snprintf(p->name, sizeof(p->name), "%s", t->name);
	snprintf(p->path, sizeof(p->path), "%s", t->program);
	if (serves)
		snprintf(p->bind, sizeof(p->bind), "%s", t->listen);
}

int
transport_fork(struct daemon *d)
{
	struct transports_config cfg = {
	    .forget = forget_settings, .confine = confine, .arg = d->cfg};

	snprintf(cfg.state, sizeof(cfg.state), "%s", d->cfg->state);
	for (size_t i = 0; i < d->cfg->n_transport; i++) {
		add_program(&cfg, &d->cfg->transport[i], false);
		if (d->cfg->transport[i].listen[0] != '\0')
			add_program(&cfg, &d->cfg->transport[i], true);
	}
	return transports_new(&d->transports, &cfg);
}

/* With the drive: what serves. */

static int
listen_web(struct daemon *d)
{
	int err = 0;

	for (size_t i = 0; i < d->cfg->n_web && err == 0; i++) {
		struct invite v;
		uint16_t port;

		d->web_path[i] = NULL;
		if (address_web(&v, bytes_str(d->cfg->web[i].address)))
			d->web_path[i] = strdup(v.path);
		if (d->web_path[i] == NULL)
			return QERR_NOMEM;
		d->web_at[i] = drive_listeners(d->drive);
		err = drive_listen(d->drive, d->cfg->web[i].listen,
		    d->web_path[i], &port);
		if (err == QERR_IO)
			log_errno("cannot listen where \"listen\" of a \"web\" "
				  "says");
	}
	return err;
}

/* Its program passes on to a port of ours that nobody else is told of. */
static int
start_programs(struct daemon *d)
{
	struct plugin *p;
	int err = 0;

	for (size_t i = 0; err == 0; i++) {
		if ((p = transports_server(d->transports, i)) == NULL)
			break;
		d->plugin_at[i] = drive_listeners(d->drive);
		err = drive_listen(d->drive, "127.0.0.1:0", NULL, &p->port);
		if (err == 0)
			plugin_start(p);
		else if (err == QERR_IO)
			log_errno("cannot listen for the program of %s",
			    p->program->name);
	}
	return err;
}

int
transport_start(struct daemon *d)
{
	int err = listen_web(d);

	return err != 0 ? err : start_programs(d);
}

void
transport_stop(struct daemon *d)
{
	transports_free(d->transports);
	for (size_t i = 0; i < CONFIG_WEB_MAX; i++)
		secret_free(d->web_path[i]);
}

/* What went wrong with dialling, for `quire status`; the log has no more than the kind. */

static void
set_problem(struct daemon *d, const char *pt, const char *message,
    const char *hint)
{
	char key[160];

	snprintf(key, sizeof(key), PROBLEM "%s%s", pt, hint);
	if (!problems_has(&d->problems, key))
		log_warn("a peer cannot be dialled: see quire status");
	problems_set(&d->problems, key, message, NULL, hint);
}

void
transport_trouble(void *arg, enum drive_trouble what, const struct invite *to,
    const char *why)
{
	struct daemon *d = arg;
	char message[256];

	switch (what) {
	case DRIVE_NO_PROXY:
		set_problem(d, "", "A peer has an .onion address.",
		    "Set socks in quired.conf, as in: socks 127.0.0.1:9050");
		break;
	case DRIVE_NO_LIBRARY:
		set_problem(d, "", "A peer is behind a web server.",
		    "Install libcurl: apt install libcurl4");
		break;
	case DRIVE_CERTIFICATE:
		set_problem(d, "",
		    "The web server of a peer does not prove who it is.",
		    "Somebody may be in between, or this machine's clock is "
		    "wrong.");
		break;
	case DRIVE_REFUSED:
		set_problem(d, "", "The web server of a peer does not know it.",
		    "Its node may be down, or the invite old.");
		break;
	case DRIVE_NO_PROGRAM:
		snprintf(message, sizeof(message),
		    "A peer needs the pluggable transport %s.", to->pt);
		set_problem(d, to->pt, message,
		    "Install it, or name its program in quired.conf: see "
		    "transport there; then restart quired.");
		break;
	case DRIVE_PROGRAM:
		snprintf(message, sizeof(message),
		    "A peer is not reached: %s: %s.", to->pt, why);
		set_problem(d, to->pt, message,
		    "See transport in "
		    "quired.conf(5).");
		break;
	}
}

/* A link came up: what is still wrong will show again. */
void
transport_fine(struct daemon *d)
{
	problems_clear_all(&d->problems, PROBLEM);
}

/* What is served, for `quire status`. */

static void
tell(struct control_client *c, const char *name, bool ready, size_t links,
    const char *why)
{
	struct ctl_item it;

	ctl_item_init(&it, "transport");
	ctl_add_text(&it, "name", bytes_str(name));
	ctl_add_flag(&it, "ready", ready);
	ctl_add_number(&it, "links", links);
	if (why[0] != '\0')
		ctl_add_text(&it, "message", bytes_str(why));
	control_item(c, &it);
}

void
transport_tell(struct daemon *d, struct control_client *c)
{
	size_t links = 0;
	struct plugin *p;

	for (size_t i = 0; i < d->cfg->listen.n; i++)
		links += drive_listened(d->drive, i);
	if (d->cfg->listen.n > 0)
		tell(c, "raw", true, links, "");
	links = 0;
	for (size_t i = 0; i < d->cfg->n_web; i++)
		links += drive_listened(d->drive, d->web_at[i]);
	if (d->cfg->n_web > 0)
		tell(c, "web", true, links, "");
	for (size_t i = 0; (p = transports_server(d->transports, i)) != NULL;
	     i++)
		tell(c, p->program->name, p->pt.state == PT_READY,
		    drive_listened(d->drive, d->plugin_at[i]), p->pt.why);
}

/* Invites. */

static const char *
where_web(struct daemon *d, struct invite *ret)
{
	if (d->cfg->n_web == 0)
		return "This node is not behind a web server: see web in "
		       "quired.conf(5).";
	address_web(ret, bytes_str(d->cfg->web[0].address));
	return NULL;
}

static const struct config_transport *
find(const struct config *cfg, const char *name)
{
	for (size_t i = 0; i < cfg->n_transport; i++)
		if (strcmp(cfg->transport[i].name, name) == 0)
			return &cfg->transport[i];
	return NULL;
}

/* The program says at which port, and what a client has to know. */
static const char *
where_plugin(struct daemon *d, const char *name, struct invite *ret,
    const char **ret_public)
{
	const struct config_transport *t = find(d->cfg, name);
	const char *colon;
	struct plugin *p;
	uint64_t port;
	size_t i = 0;

	while ((p = transports_server(d->transports, i)) != NULL &&
	       strcmp(p->program->name, name) != 0)
		i++;
	if (p == NULL || t == NULL)
		return "This node does not serve that transport: see transport "
		       "in quired.conf(5).";
	if (p->pt.state != PT_READY)
		return "The program of that transport is not ready: see quire "
		       "status.";
	colon = strrchr(p->pt.address, ':');
	if (colon == NULL ||
	    dec_parse(&port, colon + 1, strlen(colon + 1)) != 0 || port == 0 ||
	    port > 65535)
		return "The program of that transport does not say where it "
		       "listens.";
	ret->transport = INVITE_PT;
	ret->port = (uint16_t)port;
	memcpy(ret->pt, name, strlen(name) + 1);
	memcpy(ret->pt_args, p->pt.args, sizeof(ret->pt_args));
	*ret_public = t->public;
	return NULL;
}

const char *
transport_default(const struct daemon *d)
{
	if (d->cfg->listen.n == 0 && d->cfg->n_web > 0)
		return "web";
	for (size_t i = 0; d->cfg->listen.n == 0 && i < d->cfg->n_transport;
	     i++)
		if (d->cfg->transport[i].listen[0] != '\0')
			return d->cfg->transport[i].name;
	return "raw";
}

const char *
transport_where(struct daemon *d, const char *name, struct invite *ret,
    const char **ret_public)
{
	*ret = (struct invite){.transport = INVITE_RAW, .path = "/"};
	*ret_public = "";
	if (strcmp(name, "raw") == 0)
		return NULL;
	if (strcmp(name, "web") == 0)
		return where_web(d, ret);
	return where_plugin(d, name, ret, ret_public);
}
