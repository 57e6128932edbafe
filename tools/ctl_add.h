/* What the files of authjsctl add share. */
#ifndef AUTHJS_TOOLS_CTL_ADD_H
#define AUTHJS_TOOLS_CTL_ADD_H

#include "ctl_catalogue.h"
#include "ctl_file.h"

#include <stdio.h>

typedef struct {
    authjs_ctl_t *ctl;
    apr_pool_t *pool;
    FILE *out; /**< what is said; with --print stdout has the lines alone */
    struct json_object *survey;
    struct json_object *host; /**< of the survey: the site that it is about */
    authjs_ctl_needs_t needs;
    int prints;            /**< configuration is shown, not written */
    const char *why_print; /**< unless --print says so */
    int is_written;        /**< the provider stands in the configuration already */
    int is_complete;       /**< and works */
    const char *env_path, *conf_path;
    authjs_ctl_file_t env, conf;
    const char *origin, *base_url;
    int writes_url;
    apr_table_t *variables; /**< to be set */
    apr_table_t *options;   /**< AuthJSOption */
    const char *password_file;
    const char *lines; /**< to be added to the configuration; "" for none */
} authjs_ctl_add_t;

/* ---- ctl_add_place.c: where it is written, and what is there ----------------- */

/** Find host, files and what is there. @return an exit code; said on stderr */
int authjs_ctl_add_place(authjs_ctl_add_t *add);
/** Whether a variable has a value already. */
int authjs_ctl_add_has(const authjs_ctl_add_t *add, const char *variable);
/** The lines of configuration that are missing: add->lines. */
int authjs_ctl_add_lines(authjs_ctl_add_t *add);
/** Whether httpd reads the file of the configuration, as the survey has it. */
int authjs_ctl_add_is_read(const authjs_ctl_add_t *add, struct json_object *survey);

/* ---- ctl_add_write.c --------------------------------------------------------- */

/** Write what was found out, have httpd try it, and put it back when it is refused.
 * @return an exit code; said on stderr */
int authjs_ctl_add_write(authjs_ctl_add_t *add);

#endif
