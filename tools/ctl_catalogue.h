/* What a provider needs to be switched on, as its definition says. */
#ifndef AUTHJS_TOOLS_CTL_CATALOGUE_H
#define AUTHJS_TOOLS_CTL_CATALOGUE_H

#include "ctl.h"

typedef struct {
    const char *id;
    const char *template_id; /**< NULL: the same */
    const char *name;        /**< for people */
    const char *type;
    const char *page;         /**< of the manual, below docs/; NULL: none is about it */
    const char *register_at;  /**< or NULL */
    int client;               /**< it is registered, and has an id and a secret */
    int no_secret;            /**< but no secret */
    int makes_secret;         /**< of a private key, where none is written */
    int issuer;               /**< its issuer has to be written */
    const char *usual_issuer; /**< that of all tenants, of which one may be written */
    apr_array_header_t *options; /**< const char *: AuthJSOption that has to be written */
    apr_array_header_t *key_options; /**< the same of the secret that is made */
    int key;                         /**< AuthJSOption apiKey */
    int mail_server, mail_from;
    int password_file;
    int store;             /**< an adapter */
    const char *otherwise; /**< it cannot be added like this: what to write */
} authjs_ctl_needs_t;

/**
 * What a provider needs.
 * @param files definitions of AuthJSProviderFile, by id; may be NULL
 * @param template_id NULL: as id
 * @return 0: there is no such definition
 */
int authjs_ctl_needs(authjs_ctl_needs_t *needs, apr_pool_t *pool,
                     struct json_object *files, const char *id, const char *template_id);

/** All built-in ids, in their order: call with 0, 1, ... until NULL. */
const char *authjs_ctl_catalogue_id(int index);

/** The variable AUTH_<ID>_<SUFFIX>. In pool. */
const char *authjs_ctl_variable(apr_pool_t *pool, const char *id, const char *suffix);

#endif
