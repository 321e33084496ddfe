#include "proto/wire/socks.h"

#include "proto/base/qerr.h"

#define VERSION       5
#define LOGIN_VERSION 1
#define CONNECT       1

#define METHOD_NONE  0
#define METHOD_LOGIN 2
enum address {
	ADDRESS_4 = 1,
	ADDRESS_NAME = 3,
	ADDRESS_6 = 4,
};

static uint8_t
method(const struct socks *s)
{
	return s->to.n_user > 0 ? METHOD_LOGIN : METHOD_NONE;
}

void
socks_init(struct socks *s, const struct socks_to *to, struct buf *out)
{
	*s = (struct socks){.to = *to};
	buf_put_u8(out, VERSION);
	buf_put_u8(out, 1); /* method */
	buf_put_u8(out, method(s));
}

static void
say_login(const struct socks *s, struct buf *out)
{
	buf_put_u8(out, LOGIN_VERSION);
	buf_put_u8(out, (uint8_t)s->to.n_user);
	buf_put(out, s->to.user, s->to.n_user);
	buf_put_u8(out, (uint8_t)s->to.n_word);
	buf_put(out, s->to.word, s->to.n_word);
}

static void
say_connect(const struct socks *s, struct buf *out)
{
	size_t n = strlen(s->to.host);
	uint8_t port[2];

	buf_put_u8(out, VERSION);
	buf_put_u8(out, CONNECT);
	buf_put_u8(out, 0);
	if (s->to.n_ip > 0) {
		buf_put_u8(out, s->to.n_ip == 4 ? ADDRESS_4 : ADDRESS_6);
		buf_put(out, s->to.ip, s->to.n_ip);
	} else {
		buf_put_u8(out, ADDRESS_NAME);
		buf_put_u8(out, (uint8_t)n);
		buf_put(out, s->to.host, n);
	}
	store_be16(port, s->to.port);
	buf_put(out, port, sizeof(port));
}

/* Bytes of what is awaited, as far as those that came tell. */
static size_t
awaited(const struct socks *s)
{
	if (s->state != SOCKS_REPLY)
		return 2;
	if (s->n_in < 5)
		return 5;
	switch (s->in[3]) {
	case ADDRESS_4:
		return 4 + 4 + 2;
	case ADDRESS_NAME:
		return 4 + 1 + (size_t)s->in[4] + 2;
	case ADDRESS_6:
		return 4 + 16 + 2;
	}
	return 5; /* is refused */
}

/* It is whole: what follows, or what is wrong. */
static int
judge(struct socks *s, struct buf *out)
{
	uint8_t version = s->in[0], what = s->in[1];

	if (version != (s->state == SOCKS_LOGIN ? LOGIN_VERSION : VERSION))
		return QERR_VERSION;
	switch (s->state) {
	case SOCKS_HELLO:
		if (what != method(s))
			return QERR_PROTOCOL;
		if (what == METHOD_LOGIN) {
			s->state = SOCKS_LOGIN;
			say_login(s, out);
			return QERR_AGAIN;
		}
		break;
	case SOCKS_LOGIN:
		if (what != 0)
			return QERR_ABSENT;
		break;
	case SOCKS_REPLY:
		if (what != 0)
			return QERR_ABSENT;
		if (s->in[3] != ADDRESS_4 && s->in[3] != ADDRESS_NAME &&
		    s->in[3] != ADDRESS_6)
			return QERR_TYPE;
		s->state = SOCKS_OPEN;
		return 0;
	case SOCKS_OPEN:
		return QERR_TRAILING;
	}
	s->state = SOCKS_REPLY;
	say_connect(s, out);
	return QERR_AGAIN;
}

int
socks_take(struct socks *s, struct bytes in, struct buf *out)
{
	int err = s->state == SOCKS_OPEN ? 0 : QERR_AGAIN;

	for (size_t i = 0; i < in.n; i++) {
		if (err != QERR_AGAIN) /* open, and nobody may speak yet */
			return QERR_TRAILING;
		s->in[s->n_in++] = in.p[i];
		if (s->n_in < awaited(s))
			continue;
		err = judge(s, out);
		s->n_in = 0;
		if (err != QERR_AGAIN && err != 0)
			return err;
	}
	return err;
}
