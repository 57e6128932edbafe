#include "providers/email_limit.h"

#include "http/cache.h"
#include "site/mail.h"
#include "web/address.h"

#define MINUTE ((apr_int64_t)60)
/* Seconds, when nothing can be counted. */
#define LATER 60

/* docs/directives.md. An address: whoever waits for a mail asks for it once or twice
 * more; what anybody can do to its owner is few mails, and few minutes without one. A
 * client may be an office. */
static const authjs_limit_t usual[AUTHJS_LIMIT__COUNT] = {
    {3, 15 * MINUTE}, {30, 15 * MINUTE}, {2000, 10 * MINUTE}};

static const char *const purposes[AUTHJS_LIMIT__COUNT] = {"mail address", "mail client",
                                                          "mail site"};

const char *authjs_mail_counted(const authjs_exchange_t *x, const char *what)
{
    return apr_pstrcat(x->pool, x->site->secret_string, "\n", what, NULL);
}

const char *authjs_mail_client(const authjs_exchange_t *x)
{
    return authjs_network(x->pool, x->r->useragent_ip);
}

/* Of the many spellings that reach one mailbox at usual servers one: without what is
 * behind a plus, without dots, with the domain in ASCII. */
static const char *mailbox_of(const authjs_exchange_t *x, const char *address)
{
    const char *ascii, *at, *c;
    char *mailbox, *end;

    if (authjs_address_ascii(&ascii, x->pool, address)) {
        return address;
    }
    at = ap_strchr_c(ascii, '@');
    mailbox = end = apr_pstrdup(x->pool, ascii);
    for (c = ascii; c < at && (*c != '+' || c == ascii); c++) {
        if (*c != '.') {
            *end++ = *c;
        }
    }
    memcpy(end, at, strlen(at) + 1);
    ap_str_tolower(mailbox);
    return mailbox;
}

static authjs_places_t places_of(const authjs_exchange_t *x, authjs_limit_e which,
                                 const char *what)
{
    const authjs_limit_t *limit = &x->provider->mail->limits[which];
    authjs_places_t places = {0};

    limit = limit->seconds ? limit : &usual[which];
    places.purpose = purposes[which];
    places.name = authjs_mail_counted(x, what);
    places.count = limit->count;
    places.ttl = limit->seconds;
    return places;
}

/* One that is full says who asks too much: in front of what could be a proxy's address,
 * how to tell clients apart. */
static const char *full(const authjs_exchange_t *x, authjs_limit_e which)
{
    switch (which) {
    case AUTHJS_LIMIT_ADDRESS:
        return "the address has been sent as many as it may get";
    case AUTHJS_LIMIT_CLIENT:
        return apr_pstrcat(x->pool, "the client ", authjs_mail_client(x),
                           " has asked for as many as it may (if that is a proxy, "
                           "mod_remoteip tells clients apart)",
                           NULL);
    default:
        return "this site has sent as many as it may";
    }
}

const authjs_error_t *authjs_mail_limit(authjs_exchange_t *x, const char *address)
{
    const char *const what[] = {mailbox_of(x, address), authjs_mail_client(x), ""};
    authjs_places_t places[AUTHJS_LIMIT__COUNT];
    int taken[AUTHJS_LIMIT__COUNT], i;
    const char *why = NULL;
    apr_int64_t until, latest = x->now + 1;
    apr_status_t rv;

    for (i = 0; i < AUTHJS_LIMIT__COUNT; i++) {
        taken[i] = -1;
        places[i] = places_of(x, i, what[i]);
        /* Off; and who asks on for too much does not walk through a site's many. */
        if (!places[i].count || (why && i == AUTHJS_LIMIT_SITE)) {
            continue;
        }
        rv = authjs_places_take(x->site->cache, x->pool, &places[i], &taken[i], &until);
        if (rv != APR_SUCCESS) {
            taken[i] = -1;
            until = rv == APR_EEXIST ? until : x->now + LATER;
            latest = until > latest ? until : latest;
            why = why                ? why
                  : rv == APR_EEXIST ? full(x, i)
                                     : "mails cannot be counted, so that none is sent";
        }
    }
    if (!why) {
        return NULL;
    }
    for (i = 0; i < AUTHJS_LIMIT__COUNT; i++) {
        if (taken[i] >= 0) {
            authjs_places_leave(x->site->cache, x->pool, &places[i], taken[i]);
        }
    }
    x->retry_after = latest - x->now;
    return authjs_error(x->pool, AUTHJS_ERR_EmailLimit,
                        "provider %s: no mail is sent for %" APR_INT64_T_FMT " s: %s",
                        x->provider->id, x->retry_after, why);
}
