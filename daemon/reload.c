#include <stdio.h>
#include <string.h>

#include "daemon/daemon_inner.h"
#include "daemon/notify.h"
#include "proto/base/qerr.h"
#include "proto/host/log.h"

static void
say_changed(void *arg, const char *name, bool restart)
{
	struct control_client *c = arg;
	struct ctl_item it;

	if (restart)
		log_warn("the setting %s changes at the next start", name);
	if (c == NULL)
		return;
	ctl_item_init(&it, "setting");
	ctl_add_text(&it, "name", bytes_str(name));
	ctl_add_flag(&it, "restart", restart);
	control_item(c, &it);
}

#define SWAP(a, b)                      \
	do {                            \
		__typeof__(a) t_ = (a); \
		(a) = (b);              \
		(b) = t_;               \
	} while (0)

/* Those that change at once; all others are in use, by address. */
static void
swap_settings(struct config *now, struct config *fresh)
{
	SWAP(now->public, fresh->public);
	SWAP(now->peer, fresh->peer);
	SWAP(now->introduce, fresh->introduce);
	SWAP(now->reserve, fresh->reserve);
	SWAP(now->log, fresh->log);
	SWAP(now->follow, fresh->follow);
	SWAP(now->n_follow, fresh->n_follow);
}

static void
apply_settings(struct daemon *d)
{
	drive_reserve(d->drive, d->cfg->reserve);
	log_init("quired", (enum log_level)d->cfg->log);
	for (unsigned i = 0; i < d->opt->verbose; i++)
		log_raise();
}

/* Mistakes change nothing: say the first, with its line. */
static void
keep_settings(struct daemon *d, struct buf *errors)
{
	char message[sizeof(d->problems.at[0].message)];
	const char *path = d->opt->config_path, *first;
	size_t n = strlen(path);

	buf_put_u8(errors, 0);
	if (buf_err(errors) != 0)
		return;
	first = (const char *)errors->p;
	*strchrnul((char *)errors->p, '\n') = '\0';
	log_error("the settings stay as they were: %s", first);
	if (strncmp(first, path, n) == 0 && first[n] == ':')
		snprintf(message, sizeof(message),
		    "The settings stay as they were; line %s.", first + n + 1);
	else
		snprintf(message, sizeof(message),
		    "The settings stay as they were; %s.", first);
	problems_set(&d->problems, "config", message, path, "See: quired -T");
}

int
reload(struct daemon *d, struct control_client *c)
{
	struct config fresh;
	struct buf errors;

	notify_reloading();
	buf_init(&errors, 0);
	if (config_load(&fresh, d->opt->config_path, &errors) != 0) {
		keep_settings(d, &errors);
		config_done(&fresh);
		buf_done(&errors);
		notify_ready();
		return QERR_ENCODING;
	}
	buf_done(&errors);
	problems_clear(&d->problems, "config");
	config_diff(d->cfg, &fresh, say_changed, c);
	swap_settings(d->cfg, &fresh);
	apply_settings(d);
	feeds_reload(d, &fresh);
	self_tell(d);
	config_done(&fresh);
	log_info("the settings were read again");
	notify_ready();
	return 0;
}
