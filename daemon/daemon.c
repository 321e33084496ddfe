#include "daemon/daemon.h"

#include <libgen.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "daemon/daemon_inner.h"
#include "daemon/notify.h"
#include "daemon/work/sandbox.h"
#include "proto/base/qerr.h"
#include "proto/host/entropy.h"
#include "proto/host/log.h"

#define LOCK_TRIES 40 /* 2 seconds in all */
#define KEYS_LEN   64 /* Ed25519 seed, X25519 private key */

/* Signals. */

static void
on_stop(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	daemon_stop(arg);
}

static void
on_reload(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	reload(arg, NULL);
}

static void
on_usr1(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	struct node_stat st;

	(void)fd;
	(void)what;
	node_stat(d->node, &st);
	log_warn("%zu feeds, %zu links out, %zu in, %zu readers, %zu packs "
		 "held, %zu wanted, %llu bytes in, %llu out",
	    st.followed, st.links_out, st.links_in, st.readers, st.packs_held,
	    st.packs_wanted, (unsigned long long)st.bytes_in,
	    (unsigned long long)st.bytes_out);
}

static void
on_minute(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	rooms_minute(arg);
	requests_peers_minute(arg);
	self_tell(arg); /* a transport may be ready by now */
}

static void
on_alive(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	notify_alive();
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	jobs_turn(d->jobs);
}

/* The thread is confined as we are: it comes after the sandbox. */
static int
start_jobs(struct daemon *d)
{
	int err = jobs_new(&d->jobs);

	if (err != 0)
		return err;
	d->turn = event_new(d->base, jobs_fd(d->jobs), EV_READ | EV_PERSIST,
	    on_turn, d);
	return d->turn != NULL && event_add(d->turn, NULL) == 0 ? 0
								: QERR_NOMEM;
}

/* What is being published is left, as it can be at any time. */
static void
stop_jobs(struct daemon *d)
{
	if (d->turn != NULL)
		event_free(d->turn);
	if (d->jobs != NULL)
		worker_end(d->worker);
	jobs_free(d->jobs);
	d->jobs = NULL;
}

static int
watch(struct daemon *d)
{
	static const int number[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
	static void (*const fn[])(evutil_socket_t, short, void *) = {
	    on_stop, on_stop, on_reload, on_usr1};
	struct timeval minute = {.tv_sec = 60};
	struct timeval alive = {.tv_sec = (time_t)notify_interval()};

	for (size_t i = 0; i < 4; i++) {
		d->signal[i] = evsignal_new(d->base, number[i], fn[i], d);
		if (d->signal[i] == NULL || event_add(d->signal[i], NULL) != 0)
			return QERR_NOMEM;
	}
	d->minute = event_new(d->base, -1, EV_PERSIST, on_minute, d);
	d->alive = event_new(d->base, -1, EV_PERSIST, on_alive, d);
	if (d->minute == NULL || d->alive == NULL)
		return QERR_NOMEM;
	event_add(d->minute, &minute);
	if (alive.tv_sec > 0)
		event_add(d->alive, &alive);
	return 0;
}

void
daemon_stop(struct daemon *d)
{
	d->stopping = true;
	notify_stopping();
	event_base_loopexit(d->base, NULL);
}

/* Starting. */

static int
open_store(struct daemon *d)
{
	static const struct timespec pause = {.tv_nsec = 50000000};
	int err = store_open(&d->store, d->cfg->state, false);

	/* A child of one that was killed may be about to end. */
	for (int i = 0; i < LOCK_TRIES && err == QERR_AGAIN; i++) {
		nanosleep(&pause, NULL);
		err = store_open(&d->store, d->cfg->state, false);
	}
	if (err == QERR_AGAIN)
		log_error("another quired uses the folder that \"state\" "
			  "names: end it, or name another");
	else if (err == QERR_ABSENT)
		log_error("what \"state\" names is no folder: name one");
	else if (err == QERR_VERSION)
		log_error("the folder that \"state\" names was written by a "
			  "newer quired, and is left as it is: use that one, "
			  "or name another folder");
	else if (err != 0)
		log_error("the folder that \"state\" names %s", qerr_str(err));
	return err;
}

static int
load_invites(struct daemon *d)
{
	int err = invites_init(&d->invites, d->store);

	if (err != 0)
		log_error("the file invites in the state folder %s: bring it "
			  "back from a copy, or delete it and make all invites "
			  "anew",
		    qerr_str(err));
	return err;
}

/* The node's own keys, made once. */
static int
load_keys(struct daemon *d, uint8_t seed[32])
{
	uint8_t keys[KEYS_LEN];
	struct buf b;
	int err;

	buf_init(&b, 0);
	err = store_get_file(d->store, "identity", &b, KEYS_LEN);
	if (err == 0 && b.n == KEYS_LEN) {
		memcpy(keys, b.p, KEYS_LEN);
	} else if (err == QERR_ABSENT) {
		entropy_bytes(keys, sizeof(keys));
		err = store_put_file(d->store, "identity",
		    bytes_of(keys, sizeof(keys)));
	} else if (err == 0) {
		err = QERR_ENCODING;
	}
	if (err != 0)
		log_error("the file identity in the state folder %s: bring it "
			  "back from a copy, or delete it: then no invite of "
			  "this node is good any more",
		    qerr_str(err));
	memcpy(seed, keys, 32);
	memcpy(d->link_private, keys + 32, 32);
	sodium_memzero(keys, sizeof(keys));
	buf_wipe(&b);
	return err;
}

static int
make_node(struct daemon *d)
{
	struct node_config cfg = {
	    .role = NODE_MIRROR, .wall = clock_wall(), .quota = d->cfg->quota};
	uint8_t seed[32];
	int err = load_keys(d, cfg.identity_seed);

	if (err != 0)
		return err;
	memcpy(cfg.link_private, d->link_private, 32);
	entropy_bytes(seed, sizeof(seed));
	d->node = node_new(&cfg, seed);
	sodium_memzero(&cfg, sizeof(cfg));
	sodium_memzero(seed, sizeof(seed));
	return d->node == NULL ? QERR_NOMEM : 0;
}

/* As many links as files may be open, less what we need ourselves. */
static size_t
links_max(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur < 256)
		return 64;
	return r.rlim_cur > 4096 ? 4096 : (size_t)r.rlim_cur - 160;
}

static int
make_drive(struct daemon *d)
{
	struct drive_config cfg = {.base = d->base,
	    .node = d->node,
	    .store = d->store,
	    .socks = d->cfg->socks,
	    .upload_rate = d->cfg->upload,
	    .download_rate = d->cfg->download,
	    .reserve = d->cfg->reserve,
	    .fd_max = links_max(),
	    .tell = facts_tell,
	    .trouble = transport_trouble,
	    .transports = d->transports,
	    .arg = d};
	int err = drive_new(&d->drive, &cfg);

	for (size_t i = 0; i < d->cfg->listen.n && err == 0; i++) {
		uint16_t port = 0;

		err =
		    drive_listen(d->drive, d->cfg->listen.text[i], NULL, &port);
		if (err == QERR_IO)
			log_errno("cannot listen at the %s address that "
				  "\"listen\" names",
			    d->cfg->listen.n == 1 ? "only"
			    : i == 0              ? "first"
						  : "second or a later");
		else if (err != 0)
			log_error("an address that \"listen\" names %s",
			    qerr_str(err));
		if (i == 0)
			d->port = port;
	}
	return err != 0 ? err : transport_start(d);
}

static int
start_node(struct daemon *d)
{
	struct node_event ev = {.type = NODE_START};
	int err = drive_event(d->drive, &ev);

	for (size_t i = 0; i < d->invites.n && err == 0; i++) {
		ev = (struct node_event){.type = NODE_INVITE};
		memcpy(ev.invite.secret, d->invites.entry[i].secret,
		    INVITE_SECRET_LEN);
		err = drive_event(d->drive, &ev);
	}
	if (err == 0) {
		feeds_tell(d);
		self_tell(d);
	}
	return err;
}

static int
start_control(struct daemon *d)
{
	struct control_config cfg = {.base = d->base,
	    .path = d->cfg->control,
	    .group = d->cfg->group,
	    .request = requests_do,
	    .closed = requests_closed,
	    .arg = d};

	return control_new(&d->control, &cfg);
}

static int
confine(struct daemon *d)
{
	struct sandbox_path path[8 + 2 * CONFIG_PUBLISH_MAX];
	char *control = strdup(d->cfg->control);
	size_t n = 0;
	int err;

	if (control == NULL)
		return QERR_NOMEM;
	path[n++] = (struct sandbox_path){d->cfg->state, SANDBOX_WRITE};
	path[n++] = (struct sandbox_path){dirname(control), SANDBOX_WRITE};
	path[n++] = (struct sandbox_path){d->opt->config_path, SANDBOX_READ};
	path[n++] = (struct sandbox_path){"/etc", SANDBOX_READ};
	path[n++] = (struct sandbox_path){"/run/systemd", SANDBOX_WRITE};
	path[n++] = (struct sandbox_path){"/proc/self", SANDBOX_READ};
	for (size_t i = 0; i < d->cfg->n_publish; i++) {
		path[n++] = (struct sandbox_path){
		    d->cfg->publish[i].folder, SANDBOX_READ};
		if (d->cfg->publish[i].inbox[0] != '\0')
			path[n++] = (struct sandbox_path){
			    d->cfg->publish[i].inbox, SANDBOX_READ};
	}
	err = sandbox_enter(path, n);
	free(control);
	return err;
}

static void
say_ready(struct daemon *d)
{
	if (d->opt->ready_fd >= 0) {
		if (write(d->opt->ready_fd, "READY\n", 6) != 6)
			log_warn("nobody read that quired is ready");
		close(d->opt->ready_fd);
	}
	notify_ready();
	log_info("quired serves");
}

/* Links and invites are secrets, too. */
static void
forget_settings(void *arg)
{
	config_done(arg);
}

static int
start(struct daemon *d)
{
	int err;

	/* Its children hold no secrets: it comes before any is read. */
	if ((err = worker_new(&d->worker, forget_settings, d->cfg)) != 0 ||
	    (err = sources_fork(d)) != 0 || (err = mirrors_fork(d)) != 0 ||
	    (err = transport_fork(d)) != 0 || (err = open_store(d)) != 0)
		return err;
	if ((d->base = event_base_new()) == NULL)
		return QERR_NOMEM;
	if ((err = make_node(d)) != 0 || (err = watch(d)) != 0 ||
	    (err = load_invites(d)) != 0 || (err = rooms_open(d)) != 0 ||
	    (err = feeds_start(d)) != 0 ||
	    (err = drive_remember(d->node, d->store)) != 0 ||
	    (err = make_drive(d)) != 0 || (err = start_control(d)) != 0 ||
	    (err = confine(d)) != 0 || (err = start_jobs(d)) != 0)
		return err;
	return start_node(d);
}

static void
finish(struct daemon *d)
{
	d->stopping = true;
	stop_jobs(d);
	control_free(d->control);
	requests_address_stop(d);
	sources_stop(d);
	mirrors_stop(d);
	rooms_close(d);
	drive_free(d->drive);
	transport_stop(d);
	node_free(d->node);
	invites_done(&d->invites);
	for (size_t i = 0; i < 4; i++)
		if (d->signal[i] != NULL)
			event_free(d->signal[i]);
	if (d->minute != NULL)
		event_free(d->minute);
	if (d->alive != NULL)
		event_free(d->alive);
	if (d->base != NULL)
		event_base_free(d->base);
	worker_free(d->worker);
	store_close(d->store);
	config_done(&d->extra);
	config_done(d->cfg);
	buf_wipe(&d->self);
	sodium_memzero(d->link_private, sizeof(d->link_private));
}

int
daemon_run(struct config *cfg, const struct daemon_options *opt)
{
	struct daemon d = {.cfg = cfg, .opt = opt, .started = clock_now()};
	int err = start(&d);

	if (err == 0) {
		for (size_t i = 0; i < d.n_room; i++)
			inbox_start(&d.room[i]);
		err = sources_start(&d);
	}
	if (err == 0)
		err = mirrors_start(&d);
	if (err == 0) {
		rooms_minute(&d);
		say_ready(&d);
		if (event_base_dispatch(d.base) < 0 || !d.stopping)
			err = QERR_IO;
		log_info("quired ends");
	}
	finish(&d);
	return err;
}
