/*
 * The floor: the least that a signed, compressed, encrypted transfer can cost.
 * A yardstick for contrib/bench and no product: no resume, no index, no abuse
 * defence, keys made on the spot.
 *
 *	floor pack OUT < LIST	articles named in LIST, in zstd -19 frames of
 *				1,000, each signed, into OUT/000001 …
 *	floor serve OUT PORT	one client after another, until killed
 *	floor sync HOST PORT IN	fetch, verify and store the frames that IN lacks
 *
 * On the wire: both sides' X25519 keys, then records u32le n || AEAD(n bytes).
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

enum {
	PER_FRAME = 1000,
	RECORD = 65536,
	TAG = 16
};

static uint8_t record[RECORD + TAG];

static void *
must(void *p)
{
	if (p == NULL)
		err(1, "memory");
	return p;
}

static size_t
read_file(const char *path, uint8_t **ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		err(1, "%s", path);
	*ret = must(malloc((size_t)st.st_size + 1));
	if (read(fd, *ret, (size_t)st.st_size) != st.st_size)
		err(1, "%s", path);
	close(fd);
	return (size_t)st.st_size;
}

static void
write_file(const char *dir, unsigned number, const uint8_t *p, size_t n)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%06u", dir, number);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, p, n) != (ssize_t)n || fdatasync(fd) != 0)
		err(1, "%s", path);
	close(fd);
}

static unsigned
count_files(const char *dir)
{
	char path[4096];
	unsigned n = 0;

	do
		snprintf(path, sizeof(path), "%s/%06u", dir, n + 1);
	while (access(path, R_OK) == 0 && ++n > 0);
	return n;
}

static void
pack_frame(const char *dir, const uint8_t *raw, size_t n_raw)
{
	size_t cap = ZSTD_compressBound(n_raw), n;
	uint8_t *out = must(malloc(cap + crypto_sign_BYTES));
	uint8_t seed[32] = {1}, pk[32], sk[64];

	n = ZSTD_compress(out + crypto_sign_BYTES, cap, raw, n_raw, 19);
	if (ZSTD_isError(n))
		errx(1, "zstd");
	crypto_sign_seed_keypair(pk, sk, seed);
	crypto_sign_detached(out, NULL, out + crypto_sign_BYTES, n, sk);
	write_file(dir, count_files(dir) + 1, out, n + crypto_sign_BYTES);
	free(out);
}

static void
pack(const char *dir)
{
	char *line = NULL;
	size_t cap = 0, n_raw = 0, n_articles = 0;
	uint8_t *raw = NULL;
	ssize_t len;

	while ((len = getline(&line, &cap, stdin)) > 0) {
		uint8_t *text;
		size_t n;

		line[strcspn(line, "\n")] = '\0';
		n = read_file(line, &text);
		raw = must(realloc(raw, n_raw + n));
		memcpy(raw + n_raw, text, n);
		n_raw += n;
		free(text);
		if (++n_articles % PER_FRAME == 0) {
			pack_frame(dir, raw, n_raw);
			n_raw = 0;
		}
	}
	if (n_raw > 0)
		pack_frame(dir, raw, n_raw);
	free(raw);
	free(line);
}

static void
full_write(int fd, const uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w <= 0)
			err(1, "write");
		p += w;
		n -= (size_t)w;
	}
}

static void
full_read(int fd, uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t r = read(fd, p, n);

		if (r <= 0)
			errx(1, "the other side closed");
		p += r;
		n -= (size_t)r;
	}
}

struct channel {
	int fd;
	uint8_t tx[32], rx[32];
	uint64_t n_tx, n_rx;
};

static void
handshake(struct channel *c, int fd, int client)
{
	uint8_t sk[32], pk[32], peer[32], shared[32], keys[64];

	randombytes_buf(sk, sizeof(sk));
	crypto_scalarmult_base(pk, sk);
	full_write(fd, pk, sizeof(pk));
	full_read(fd, peer, sizeof(peer));
	if (crypto_scalarmult(shared, sk, peer) != 0)
		errx(1, "bad key");
	crypto_generichash(keys, sizeof(keys), shared, sizeof(shared), NULL, 0);
	*c = (struct channel){.fd = fd};
	memcpy(c->tx, keys + (client ? 0 : 32), 32);
	memcpy(c->rx, keys + (client ? 32 : 0), 32);
}

static void
send_bytes(struct channel *c, const uint8_t *p, size_t n)
{
	while (n > 0) {
		size_t k = n < RECORD ? n : RECORD;
		uint8_t head[4] = {
		    (uint8_t)k, (uint8_t)(k >> 8), (uint8_t)(k >> 16), 0};
		uint8_t nonce[12] = {0};

		memcpy(nonce, &c->n_tx, 8);
		c->n_tx++;
		crypto_aead_chacha20poly1305_ietf_encrypt(record, NULL, p, k,
		    head, 4, NULL, nonce, c->tx);
		full_write(c->fd, head, 4);
		full_write(c->fd, record, k + TAG);
		p += k;
		n -= k;
	}
}

static void
recv_bytes(struct channel *c, uint8_t *p, size_t n)
{
	while (n > 0) {
		uint8_t head[4], nonce[12] = {0};
		size_t k;

		full_read(c->fd, head, 4);
		k = (size_t)head[0] | (size_t)head[1] << 8 |
		    (size_t)head[2] << 16;
		if (k == 0 || k > RECORD || k > n)
			errx(1, "bad record");
		full_read(c->fd, record, k + TAG);
		memcpy(nonce, &c->n_rx, 8);
		c->n_rx++;
		if (crypto_aead_chacha20poly1305_ietf_decrypt(p, NULL, NULL,
			record, k + TAG, head, 4, nonce, c->rx) != 0)
			errx(1, "forged record");
		p += k;
		n -= k;
	}
}

static void
serve_one(int fd, const char *dir)
{
	struct channel c;
	uint32_t have, total = count_files(dir);

	handshake(&c, fd, 0);
	recv_bytes(&c, (uint8_t *)&have, 4);
	have = have < total ? have : total;
	total -= have;
	send_bytes(&c, (uint8_t *)&total, 4);
	while (total-- > 0) {
		char path[4096];
		uint8_t *p;
		uint32_t n;

		snprintf(path, sizeof(path), "%s/%06u", dir, ++have);
		n = (uint32_t)read_file(path, &p);
		send_bytes(&c, (uint8_t *)&n, 4);
		send_bytes(&c, p, n);
		free(p);
	}
	shutdown(fd, SHUT_WR);
	while (read(fd, record, sizeof(record)) > 0)
		;
	close(fd);
}

static void
serve(const char *dir, const char *port)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(fd, 4) != 0)
		err(1, "listen");
	for (;;) {
		int peer = accept(fd, NULL, NULL);

		if (peer < 0)
			err(1, "accept");
		setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		serve_one(peer, dir);
	}
}

static void
sync_from(const char *host, const char *port, const char *dir)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint8_t seed[32] = {1}, pk[32], sk[64];
	uint32_t have = count_files(dir), total, n;
	struct channel c;

	if (inet_pton(AF_INET, host, &a.sin_addr) != 1 ||
	    connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		err(1, "connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	crypto_sign_seed_keypair(pk, sk, seed);
	handshake(&c, fd, 1);
	send_bytes(&c, (uint8_t *)&have, 4);
	recv_bytes(&c, (uint8_t *)&total, 4);
	while (total-- > 0) {
		uint8_t *p;

		recv_bytes(&c, (uint8_t *)&n, 4);
		p = must(malloc(n));
		recv_bytes(&c, p, n);
		if (n < crypto_sign_BYTES ||
		    crypto_sign_verify_detached(p, p + crypto_sign_BYTES,
			n - crypto_sign_BYTES, pk) != 0)
			errx(1, "forged frame");
		write_file(dir, ++have, p, n);
		free(p);
	}
	close(fd);
}

int
main(int argc, char **argv)
{
	if (sodium_init() < 0)
		errx(1, "libsodium");
	if (argc == 3 && strcmp(argv[1], "pack") == 0)
		pack(argv[2]);
	else if (argc == 4 && strcmp(argv[1], "serve") == 0)
		serve(argv[2], argv[3]);
	else if (argc == 5 && strcmp(argv[1], "sync") == 0)
		sync_from(argv[2], argv[3], argv[4]);
	else
		errx(2,
		    "usage: floor pack OUT | serve OUT PORT | sync HOST PORT IN");
	return 0;
}
