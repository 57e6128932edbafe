/* What stands inside <AuthJSProvider> of an e-mail provider. */
#include "config/directives.h"

#include "mail/template.h"

#define DAY ((apr_int64_t)24 * 3600)
/* Programs for mail show the first hundred kilobytes of one. */
#define TEMPLATE_MAX (100 * 1024)
#define SUBJECT_MAX  200
#define MAX_AGE_MIN  60
#define MAX_AGE_MAX  (30 * DAY)

#define COUNT_MAX 10000

#define MEMBER(type, cmd, mail) ((type *)((char *)(mail) + (apr_size_t)(cmd)->info))

authjs_mail_t *authjs_section_mail(cmd_parms *cmd, void *dir, const char **why)
{
    authjs_provider_t *provider = authjs_section_provider(cmd, dir, why);

    if (provider && !provider->mail) {
        provider->mail = apr_pcalloc(cmd->pool, sizeof(*provider->mail));
    }
    return provider ? provider->mail : NULL;
}

const char *authjs_set_m_string(cmd_parms *cmd, void *dir, const char *text)
{
    const char *why;
    authjs_mail_t *mail = authjs_section_mail(cmd, dir, &why);

    if (!why) {
        *MEMBER(const char *, cmd, mail) = text;
    }
    return why;
}

const char *authjs_set_m_flag(cmd_parms *cmd, void *dir, int on)
{
    const char *why;
    authjs_mail_t *mail = authjs_section_mail(cmd, dir, &why);

    if (!why) {
        *MEMBER(int, cmd, mail) = on;
    }
    return why;
}

const char *authjs_set_m_server(cmd_parms *cmd, void *dir, const char *server,
                                const char *starttls)
{
    const char *why;
    authjs_mail_t *mail = authjs_section_mail(cmd, dir, &why);
    int on = 1;

    if (!why && !*server) {
        why = authjs_refuse(cmd, "must not be empty");
    }
    if (!why && starttls &&
        (ap_cstr_casecmpn(starttls, "starttls=", 9) ||
         authjs_boolean_parse(&on, starttls + 9))) {
        why = authjs_refuse(cmd, "takes an address, and starttls=off behind it");
    }
    if (!why) {
        mail->server = server;
        mail->plain = !on;
    }
    return why;
}

const char *authjs_set_m_max_age(cmd_parms *cmd, void *dir, const char *text)
{
    const char *why;
    authjs_mail_t *mail = authjs_section_mail(cmd, dir, &why);
    apr_int64_t seconds;

    if (why) {
        return why;
    }
    why = authjs_duration_parse(&seconds, text);
    if (!why && (seconds < MAX_AGE_MIN || seconds > MAX_AGE_MAX)) {
        why = "must be between 1m and 30d";
    }
    if (why) {
        return authjs_refuse(cmd, why);
    }
    mail->max_age = seconds;
    return NULL;
}

const char *authjs_set_m_subject(cmd_parms *cmd, void *dir, const char *text)
{
    const char *why;
    authjs_mail_t *mail = authjs_section_mail(cmd, dir, &why);

    if (why) {
        return why;
    }
    if (!authjs_is_line(text, SUBJECT_MAX)) {
        return authjs_refuse(cmd,
                             apr_psprintf(cmd->pool, "must be one line of 1 to %d bytes",
                                          SUBJECT_MAX));
    }
    why = authjs_template_check(cmd->pool, AUTHJS_TEMPLATE_SUBJECT, text);
    mail->subject = text;
    return why ? authjs_refuse(cmd, why) : NULL;
}

static const char *read_template(cmd_parms *cmd, authjs_mail_t *mail, const char *key,
                                 const char *written)
{
    int html = !strcmp(key, "html");
    const char *path = ap_server_root_relative(cmd->pool, written), *text, *why;

    if (!html && strcmp(key, "text")) {
        return "takes text=FILE and html=FILE";
    }
    path = path ? path : written;
    why = authjs_text_file(&text, cmd->pool, cmd->temp_pool, path, TEMPLATE_MAX);
    if (why) {
        return why;
    }
    *(html ? &mail->html : &mail->text) = text;
    why = authjs_template_check(cmd->pool,
                                html ? AUTHJS_TEMPLATE_HTML : AUTHJS_TEMPLATE_TEXT, text);
    return why ? apr_pstrcat(cmd->pool, path, " ", why, NULL) : NULL;
}

const char *authjs_set_m_template(cmd_parms *cmd, void *dir, const char *word)
{
    const char *why, *key, *written;
    authjs_mail_t *mail = authjs_section_mail(cmd, dir, &why);

    if (why) {
        return why;
    }
    why = authjs_pair_split(cmd->pool, word, &key, &written);
    if (!why) {
        why = read_template(cmd, mail, key, written);
    }
    return why ? authjs_refuse(cmd, why) : NULL;
}

/* 3/15m, or off. */
static const char *read_limit(authjs_limit_t *limit, apr_pool_t *pool, const char *value)
{
    static const char why[] = "is a number of mails and a duration, such as 3/15m: 1 to "
                              "10000 in 1s to 1d; or off";
    const char *slash = ap_strchr_c(value, '/');
    apr_int64_t count;

    if (!ap_cstr_casecmp(value, "off")) {
        *limit = (authjs_limit_t){0, 1};
        return NULL;
    }
    if (!slash ||
        authjs_number_parse(&count, pool, apr_pstrmemdup(pool, value, slash - value), 1,
                            COUNT_MAX) ||
        authjs_duration_parse(&limit->seconds, slash + 1) || limit->seconds < 1 ||
        limit->seconds > DAY) {
        return why;
    }
    limit->count = (int)count;
    return NULL;
}

const char *authjs_set_m_limit(cmd_parms *cmd, void *dir, const char *word)
{
    static const char *const keys[] = {"address", "client", "site", NULL};
    const char *why, *key, *value;
    authjs_mail_t *mail = authjs_section_mail(cmd, dir, &why);
    int i;

    if (why) {
        return why;
    }
    why = authjs_pair_split(cmd->temp_pool, word, &key, &value);
    if (why) {
        return authjs_refuse(cmd, why);
    }
    for (i = 0; keys[i] && ap_cstr_casecmp(keys[i], key); i++) {
    }
    if (!keys[i]) {
        return authjs_refuse(cmd, apr_psprintf(cmd->temp_pool,
                                               "has no key %s; the keys are %s", key,
                                               authjs_words_text(cmd->temp_pool, keys)));
    }
    why = read_limit(&mail->limits[i], cmd->temp_pool, value);
    return why ? authjs_refuse(cmd, apr_pstrcat(cmd->temp_pool, key, " ", why, NULL))
               : NULL;
}
