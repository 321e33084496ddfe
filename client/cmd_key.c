#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/app.h"
#include "client/json.h"
#include "client/keys.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/entropy.h"
#include "proto/host/file.h"
#include "proto/object/charter.h"
#include "proto/object/follow.h"
#include "proto/object/hash.h"

struct options {
	const char *name, *home, *langs;
	bool pass;
};

/* What the folder of a feed holds (daemon/press/publisher.h). */
static int
write_part(const struct app *a, int dir, const char *name, struct buf *b,
    mode_t mode)
{
	char path[PATH_MAX];
	int err = buf_err(b);

	if (err == 0)
		err = file_write(dir, name, buf_bytes(b), mode);
	buf_wipe(b);
	buf_init(b, 0);
	snprintf(path, sizeof(path), "%s/%s", a->argv[a->at], name);
	return err == 0 ? 0 : complain_of(path, "written", err);
}

static int
split_langs(struct charter *c, const char *langs)
{
	while (*langs != '\0') {
		size_t n = strcspn(langs, ",");

		if (c->n_lang == CHARTER_LANGS_MAX)
			return complain("--lang takes at most %d languages.",
			    CHARTER_LANGS_MAX);
		c->lang[c->n_lang] = bytes_of(langs, n);
		/* Longer ones could be registered, and none is: "english" is meant as en. */
		if (lang_check(c->lang[c->n_lang]) != 0 ||
		    strcspn(langs, "-,") > 3)
			return complain("--lang: \"%.*s\" is no language tag, "
					"such as en, ru or pt-BR.",
			    (int)n, langs);
		c->n_lang++;
		langs += n + (langs[n] == ',');
	}
	return 0;
}

static int
make_charter(struct buf *file, struct id *feed, const struct options *o,
    const struct key_secret *k)
{
	struct charter c = {.version = 1,
	    .name = bytes_str(o->name),
	    .n_root = 1,
	    .threshold = 1,
	    .n_key = 1};
	struct buf body;
	int err;

	if (o->home != NULL)
		c.home = bytes_str(o->home);
	if (split_langs(&c, o->langs) != 0)
		return APP_FAILED;
	c.root[0] = k->pub;
	c.key[0] = (struct charter_key){k->pub, 1, UINT64_MAX};
	buf_init(&body, 0);
	err = charter_encode(&body, &c);
	if (err == 0)
		err = charter_sign(file, buf_bytes(&body),
		    (struct bytes){NULL, 0}, NULL, k);
	if (err == 0)
		hash(feed, HASH_CHARTER, buf_bytes(&body));
	buf_done(&body);
	return err == 0 ? 0
			: complain("the charter cannot be made: a name or "
				   "address %s.",
			      qerr_str(err));
}

static int
write_link(const struct app *a, int dir, const struct id *feed,
    const struct options *o, struct buf *ret_link)
{
	static struct follow f; /* large, and used once */
	char text[ID_TEXT_LEN + 2];
	struct buf b;
	int exit;

	buf_init(&b, 0);
	f.feed = *feed;
	entropy_bytes(f.key.b, sizeof(f.key.b));
	snprintf(f.name, sizeof(f.name), "%s", o->name);
	base32_encode(text, f.key.b, 32);
	buf_put_str(&b, text);
	buf_put_str(&b, "\n");
	exit = write_part(a, dir, "reading.key", &b, 0640);
	follow_text(&b, &f);
	buf_put(ret_link, b.p, b.n);
	buf_put_str(&b, "\n");
	if (exit == 0)
		exit = write_part(a, dir, "link", &b, 0640);
	buf_wipe(&b);
	sodium_memzero(&f, sizeof(f));
	return exit;
}

/* Stands beside the others until all of them are there: who was killed, or found the disk
 * full, begins anew, and overwrites nobody's feed. */
#define UNFINISHED "unfinished"

static const char *const parts[] = {
    "link", "charter", "reading.key", "public.key", "secret.key"};

static bool
is_there(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool
is_taken(int dir)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (is_there(dir, parts[i]))
			return !is_there(dir, UNFINISHED);
	return false;
}

/* One of the parts, or what file_write() had of it when it was killed. */
static bool
is_part(const char *name)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t n = strlen(parts[i]);

		if (strncmp(name, parts[i], n) == 0 &&
		    (name[n] == '\0' || strncmp(name + n, ".tmp", 4) == 0))
			return true;
	}
	return false;
}

static void
clear(int dir)
{
	DIR *d = file_folder(dir, ".");
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (is_part(e->d_name))
			(void)unlinkat(dir, e->d_name, 0);
	if (d != NULL)
		closedir(d);
}

static int
write_feed(const struct app *a, int dir, const struct options *o,
    const char *pass, struct buf *ret_link)
{
	struct key_secret k;
	struct buf b, charter;
	struct id feed;
	int exit;

	keys_make(&k);
	buf_init(&b, 0);
	buf_init(&charter, 0);
	exit = make_charter(&charter, &feed, o, &k);
	if (exit == 0 && keys_file(&b, &k, pass) != 0)
		exit = complain("the secret key cannot be sealed: not enough "
				"memory.");
	if (exit == 0)
		exit = write_part(a, dir, "secret.key", &b, 0600);
	if (exit == 0) {
		key_file(&b, &k.pub);
		exit = write_part(a, dir, "public.key", &b, 0644);
	}
	if (exit == 0)
		exit = write_part(a, dir, "charter", &charter, 0644);
	if (exit == 0)
		exit = write_link(a, dir, &feed, o, ret_link);
	key_secret_done(&k);
	buf_wipe(&b);
	buf_done(&charter);
	return exit;
}

/* What was made, or asked for. */
static void
put_answer(const struct app *a, const char *name, struct bytes text)
{
	struct json j;
	struct buf b;

	buf_init(&b, 0);
	if (a->json) {
		json_init(&j, &b);
		json_open(&j, NULL, '{');
		json_text(&j, name, text);
		json_close(&j, '}');
		json_flush(&j);
	} else {
		buf_put(&b, text.p, text.n);
		buf_put_u8(&b, '\n');
		say_bytes(buf_bytes(&b));
	}
	buf_wipe(&b);
}

/* All of it, or nothing: prints the link. */
static int
make_feed(const struct app *a, int dir, const struct options *o,
    const char *pass)
{
	struct buf none, link;
	int exit;

	buf_init(&none, 0);
	buf_init(&link, 0);
	if (is_there(dir, UNFINISHED))
		clear(dir);
	exit = write_part(a, dir, UNFINISHED, &none, 0600);
	if (exit == 0)
		exit = write_feed(a, dir, o, pass, &link);
	if (exit != 0)
		clear(dir);
	if (unlinkat(dir, UNFINISHED, 0) != 0 && exit == 0)
		exit = complain_of(UNFINISHED, "removed", QERR_IO);
	if (exit == 0)
		put_answer(a, "link", buf_bytes(&link));
	buf_wipe(&link);
	return exit;
}

static int
key_new(const struct app *a, const struct options *o)
{
	const char *folder = a->argv[a->at];
	char pass[KEYS_PASS_MAX], whole[PATH_MAX];
	int dir, exit, err;

	if (o->name == NULL)
		return complain_usage(a, "a feed needs a name: --name NAME.");
	if (o->pass && (exit = keys_new_pass("secret.key", pass)) != 0)
		return exit;
	if ((err = file_mkdirs(AT_FDCWD, folder, 0700)) != 0)
		return complain_of(folder, "made", err);
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return complain("%s cannot be opened: %s.", folder,
		    strerror(errno));
	if (is_taken(dir))
		exit = complain("%s holds a feed already. Name another folder.",
		    folder);
	else
		exit = make_feed(a, dir, o, o->pass ? pass : NULL);
	sodium_memzero(pass, sizeof(pass));
	close(dir);
	if (exit == 0)
		note(a,
		    "\nThat is the follow link: whoever has it can read.\n"
		    "Keep a copy of %s/secret.key where nobody finds it.\n"
		    "To publish, write into quired.conf:  publish %s%s",
		    folder, realpath(folder, whole) != NULL ? whole : folder,
		    o->pass ? "\nquired cannot open a locked key: move "
			      "secret.key to where issues are signed, see "
			      "quire draft --help"
			    : "");
	return exit;
}

/* A key pair alone, as a root is: FILE and FILE.pub. */
static int
key_make(const struct app *a, const struct options *o)
{
	const char *path = a->argv[a->at];
	char pass[KEYS_PASS_MAX], text[KEYS_TEXT], pub[PATH_MAX];
	struct key_secret k;
	struct buf b;
	int err = 0, exit;

	snprintf(pub, sizeof(pub), "%s.pub", path);
	if (access(path, F_OK) == 0 || access(pub, F_OK) == 0)
		return complain("%s is there already. Name another file.",
		    access(path, F_OK) == 0 ? path : pub);
	if (o->pass && (exit = keys_new_pass(path, pass)) != 0)
		return exit;
	keys_make(&k);
	buf_init(&b, 0);
	err = keys_file(&b, &k, o->pass ? pass : NULL);
	if (err == 0)
		err = file_write(AT_FDCWD, path, buf_bytes(&b), 0600);
	buf_wipe(&b);
	buf_init(&b, 0);
	key_file(&b, &k.pub);
	if (err == 0)
		err = file_write(AT_FDCWD, pub, buf_bytes(&b), 0644);
	buf_done(&b);
	key_text(text, &k.pub);
	key_secret_done(&k);
	sodium_memzero(pass, sizeof(pass));
	if (err != 0)
		return complain_of(path, "written", err);
	put_answer(a, "key", bytes_str(text));
	return APP_DONE;
}

static int
key_show(const struct app *a)
{
	char text[KEYS_TEXT];
	struct key k;
	int exit = keys_public(a->argv[a->at], &k);

	if (exit != APP_DONE)
		return exit;
	key_text(text, &k);
	put_answer(a, "key", bytes_str(text));
	return APP_DONE;
}

static const struct cmd_option options[] = {
    {'n', "name", "NAME", "what the newsroom is called"},
    {'l', "lang", "LANG,...", "the languages it writes in, such as ru,en"},
    {256, "home", "ADDRESS", "its website"},
    {257, "pass", NULL,
	"ask for a passphrase, and lock the secret key with it"},
    {0},
};

static int
run(struct app *a)
{
	struct options o = {.langs = ""};
	const char *arg;
	int letter, exit;

	while ((letter = app_option(a, &arg, &exit)) > 0) {
		if (letter == 'n')
			o.name = arg;
		else if (letter == 'l')
			o.langs = arg;
		else if (letter == 256)
			o.home = arg;
		else
			o.pass = true;
	}
	if (letter == APP_STOP)
		return exit;
	if (!app_operands(a, 2, 2))
		return APP_USAGE;
	a->at++;
	if (strcmp(a->argv[a->at - 1], "new") == 0)
		return key_new(a, &o);
	if (strcmp(a->argv[a->at - 1], "make") == 0)
		return key_make(a, &o);
	if (strcmp(a->argv[a->at - 1], "show") == 0)
		return key_show(a);
	return complain_usage(a,
	    "it is \"key new\", \"key make\" or \"key show\".");
}

const struct cmd cmd_key = {
    .name = "key",
    .args = "new FOLDER | make FILE | show FOLDER",
    .what = "make the keys, charter and follow link of a feed",
    .option = options,
    .about =
	"\"key new\" makes a folder with all that a feed needs: secret.key and\n"
	"public.key (minisign's formats), the charter, the reading key, and the\n"
	"follow link, which it prints. \"key make\" makes a key pair alone, FILE and\n"
	"FILE.pub, as roots and further signers need; keys of minisign -G do as well.\n"
	"\"key show\" prints the public key. Who may sign is changed by quire charter.",
    .run = run,
};
