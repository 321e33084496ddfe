#include "daemon/config.h"

#include "daemon/settings.h"

static void
print_setting(struct buf *b, const void *base, const struct setting *s,
    const char *indent)
{
	const struct config_list *list =
	    (const void *)((const char *)base + s->at);

	if (s->type == SETTING_INVITE || s->type == SETTING_SOURCE) {
		for (size_t i = 0; i < list->n; i++) {
			buf_printf(b, "%s%s ", indent, s->name);
			if (s->type == SETTING_INVITE)
				secret_cut(b, list->text[i]);
			else
				buf_put_str(b, list->text[i]);
			buf_put_str(b, "\n");
		}
		if (list->n == 0)
			buf_printf(b, "%s%s\n", indent, s->name);
	} else {
		buf_printf(b, "%s%s ", indent, s->name);
		setting_text(b, base, s);
		buf_put_str(b, "\n");
	}
	buf_printf(b, "%s\t# %s%s\n", indent, s->sentence,
	    s->restart ? " (restart)" : "");
}

static void
print_section(struct buf *b, const void *base, enum setting_section s)
{
	const struct setting *table;
	size_t n;

	table = setting_table(s, &n);
	for (size_t i = 0; i < n; i++)
		print_setting(b, base, &table[i], s == SECTION_TOP ? "" : "\t");
}

void
config_print(struct buf *b, const struct config *c)
{
	print_section(b, c, SECTION_TOP);
	for (size_t i = 0; i < c->n_follow; i++) {
		buf_put_str(b, "follow ");
		secret_cut(b, c->follow[i].link);
		buf_put_str(b, "\n");
		print_section(b, &c->follow[i], SECTION_FOLLOW);
	}
	for (size_t i = 0; i < c->n_publish; i++) {
		buf_printf(b, "publish %s\n", c->publish[i].folder);
		print_section(b, &c->publish[i], SECTION_PUBLISH);
	}
	for (size_t i = 0; i < c->n_web; i++) {
		buf_put_str(b, "web ");
		secret_cut(b, c->web[i].address);
		buf_put_str(b, "\n");
		print_section(b, &c->web[i], SECTION_WEB);
	}
	for (size_t i = 0; i < c->n_transport; i++) {
		buf_printf(b, "transport %s\n", c->transport[i].name);
		print_section(b, &c->transport[i], SECTION_TRANSPORT);
	}
}

void
config_write(struct buf *b, const struct config *c)
{
	const struct setting *table;
	size_t n;

	table = setting_table(SECTION_FOLLOW, &n);
	for (size_t i = 0; i < c->peer.n; i++)
		buf_printf(b, "peer %s\n", c->peer.text[i]);
	for (size_t i = 0; i < c->n_follow; i++) {
		buf_printf(b, "follow %s\n", c->follow[i].link);
		for (size_t k = 0; k < n; k++) {
			buf_printf(b, "\t%s ", table[k].name);
			setting_text(b, &c->follow[i], &table[k]);
			buf_put_str(b, "\n");
		}
	}
}
