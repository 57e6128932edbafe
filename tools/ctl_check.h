/* What the files of authjsctl check share. */
#ifndef AUTHJS_TOOLS_CTL_CHECK_H
#define AUTHJS_TOOLS_CTL_CHECK_H

#include "ctl.h"

#include <apr_time.h>

typedef enum {
    AUTHJS_FOUND_OK,
    AUTHJS_FOUND_NOTE,
    AUTHJS_FOUND_WARNING,
    AUTHJS_FOUND_ERROR,
    AUTHJS_FOUND_AWAY, /**< an error, too: it could not be reached */
    AUTHJS_FOUND__COUNT
} authjs_found_e;

typedef struct {
    authjs_ctl_t *ctl;
    apr_pool_t *pool;
    struct json_object *survey;
    struct json_object *findings; /**< array of {level, code, site, text} */
    int count[AUTHJS_FOUND__COUNT];
    apr_time_t deadline; /**< of all that goes over the network */
    int knows_clock;     /**< a provider's clock was looked at */
} authjs_ctl_check_t;

/** A site, as httpd tells of it. */
typedef struct {
    authjs_ctl_check_t *check;
    struct json_object *host; /**< of the survey */
    struct json_object *site; /**< the member of host, NULL: it has no provider */
    struct json_object *dump; /**< of DUMP_AUTHJS: has secrets; NULL with site */
    const char *name;         /**< NAME:PORT */
} authjs_ctl_site_t;

/** ctl_found.c: something was found. site: "" for the server as a whole. The text is made
 * harmless for a terminal. */
void authjs_ctl_found(authjs_ctl_check_t *check, authjs_found_e level, const char *code,
                      const char *site, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/** All of it on stdout, as --json says or not. */
void authjs_ctl_print_found(const authjs_ctl_check_t *check);

/** ctl_check_site.c: address, names and cookies of a site. */
void authjs_ctl_check_site(authjs_ctl_site_t *site);

/** ctl_check_section.c: what is protected, and files that others can write. */
void authjs_ctl_check_sections(authjs_ctl_check_t *check);
void authjs_ctl_check_files(authjs_ctl_check_t *check);

/** ctl_check_provider.c: ask a provider for what it says of itself. */
void authjs_ctl_check_provider(authjs_ctl_site_t *site, struct json_object *provider);

/** ctl_check_document.c: hold a discovery document against the configuration.
 * @return the address of its keys, or NULL */
const char *authjs_ctl_check_document(authjs_ctl_site_t *site,
                                      struct json_object *provider,
                                      struct json_object *document);

/** ctl_check_database.c: the database and the mail servers of a site. */
void authjs_ctl_check_database(authjs_ctl_site_t *site);
void authjs_ctl_check_mail(authjs_ctl_site_t *site);

#endif
