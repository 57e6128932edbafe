/* Callbacks and events: Auth.js's moments, its parameters, and what an answer means. How
 * an answer is found is a runner's matter (mod_authjs.h). */
#ifndef AUTHJS_CALLBACKS_CALLBACKS_H
#define AUTHJS_CALLBACKS_CALLBACKS_H

#include "site/site.h"
#include "http/exchange.h"
#include "mod_authjs.h"

typedef struct authjs_own_runner_t authjs_own_runner_t; /* callbacks/runners.h */

/** A runner with what it was told in the configuration. */
typedef struct {
    const authjs_runner_t *runner;
    const authjs_own_runner_t *own; /**< the same; NULL: of another module */
    void *instance;
    const char *name; /**< of the runner, for logs */
} authjs_bound_t;

/**
 * Bind the words of AuthJSCallback (after the callback's name), AuthJSEvent or
 * AuthJSAuthorize to a runner.
 * @param htaccess 1: the words stand in a .htaccess file, pconf is the request's pool
 * @return NULL, or what to write.
 */
const char *authjs_bind(authjs_bound_t *bound, apr_pool_t *pconf, apr_pool_t *ptemp,
                        server_rec *s, const char *name, int argc,
                        const char *const *words, int htaccess);

/** Bind what was written for a site. NULL, or what to write.
 * @param callbacks authjs_written_callback_t of AuthJSCallback; may be NULL
 * @param events of AuthJSEvent; may be NULL */
const char *authjs_callbacks_bind(authjs_site_t *site, apr_pool_t *pconf,
                                  apr_pool_t *ptemp, const apr_array_header_t *callbacks,
                                  const apr_array_header_t *events);
/** In each child. */
void authjs_callbacks_child_init(apr_pool_t *pchild, server_rec *s);

/** Whether anything answers to this callback here: a runner, or a hook of a C module.
 * Costs nothing. */
int authjs_has_callback(const authjs_site_t *site, authjs_callback_e which);

/** One runner's answer, as it gave it. params: Auth.js's parameters. */
void authjs_run(const authjs_bound_t *bound, authjs_callback_t *call);

/** The answer of the first hook of a C module that gives one, or NULL: for callbacks
 * whose runners are asked elsewhere (authorized). */
authjs_callback_t *authjs_ask_hooks(request_rec *r, const char *name,
                                    struct json_object *params);

/* ---- callbacks: what the answers mean, as docs/callbacks.md has it ---------------- */

/**
 * May this person sign in? All runners are asked in order; the first refusal ends it.
 * @param redirect *redirect: an absolute URL to go to instead, without a session; or NULL
 * @return AccessDenied when one says no, fails, or answers nothing.
 */
const authjs_error_t *authjs_callback_sign_in(authjs_exchange_t *x,
                                              struct json_object *params,
                                              const char **redirect);
/**
 * May this request be answered here? As signIn; an answer is no more than a further
 * condition: Require still counts.
 * @param list authjs_bound_t, of the directory; may be NULL
 * @param redirect *redirect: when not, where to go; NULL: nowhere in particular
 */
int authjs_callback_authorized(request_rec *r, const authjs_site_t *site,
                               const apr_array_header_t *list, struct json_object *params,
                               const char *origin, const char **redirect);
/** Where a URL that someone asked for leads: the first runner that answers with an
 * absolute http or https URL; one that fails or answers anything else: the start page,
 * logged. NULL: nobody said (the default rule decides). In r->pool. */
const char *authjs_callback_redirect(request_rec *r, const authjs_site_t *site,
                                     const char *url, const char *base_url);
/** Where to go for a URL: as authjs_callback_redirect, else the default rule (our origin,
 * AuthJSRedirectAllow, or the base URL). */
const char *authjs_callback_target(request_rec *r, const authjs_site_t *site,
                                   const char *url, const char *origin);

/** Run generateVerificationToken or normalizeIdentifier: the first runner that has an
 * answer.
 * @param text *text: what it answered, in x->pool; NULL: nobody did
 * @return 0; 1 when it failed, or its answer is no text: logged */
int authjs_callback_text(authjs_exchange_t *x, authjs_callback_e which,
                         struct json_object *params, const char **text);

/** What an object callback (jwt, session) made of the object. */
typedef enum {
    AUTHJS_UNASKED,   /**< nobody answered: the default rule, *object is as it was */
    AUTHJS_OBJECT,    /**< *object is what goes on; of session any JSON but null */
    AUTHJS_NO_OBJECT, /**< null: there is to be none */
    AUTHJS_NO_ANSWER, /**< undefined */
    AUTHJS_THREW      /**< logged; also for an answer that no token can hold */
} authjs_object_e;
/**
 * Run jwt or session: each runner is given what the one before returned, in params: as
 * token, as session.
 * @param object in: the object to begin with; out: the last one
 */
authjs_object_e authjs_callback_object(request_rec *r, const authjs_site_t *site,
                                       authjs_callback_e which,
                                       struct json_object *params,
                                       struct json_object **object);

/** By what a service's answer to the callback session is kept and found again: as long as
 * no callback has changed anything, what was read in the token says all of the question.
 */
typedef struct {
    const struct json_object *session; /**< as session is given it; NULL: not made yet */
    const char *claims;                /**< their text */
    int refresh_failed;                /**< AuthJSRefresh */
} authjs_session_question_t;

/** The same on a protected request: the answer may be the one that was given to the same
 * question a while ago.
 * @param question NULL: params are all there is */
authjs_object_e
authjs_callback_object_protected(request_rec *r, const authjs_site_t *site,
                                 authjs_callback_e which, struct json_object *params,
                                 const authjs_session_question_t *question,
                                 struct json_object **object);
/** The question that is asked just now; NULL: none. For runners. */
const authjs_session_question_t *authjs_callback_question(request_rec *r);

/* ---- events: docs/events.md ------------------------------------------------------- */

/** Whether anybody wants to hear of it. */
int authjs_has_event(const authjs_site_t *site, authjs_event_e which);
/** Tell everybody, without tokens and secrets unless AuthJSEventDetail is full. What
 * fails is logged as EventError and changes nothing. Ask
 * authjs_has_event before params are made. */
void authjs_event(request_rec *r, const authjs_site_t *site, authjs_event_e which,
                  struct json_object *params);

#endif
