#include "callbacks/http_service.h"

#include "callbacks/runners.h"
#include "settings/settings.h"
#include "web/url.h"

#define EVENT_MS   1000
#define LONGEST_MS 60000

typedef struct {
    const char *secret, *timeout, *onfail;
} words_t;

/* What was written may be the secret without its name: no message repeats it. */
static const char *read_words(words_t *words, apr_pool_t *pool, int argc,
                              const char *const *argv)
{
    int i;

    for (i = 1; i < argc; i++) {
        const char **value = !strncasecmp(argv[i], "secret=", 7)    ? &words->secret
                             : !strncasecmp(argv[i], "timeout=", 8) ? &words->timeout
                             : !strncasecmp(argv[i], "onfail=", 7)  ? &words->onfail
                                                                    : NULL;

        if (!value) {
            return apr_psprintf(
                pool,
                "word %d behind the URL is neither secret= nor timeout= nor onfail=", i);
        }
        if (*value) {
            return apr_psprintf(pool, "%.*s is there twice", (int)strcspn(argv[i], "="),
                                argv[i]);
        }
        *value = strchr(argv[i], '=') + 1;
    }
    return NULL;
}

static const char *read_url(authjs_service_t *service, apr_pool_t *pool, const char *text)
{
    authjs_url_t url;
    const char *why = authjs_url_parse(&url, pool, text);

    if (!why && url.has_fragment) {
        why = "the URL has a fragment";
    }
    if (why) {
        return why;
    }
    service->url = text;
    service->allow_http = !strcmp(url.scheme, "http");
    return service->allow_http && !authjs_url_is_loopback(url.host)
               ? "names, addresses and tokens would travel unencrypted; http is for this "
                 "machine alone (127.0.0.1, localhost): write https"
               : NULL;
}

static const char *read_secret(authjs_service_t *service, apr_pool_t *pool,
                               const char *written)
{
    const char *why;

    if (!written) {
        return "a service needs secret=env:NAME, secret=file:PATH or secret=exec:PROGRAM: "
               "what is sent is signed with it, so that the service can tell who asks";
    }
    why = authjs_secret_resolve(&service->secret, pool, written);
    if (!why && strlen(service->secret) < AUTHJS_SECRET_MIN) {
        why = "the secret is shorter than 32 bytes; make one with \"openssl rand -base64 "
              "33\"";
    }
    return why ? apr_pstrcat(pool, "secret: ", why, NULL) : NULL;
}

static const char *read_timeout(authjs_service_t *service, apr_pool_t *pool,
                                const char *text, int is_event)
{
    const char *why;

    service->timeout_ms = is_event ? EVENT_MS : 0;
    if (!text) {
        return NULL;
    }
    why = authjs_duration_parse_ms(&service->timeout_ms, text);
    if (!why && (service->timeout_ms < 1 || service->timeout_ms > LONGEST_MS)) {
        why = "write 1ms to 60s";
    }
    return why ? apr_pstrcat(pool, "timeout: ", why, NULL) : NULL;
}

/* The others refuse whatever is written, and an event changes nothing. */
static const char *read_onfail(authjs_service_t *service, const char *text,
                               const char *name)
{
    if (!text) {
        return NULL;
    }
    if (strcmp(name, "jwt") && strcmp(name, "session")) {
        return "onfail= is for jwt and session";
    }
    service->refuses = !strcasecmp(text, "refuse");
    return service->refuses || !strcasecmp(text, "keep") ? NULL
                                                         : "onfail: write keep or refuse";
}

const char *authjs_service_read(authjs_service_t **service, apr_pool_t *pool, int argc,
                                const char *const *words, const char *name)
{
    authjs_service_t *made = apr_pcalloc(pool, sizeof(*made));
    words_t given = {0};
    const char *why;

    if ((why = read_words(&given, pool, argc, words)) ||
        (why = read_url(made, pool, words[0])) ||
        (why = read_secret(made, pool, given.secret)) ||
        (why = read_timeout(made, pool, given.timeout,
                            authjs_event_short_name(name) != NULL)) ||
        (why = read_onfail(made, given.onfail, name))) {
        return why;
    }
    made->identity =
        authjs_sha256_hex(pool, apr_pstrcat(pool, made->url, "\n", made->secret, NULL));
    if (!made->identity) {
        return "OpenSSL failed";
    }
    *service = made;
    return NULL;
}
