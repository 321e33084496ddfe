#include "client/daemon_call.h"

#include <stdio.h>

#include "client/json.h"

int
daemon_complain(const struct ctl_error *err)
{
	complain("%s%s%s", err->message, err->hint[0] != '\0' ? " " : "",
	    err->hint);
	return err->exit != 0 ? err->exit : APP_FAILED;
}

int
daemon_call(const struct app *a, const struct ctl_request *rq, ctl_item_fn fn,
    void *arg)
{
	struct ctl_error err;
	int result = ctl_call(a->control, rq, fn, arg, &err);

	return result == 0 ? APP_DONE : daemon_complain(&err);
}

int
daemon_show(const struct app *a, const struct ctl_request *rq, ctl_item_fn fn)
{
	struct app copy = *a;

	return daemon_call(a, rq, a->json ? daemon_json : fn, &copy);
}

int
daemon_json(void *arg, const struct ctl_item *it)
{
	struct json j;
	struct buf b;

	(void)arg;
	buf_init(&b, 0);
	json_init(&j, &b);
	json_open(&j, NULL, '{');
	json_text(&j, "what", it->what);
	for (size_t i = 0; i < it->n; i++) {
		const struct ctl_field *f = &it->field[i];
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)f->name.n,
		    (const char *)f->name.p);
		if (f->type == CTL_TEXT)
			json_text(&j, name, f->text);
		else if (f->type == CTL_FLAG)
			json_bool(&j, name, f->number != 0);
		else
			json_uint(&j, name, f->number);
	}
	json_close(&j, '}');
	json_flush(&j);
	buf_done(&b);
	return 0;
}
