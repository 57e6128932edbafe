/* Named parts, put together to a text that tells one thing from others: what a provider
 * is, and who may sign in with it (startup/identity.c). */
#ifndef AUTHJS_SITE_PARTS_H
#define AUTHJS_SITE_PARTS_H

#include "authjs.h"

typedef struct authjs_parts_t authjs_parts_t;

authjs_parts_t *authjs_parts_make(apr_pool_t *pool);
/** Of the parts; what is made in it lives as long as they do. */
apr_pool_t *authjs_parts_pool(const authjs_parts_t *parts);
/** Add a part; none for a value of NULL. No two lists of parts read alike. */
void authjs_parts_add(authjs_parts_t *parts, const char *name, const char *value);
/** Add the name and port of a virtual host, for what may differ from host to host in a
 * way that nothing here can see. */
void authjs_parts_add_host(authjs_parts_t *parts, const server_rec *s);
/** All parts as one text, in their pool. */
const char *authjs_parts_text(const authjs_parts_t *parts);

/** The first bytes of a text's SHA-256 in base64url; NULL when OpenSSL fails. */
const char *authjs_parts_hash(apr_pool_t *pool, const char *text, apr_size_t bytes);

/** Whether a runner (the first word of AuthJSCallback, AuthJSAuthorize) could say
 * something else in another host: scripts and services are told nothing of it, other
 * modules' runners may have directives of their own. */
int authjs_runner_may_differ(const char *runner);

#endif
