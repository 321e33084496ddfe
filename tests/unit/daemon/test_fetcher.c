#include "daemon/source/fetcher.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/nearby.h"
#include "tests/lib/check.h"

/* A web server that answers by the path, whatever is asked. */
static const struct {
	const char *path, *answer;
} page[] = {
    {"/plain",
	"HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=x\r\n"
	"ETag: \"a1\"\r\nLast-Modified: Mon, 23 Nov 2026 10:00:00 GMT\r\n"
	"Content-Length: 5\r\n\r\nhello"},
    {"/cyrillic",
	"HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=\"Windows-1251\""
	"\r\n\r\n<meta charset=koi8-r>\xcf\xf0\xe8\xe2\xe5\xf2"},
    {"/cyrillic-utf8",
	"HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=windows-1251"
	"\r\n\r\nПривет"},
    {"/no-utf8", "HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8"
		 "\r\n\r\n\xcf\xf0\xe8"},
    {"/no-shift-jis",
	"HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=shift_jis"
	"\r\n\r\n\xff\xff\xff"},
    {"/bad-tag", "HTTP/1.0 200 OK\r\nETag: \"\xff\"\r\n\r\nhello"},
    {"/same", "HTTP/1.0 304 Not Modified\r\n\r\n"},
    {"/gone", "HTTP/1.0 410 Gone\r\nContent-Length: 0\r\n\r\n"},
    {"/later", "HTTP/1.0 503 No\r\nRetry-After: 77\r\n\r\n"},
    {"/short", "HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nhello"},
    {"/none", ""},
    {"/noise", "\x7f\x45\x4c\x46 what is this?\r\n\r\n"},
    {"/step", "HTTP/1.0 302 Found\r\nLocation: plain\r\n\r\n"},
    {"/circle", "HTTP/1.0 302 Found\r\nLocation: /circle\r\n\r\n"},
    {"/to-file", "HTTP/1.0 302 Found\r\nLocation: file:///etc/hosts\r\n\r\n"},
    {"/to-ftp", "HTTP/1.0 302 Found\r\nLocation: ftp://127.0.0.1/\r\n\r\n"},
    {"/to-near", "HTTP/1.0 302 Found\r\nLocation: http://127.0.0.2:1/\r\n\r\n"},
};

static _Noreturn void
serve(int listening)
{
	for (;;) {
		int fd = accept(listening, NULL, NULL);
		char rq[4096] = "", path[256] = "";
		size_t n = 0;
		ssize_t k;

		while (strstr(rq, "\r\n\r\n") == NULL &&
		       (k = read(fd, rq + n, sizeof(rq) - 1 - n)) > 0)
			n += (size_t)k;
		sscanf(rq, "GET %255s", path);
		if (strcmp(path, "/echo") == 0) {
			dprintf(fd, "HTTP/1.0 200 OK\r\n\r\n%s", rq);
		}
		for (size_t i = 0; i < sizeof(page) / sizeof(page[0]); i++)
			if (strcmp(path, page[i].path) == 0)
				dprintf(fd, "%s", page[i].answer);
		close(fd);
	}
}

static uint16_t port;
static pid_t server;

static void
start_server(void)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(bind(fd, (struct sockaddr *)&a, len) == 0 && listen(fd, 8) == 0);
	check(getsockname(fd, (struct sockaddr *)&a, &len) == 0);
	port = ntohs(a.sin_port);
	server = fork();
	if (server == 0)
		serve(fd);
	close(fd);
}

/* --- asking --- */

static struct event_base *base;
static struct fetcher *fetcher;

static struct {
	enum fetch_error error;
	unsigned status;
	uint64_t retry;
	char body[4096], etag[300], type[300], address[300];
	int times;
} got;

static void
keep(char *dst, size_t max, struct bytes b)
{
	snprintf(dst, max, "%.*s", (int)b.n, (const char *)b.p);
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	(void)arg;
	got.error = a->error;
	got.status = a->status;
	got.retry = a->retry;
	keep(got.body, sizeof(got.body), a->body);
	keep(got.etag, sizeof(got.etag), a->etag);
	keep(got.type, sizeof(got.type), a->type);
	keep(got.address, sizeof(got.address), a->address);
	got.times++;
	event_base_loopbreak(base);
}

static void
ask(const char *path, const char *etag, uint32_t max, bool near)
{
	char address[300];
	struct fetch_request rq = {.etag = bytes_str(etag),
	    .modified = bytes_str(etag),
	    .max = max,
	    .seconds = FETCH_SECONDS,
	    .near = near};

	rq.local = strncmp(path, "file:", 5) == 0;
	if (strchr(path, ':') != NULL)
		snprintf(address, sizeof(address), "%s", path);
	else
		snprintf(address, sizeof(address), "http://127.0.0.1:%u%s",
		    port, path);
	rq.address = bytes_str(address);
	memset(&got, 0, sizeof(got));
	check(fetcher_ask(fetcher, base, &rq, on_answer, NULL) == 0);
	check(fetcher_ask(fetcher, base, &rq, on_answer, NULL) == QERR_AGAIN);
	event_base_dispatch(base);
	check(got.times == 1);
}

static void
fetches(void)
{
	ask("/plain", "", 5, true);
	check(got.error == FETCH_OK && got.status == 200);
	check(strcmp(got.body, "hello") == 0 &&
	      strcmp(got.etag, "\"a1\"") == 0);
	check(strcmp(got.type, "text/html; charset=x") == 0);
	ask("/bad-tag", "", 5, true);
	check(got.error == FETCH_OK && got.etag[0] == '\0');
	ask("/echo", "", 4096, true);
	check(strstr(got.body, "User-Agent: quire/") != NULL);
	check(strstr(got.body, "(+feed reader)\r\n") != NULL);
	check(strstr(got.body, "If-None-Match") == NULL);
	ask("/echo", "\"x\"", 4096, true);
	check(strstr(got.body, "\r\nIf-None-Match: \"x\"\r\n") != NULL);
	check(strstr(got.body, "\r\nIf-Modified-Since: \"x\"\r\n") != NULL);
	ask("/same", "\"x\"", 4096, true);
	check(got.error == FETCH_OK && got.status == 304);
	ask("/gone", "", 4096, true);
	check(got.error == FETCH_OK && got.status == 410);
	ask("/later", "", 4096, true);
	check(got.status == 503 && got.retry == 77);
	ask("/step", "", 4096, true);
	check(got.status == 200 && strstr(got.address, "/plain") != NULL);
}

/* What the server says of the charset goes before what the document says. */
static void
makes_utf8_of_text(void)
{
	static const struct {
		const char *path;
		uint32_t max;
		const char *body;
	} of[] = {
	    {"/cyrillic", 4096, "<meta charset=koi8-r>Привет"},
	    {"/cyrillic", 30, "<meta charset=koi8-r>\xcf\xf0\xe8\xe2\xe5\xf2"},
	    {"/cyrillic-utf8", 4096, "Привет"},
	    {"/no-utf8", 4096, "\xcf\xf0\xe8"},
	    {"/no-shift-jis", 4096, "\xff\xff\xff"},
	};

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		ask(of[i].path, "", of[i].max, true);
		check(got.error == FETCH_OK && got.status == 200);
		check(strcmp(got.body, of[i].body) == 0);
	}
}

static void
tells_what_is_wrong(void)
{
	static const struct {
		const char *path;
		uint32_t max;
		bool near;
		enum fetch_error error;
	} scene[] = {
	    {"/plain", 4, true, FETCH_TOOBIG},
	    {"/bad-tag", 4, true, FETCH_TOOBIG},
	    {"/short", 4096, true, FETCH_BROKEN},
	    {"/none", 4096, true, FETCH_BROKEN},
	    {"/noise", 4096, true, FETCH_BROKEN},
	    {"/circle", 4096, true, FETCH_REDIRECTS},
	    {"/to-file", 4096, true, FETCH_SCHEME},
	    {"/to-ftp", 4096, true, FETCH_SCHEME},
	    {"/to-near", 4096, true, FETCH_PRIVATE},
	    {"/plain", 4096, false, FETCH_PRIVATE},
	    {"ftp://127.0.0.1/", 4096, true, FETCH_SCHEME},
	    {"http://127.0.0.1:1/", 4096, true, FETCH_CONNECT},
	    {"http://nobody.invalid/", 4096, true, FETCH_NAME},
	    {"http://[::1", 4096, true, FETCH_SCHEME},
	};

	for (size_t i = 0; i < sizeof(scene) / sizeof(scene[0]); i++) {
		ask(scene[i].path, "", scene[i].max, scene[i].near);
		if (got.error != scene[i].error)
			fprintf(stderr, "%s: %d, not %d\n", scene[i].path,
			    got.error, scene[i].error);
		check(got.error == scene[i].error);
		check(fetch_error_text(got.error)[0] != '\0');
	}
}

/* Its own folders, and no other. */
static void
reads_files(const char *folder)
{
	char address[300];

	snprintf(address, sizeof(address), "file://%s/a", folder);
	ask(address, "", 4096, true);
	check(got.error == FETCH_OK && got.status == 200);
	check(strcmp(got.body, "in a file") == 0);
	snprintf(address, sizeof(address), "file://%s/b", folder);
	ask(address, "", 4096, true);
	check(got.error == FETCH_FILE);
	ask("file:///etc/passwd", "", 65536, true);
	check(got.error == FETCH_FILE);
}

/* The process of our child whose own parent is our child: the one that fetches. */
static pid_t
find_child(const char *name)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	pid_t found = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		char path[300], line[300] = "", is[64];
		int pid, parent, mine;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
		if ((f = fopen(path, "r")) == NULL)
			continue;
		if (fgets(line, sizeof(line), f) != NULL &&
		    sscanf(line, "%d (%63[^)]) %*c %d %d", &pid, is, &parent,
			&mine) == 4 &&
		    strcmp(is, name) == 0 && mine == getpgrp() &&
		    parent != getpid())
			found = pid;
		fclose(f);
	}
	closedir(d);
	return found;
}

static void
survives_its_child(void)
{
	pid_t child;

	ask("/plain", "", 4096, true);
	child = find_child("quired-fetch");
	check(child > 0);
	check(kill(child, SIGKILL) == 0);
	ask("/plain", "", 4096, true);
	check(got.error == FETCH_OK && got.status == 200);
	check(find_child("quired-fetch") != child);
	fetcher_rest(fetcher);
	ask("/plain", "", 4096, true);
	check(got.status == 200);
}

static void
knows_what_is_near(void)
{
	static const struct {
		const char *ip;
		bool near;
	} known[] = {{"127.0.0.1", true}, {"10.1.2.3", true},
	    {"172.16.0.1", true}, {"172.32.0.1", false}, {"192.168.9.9", true},
	    {"169.254.169.254", true}, {"100.64.1.1", true}, {"0.0.0.0", true},
	    {"224.0.0.1", true}, {"255.255.255.255", true}, {"8.8.8.8", false},
	    {"93.184.216.34", false}, {"::1", true}, {"::", true},
	    {"fe80::1", true}, {"fd00::1", true}, {"::ffff:127.0.0.1", true},
	    {"::ffff:8.8.8.8", false}, {"64:ff9b::a00:1", true},
	    {"2002:7f00:1::", true}, {"2a00:1450::1", false},
	    {"ff02::1", true}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct sockaddr_in6 six = {.sin6_family = AF_INET6};
		struct sockaddr_in four = {.sin_family = AF_INET};
		bool v6 = strchr(known[i].ip, ':') != NULL;

		check(inet_pton(v6 ? AF_INET6 : AF_INET, known[i].ip,
			  v6 ? (void *)&six.sin6_addr
			     : (void *)&four.sin_addr) == 1);
		check(nearby(v6 ? (struct sockaddr *)&six
				: (struct sockaddr *)&four) == known[i].near);
	}
}

/* What a child that was taken over could say. */
static void
decodes_strictly(void)
{
	struct fetch_answer good = {.status = 200,
				.address = bytes_str("http://a/"),
				.body = bytes_str("x")},
			    bad, out;
	struct buf b;

	buf_init(&b, 0);
	fetch_put_answer(&b, &good);
	check(fetch_get_answer(&out, buf_bytes(&b)) == 0);
	for (size_t n = 0; n < b.n; n++)
		check(fetch_get_answer(&out, bytes_of(b.p, n)) != 0);
	for (int i = 0; i < 4; i++) {
		bad = good;
		if (i == 0)
			bad.error = FETCH_CHILD;
		else if (i == 1)
			bad.etag = bytes_str("a\r\nHost: b");
		else if (i == 2)
			bad.address = bytes_str("http://a b");
		else
			bad.status = 7;
		buf_clear(&b);
		fetch_put_answer(&b, &bad);
		check(fetch_get_answer(&out, buf_bytes(&b)) != 0);
	}
	buf_done(&b);
}

int
main(void)
{
	char folder[] = "/tmp/quire-fetcher.XXXXXX", file[64], other[64];
	char *local[] = {folder};
	struct fetcher_config cfg = {
	    .name = "quired-fetch", .proxy = "", .local = local, .n_local = 1};
	int fd;

	check(mkdtemp(folder) != NULL);
	snprintf(file, sizeof(file), "%s/a", folder);
	snprintf(other, sizeof(other), "%s/b", folder);
	fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	check(write(fd, "in a file", 9) == 9);
	close(fd);
	knows_what_is_near();
	decodes_strictly();
	check(fetcher_new(&fetcher, &cfg) == 0);
	start_server();
	check((base = event_base_new()) != NULL);
	fetches();
	makes_utf8_of_text();
	tells_what_is_wrong();
	reads_files(folder);
	survives_its_child();
	fetcher_free(fetcher);
	event_base_free(base);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	unlink(file);
	rmdir(folder);
	return 0;
}
