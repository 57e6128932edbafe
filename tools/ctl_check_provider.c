/* authjsctl check: a provider is asked for its document and its keys, within the limits
 * of the site. What it answers is somebody else's text. */
#include "ctl_check.h"
#include "ctl_limits.h"

#include "jose/jwk.h"
#include "jose/jws.h"
#include "web/issuer.h"
#include "web/url.h"

#include <string.h>

/* A clock that is off by as much as that will soon be off by more. */
#define CLOCK_ODD 10

/* A provider, and what it was asked last. */
typedef struct {
    authjs_ctl_site_t *site;
    struct json_object *provider;
    const char *id;
    authjs_http_limits_t limits;
    CURL *curl;
    authjs_client_response_t *response;
} asking_t;

#define FOUND(in, level, code, ...)                                                      \
    authjs_ctl_found((in)->site->check, level, code, (in)->site->name, __VA_ARGS__)

static const char *written(const asking_t *in, const char *key)
{
    return authjs_json_get_string(in->provider, key);
}

/* A query may have a key in it. */
static const char *address(const asking_t *in, const char *url)
{
    return authjs_printable(
        in->site->check->pool,
        apr_pstrmemdup(in->site->check->pool, url, strcspn(url, "?#")), 300);
}

/* ---- the clock --------------------------------------------------------------- */

/* Once for all: the first that says what time it is. */
static void check_clock(const asking_t *in)
{
    apr_int64_t off = apr_time_sec(apr_time_now() - in->response->date);
    apr_int64_t size = off < 0 ? -off : off;

    if (!in->response->date || in->site->check->knows_clock) {
        return;
    }
    in->site->check->knows_clock = 1;
    if (size <= CLOCK_ODD) {
        return;
    }
    FOUND(in,
          size > AUTHJS_ID_TOKEN_TOLERANCE ? AUTHJS_FOUND_ERROR : AUTHJS_FOUND_WARNING,
          "clock",
          "the clock of this machine is %" APR_INT64_T_FMT " seconds %s that of provider "
          "%s%s; set it, or have NTP do so",
          size, off < 0 ? "behind" : "ahead of", in->id,
          size > AUTHJS_ID_TOKEN_TOLERANCE ? ", more than its tokens may differ" : "");
}

/* ---- one request ------------------------------------------------------------- */

/* @return 1: an answer came */
static int ask(asking_t *in, const char *url, const char *what)
{
    static const char *const headers[] = {"Accept: application/json", NULL};
    authjs_client_request_t request = {.method = "GET", .url = url, .headers = headers};
    const char *decides = written(in, "issuer"), *why;

    decides = decides ? decides : written(in, "token");
    request.allow_http = decides && !strncmp(decides, "http:", 5);
    curl_easy_reset(in->curl);
    why = authjs_transfer(in->curl, in->site->check->pool, &in->limits,
                          in->site->check->deadline, &request, &in->response);
    if (why) {
        FOUND(in,
              in->response->outcome == AUTHJS_CLIENT_REFUSED ? AUTHJS_FOUND_ERROR
                                                             : AUTHJS_FOUND_AWAY,
              what, "provider %s: %s (GET %s)", in->id, why, address(in, url));
    }
    return !why;
}

/* A JSON object, said if it is none. */
static struct json_object *ask_object(asking_t *in, const char *url, const char *what)
{
    struct json_object *object = NULL;
    const char *why;

    if (!ask(in, url, what)) {
        return NULL;
    }
    check_clock(in);
    if (in->response->status != 200) {
        FOUND(in, in->response->status >= 500 ? AUTHJS_FOUND_AWAY : AUTHJS_FOUND_ERROR,
              what, "provider %s: it answers with status %ld (GET %s)%s", in->id,
              in->response->status, address(in, url),
              in->response->status >= 300 && in->response->status < 400
                  ? "; redirects are not followed: write the address that it leads to"
                  : "");
        return NULL;
    }
    why = authjs_json_parse_object(&object, in->site->check->pool, in->response->body,
                                   in->response->body_len);
    if (why) {
        FOUND(in, AUTHJS_FOUND_ERROR, what,
              "provider %s: it answers with something else than a JSON object (%s; GET "
              "%s)",
              in->id, why, address(in, url));
    }
    return why ? NULL : object;
}

/* ---- what is asked ----------------------------------------------------------- */

static void check_keys(asking_t *in, const char *url)
{
    apr_pool_t *pool = in->site->check->pool;
    struct json_object *set = ask_object(in, url, "keys");
    authjs_jwks_t *jwks;
    const char *why;

    if (!set) {
        return;
    }
    why = authjs_jwks_parse(&jwks, pool, set);
    if (!why && !authjs_jwks_count(jwks)) {
        why = "there is no key in it that could verify an id_token";
    }
    if (why) {
        FOUND(in, AUTHJS_FOUND_ERROR, "keys", "provider %s: %s (GET %s)", in->id, why,
              address(in, url));
        return;
    }
    FOUND(in, AUTHJS_FOUND_OK, "keys", "provider %s: %d keys at %s", in->id,
          authjs_jwks_count(jwks), address(in, url));
}

static int needs_document(const asking_t *in)
{
    int oidc = json_object_get_boolean(authjs_json_get(in->provider, "oidc"));
    int userinfo = json_object_get_boolean(authjs_json_get(in->provider, "userinfoUsed"));

    return written(in, "issuer") &&
           (!written(in, "authorization") || !written(in, "token") ||
            (oidc && !written(in, "jwks")) || (userinfo && !written(in, "userinfo")));
}

static void check_with_document(asking_t *in)
{
    const char *url = written(in, "discovery"), *keys;
    struct json_object *document;

    if (!url) {
        url = authjs_issuer_document(in->site->check->pool, written(in, "issuer"));
    }
    document = ask_object(in, url, "discovery");
    if (!document) {
        return;
    }
    FOUND(in, AUTHJS_FOUND_OK, "discovery", "provider %s: %s was read", in->id,
          address(in, url));
    keys = authjs_ctl_check_document(in->site, in->provider, document);
    if (keys) {
        check_keys(in, keys);
    }
}

/* Whatever a token endpoint says to a GET: it is there. Places in an address are filled
 * in by a request that signs somebody in. */
static void check_without_document(asking_t *in)
{
    const char *url = written(in, "token");

    if (url && !strchr(url, '{') && ask(in, url, "token-endpoint")) {
        check_clock(in);
        if (in->response->status >= 500) {
            FOUND(in, AUTHJS_FOUND_NOTE, "token-endpoint",
                  "provider %s: its token endpoint answers a GET with status %ld (%s)",
                  in->id, in->response->status, address(in, url));
            return;
        }
        FOUND(in, AUTHJS_FOUND_OK, "token-endpoint", "provider %s: %s answers", in->id,
              address(in, url));
    }
    if (written(in, "jwks")) {
        check_keys(in, written(in, "jwks"));
    }
}

void authjs_ctl_check_provider(authjs_ctl_site_t *site, struct json_object *provider)
{
    asking_t in = {.site = site, .provider = provider};

    in.id = authjs_json_get_string(provider, "id");
    in.curl = curl_easy_init();
    if (!in.curl) {
        return;
    }
    authjs_ctl_limits(&in.limits, authjs_json_get_object(site->dump, "http"));
    if (needs_document(&in)) {
        check_with_document(&in);
    }
    else {
        check_without_document(&in);
    }
    curl_easy_cleanup(in.curl);
    curl_slist_free_all(in.limits.resolve);
}
