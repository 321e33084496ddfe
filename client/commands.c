#include <stddef.h>

#include "client/app.h"

const struct cmd_group cmd_groups[] = {
    {"For readers", {&cmd_follow, &cmd_source, &cmd_sync, &cmd_list,
			&cmd_search, &cmd_read, &cmd_unpack, &cmd_unfollow}},
    {"To hand on and to check", {&cmd_export, &cmd_verify}},
    {"For newsrooms", {&cmd_key, &cmd_charter, &cmd_try, &cmd_publish,
			  &cmd_draft, &cmd_sign, &cmd_release, &cmd_retract}},
    {"For those who run quired", {&cmd_invite, &cmd_peers, &cmd_status}},
    {NULL, {NULL}},
};
