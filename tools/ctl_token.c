/* authjsctl token */
#include "ctl.h"

#include "jose/jwt.h"
#include "web/cookie.h"

#include <apr_cstr.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRETS_MAX (64 * 1024)

static apr_array_header_t *lines_of(apr_pool_t *pool, const char *text)
{
    apr_array_header_t *lines = apr_array_make(pool, 4, sizeof(const char *));

    while (*text) {
        apr_size_t len = strcspn(text, "\r\n");

        if (len) {
            APR_ARRAY_PUSH(lines, const char *) = apr_pstrmemdup(pool, text, len);
        }
        text += len + strspn(text + len, "\r\n");
    }
    return lines;
}

/* Of --secret-file, else AUTH_SECRET; NULL when neither is there. */
static int own_secrets(const authjs_ctl_t *ctl, apr_array_header_t **secrets)
{
    const char *path = ctl->value[AUTHJS_OPT_SECRET_FILE], *text, *why;

    *secrets = NULL;
    if (path) {
        why = authjs_ctl_read(&text, ctl->pool, path, SECRETS_MAX);
        if (why) {
            return authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s", why);
        }
        *secrets = lines_of(ctl->pool, text);
    }
    else if (!ctl->value[AUTHJS_OPT_CONFIG] && !ctl->value[AUTHJS_OPT_SITE] &&
             (text = getenv("AUTH_SECRET")) && *text) {
        *secrets = lines_of(ctl->pool, text);
    }
    return AUTHJS_CTL_OK;
}

static int find_keys(const authjs_ctl_t *ctl, apr_array_header_t **secrets,
                     apr_array_header_t **names)
{
    static const char *const members[] = {"secrets", "cookies", NULL};
    const char *name = ctl->value[AUTHJS_OPT_COOKIE_NAME];
    struct json_object *site;
    int code = own_secrets(ctl, secrets);

    if (code) {
        return code;
    }
    *names = apr_array_make(ctl->pool, 2, sizeof(const char *));
    if (!*secrets) {
        code = authjs_ctl_site(ctl, members, &site);
        if (code) {
            return code;
        }
        *secrets = authjs_ctl_strings(ctl->pool, authjs_json_get_array(site, "secrets"));
        *names = authjs_ctl_strings(ctl->pool, authjs_json_get_array(site, "cookies"));
    }
    else {
        APR_ARRAY_PUSH(*names, const char *) = "__Secure-authjs.session-token";
        APR_ARRAY_PUSH(*names, const char *) = "authjs.session-token";
    }
    if (name) {
        apr_array_clear(*names);
        APR_ARRAY_PUSH(*names, const char *) = name;
    }
    return AUTHJS_CTL_OK;
}

/* input: the value itself, or the header that holds it under name. */
static const char *token_in(apr_pool_t *pool, const char *input, const char *name)
{
    if (!apr_cstr_casecmpn(input, "cookie:", 7)) {
        input += 7;
    }
    input += strspn(input, " \t");
    if (strpbrk(input, "=;")) {
        return authjs_cookie_chunks(pool, input, name, strlen(name));
    }
    return input;
}

static const char *decode(const authjs_ctl_t *ctl, const char *input,
                          const apr_array_header_t *secrets, const char *name,
                          struct json_object **claims)
{
    const char *token = token_in(ctl->pool, input, name), *why;
    authjs_keyring_t *keys;

    if (!token) {
        return apr_pstrcat(ctl->pool, "there is no cookie ", name, " in it", NULL);
    }
    why = authjs_keyring_create(&keys, ctl->pool, secrets, name);
    return why ? why
               : authjs_jwt_decode(ctl->pool, keys, token, strlen(token), ctl->now,
                                   claims);
}

int authjs_ctl_token(authjs_ctl_t *ctl)
{
    const char *path = ctl->value[AUTHJS_OPT_FILE];
    apr_array_header_t *secrets, *names;
    struct json_object *claims = NULL;
    const char *input = NULL, *reasons = "", *why;
    int code = find_keys(ctl, &secrets, &names), i;

    if (code) {
        return code;
    }
    if (!secrets->nelts) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE, "there is no secret");
    }
    why = authjs_ctl_read(&input, ctl->pool, path ? path : "-", AUTHJS_JWE_MAX_LEN);
    if (why) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s", why);
    }
    for (i = 0; i < names->nelts && !claims; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        why = decode(ctl, input, secrets, name, &claims);
        if (why) {
            reasons = apr_pstrcat(ctl->pool, reasons, *reasons ? "; " : "", "as ",
                                  authjs_ctl_text(ctl->pool, name), ": ", why, NULL);
        }
    }
    if (!claims) {
        return authjs_ctl_fail(AUTHJS_CTL_FAILED, "not valid, %s", reasons);
    }
    puts(authjs_json_text(ctl->pool, claims));
    return AUTHJS_CTL_OK;
}
