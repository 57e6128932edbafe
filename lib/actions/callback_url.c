#include "actions/action.h"

#include "callbacks/callbacks.h"
#include "http/asker.h"
#include "settings/settings.h"
#include "web/url.h"

/* A member of the JSON body that is no string is a callbackUrl that cannot be used, not
 * an absent one. */
static const char *from_body(const authjs_exchange_t *x)
{
    const char *value = authjs_exchange_field(x, "callbackUrl");

    if (!value && x->json && json_object_is_type(x->json, json_type_object) &&
        authjs_json_get(x->json, "callbackUrl")) {
        return ":";
    }
    return value;
}

/* What the callback redirect says of a URL that somebody asked for, or NULL: the default
 * rule decides. What no URL can be it is not asked about. */
static const char *ask_redirect(const authjs_exchange_t *x, const char *value)
{
    if (!value || !*value || strlen(value) > AUTHJS_URL_MAX_LEN ||
        !authjs_url_is_plain(value) ||
        !authjs_has_callback(x->site, AUTHJS_CALLBACK_redirect)) {
        return NULL;
    }
    return authjs_callback_redirect(x->r, x->site, value, x->origin);
}

static const char *decide(authjs_exchange_t *x, const char *value)
{
    const char *url = ask_redirect(x, value);
    int usable = 1;

    if (!url) {
        url = authjs_url_decide(x->pool, x->origin, x->site->redirect_allow, value,
                                &usable);
    }
    if (!usable) {
        url = x->home;
    }
    if (value && !usable) {
        authjs_log_error(x->r,
                         authjs_error(x->pool, AUTHJS_ERR_InvalidCallbackUrl,
                                      "the callback URL leads elsewhere or is none: "
                                      "the base URL takes its place"));
    }
    return url;
}

/* Of several cookies the first that leads somewhere here. */
static const char *from_cookies(const authjs_exchange_t *x)
{
    const apr_array_header_t *all =
        authjs_exchange_cookies(x, AUTHJS_COOKIE_CALLBACK_URL);
    int i;

    for (i = 0; all->nelts > 1 && i < all->nelts; i++) {
        const char *value = APR_ARRAY_IDX(all, i, const char *);
        int usable;

        authjs_url_decide(x->pool, x->origin, x->site->redirect_allow, value, &usable);
        if (usable) {
            return value;
        }
    }
    return all->nelts ? APR_ARRAY_IDX(all, 0, const char *) : NULL;
}

void authjs_callback_url_begin(authjs_exchange_t *x, const char *target)
{
    const char *cookie = from_cookies(x);
    const char *value = from_body(x);

    if (!value) {
        value = authjs_exchange_query(x, "callbackUrl");
    }
    if (!value && target) {
        value = authjs_exchange_query(x, target);
    }
    if (!value && (x->refused == HTTP_UNAUTHORIZED || x->refused == HTTP_FORBIDDEN)) {
        value = authjs_way_back(authjs_request(x->r));
    }
    if (!value || !*value) {
        value = cookie;
    }
    if (value && strlen(value) <= AUTHJS_URL_MAX_LEN) {
        value = authjs_url_escape_blanks(x->pool, value);
    }
    x->callback_url = decide(x, value);
    if (!cookie || strcmp(cookie, x->callback_url)) {
        authjs_exchange_set_cookie(x, AUTHJS_COOKIE_CALLBACK_URL, x->callback_url, 0);
    }
}
