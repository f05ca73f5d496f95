/* What the files of this plugin share. */
#ifndef PLUGIN_H
#define PLUGIN_H
#include <facepay_plugin.h>
#include <stddef.h>

#define STR(text) { text, sizeof(text) - 1 }

extern const char *const plugin_interfaces[]; /* of the step, NULL at the end */
const void *plugin_table(const char *id);     /* the table of one of them, NULL for any other id */

void write_to(fp_writer *to, const char *why); /* one line for an operator; `to` may be NULL */
fp_status given_up(const fp_call *call);       /* FP_OK while the caller still waits for the answer */

#endif
