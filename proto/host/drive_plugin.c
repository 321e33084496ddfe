#include <sodium.h>

#include "proto/host/drive_inner.h"
#include "proto/host/log.h"
#include "proto/wire/socks.h"

/* What is said to it is for nobody else. */
static bool
is_here(const struct sockaddr_storage *ss)
{
	const struct sockaddr_in *in = (const void *)ss;
	const struct sockaddr_in6 *in6 = (const void *)ss;

	return ss->ss_family == AF_INET
		   ? ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET
		   : IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

/* Its program is ready: through the proxy that it is. */
static void
dial(struct drive_link *l)
{
	struct sockaddr_storage ss;
	struct socks_to to;
	socklen_t len;

	drive_dial_to(&to, &l->to);
	pt_login(&to, l->to.pt_args);
	l->group = drive_host_group(l->to.host);
	if (drive_address(&ss, &len, l->plugin->pt.address) == 0 &&
	    is_here(&ss))
		drive_dial_at(l, &ss, len, &to);
	else
		drive_dial_trouble(l, DRIVE_PROGRAM,
		    "it does not listen on this machine");
	sodium_memzero(&to, sizeof(to));
}

static void
look(struct drive_link *l, enum pt_state state)
{
	switch (state) {
	case PT_STARTING:
		break;
	case PT_READY:
		dial(l);
		break;
	case PT_FAILED:
		drive_dial_trouble(l, DRIVE_PROGRAM, l->plugin->pt.why);
		break;
	}
}

void
drive_plugin_dial(struct drive_link *l)
{
	struct transports *t = l->d->cfg.transports;

	l->state = DRIVE_PLUGIN;
	l->plugin = t == NULL ? NULL : transports_client(t, l->to.pt);
	if (l->plugin == NULL)
		drive_dial_trouble(l, DRIVE_NO_PROGRAM, "");
	else
		look(l, plugin_start(l->plugin));
}

void
drive_plugin_changed(void *arg, struct plugin *p)
{
	struct drive *d = arg;
	struct drive_link *l, *next;

	/* What it said may hold addresses: that is not for the log. */
	if (p->pt.state == PT_FAILED)
		log_warn("%s: its program failed", p->program->name);
	else
		log_info("%s: its program is ready", p->program->name);
	for (l = d->links; l != NULL; l = next) {
		next = l->next;
		if (l->state == DRIVE_PLUGIN && l->plugin == p)
			look(l, p->pt.state);
	}
	drive_pump(d);
}
