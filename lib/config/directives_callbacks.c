/* The directives of callbacks and events. */
#include "callbacks/callbacks.h"
#include "callbacks/expr.h"
#include "config/directives.h"

#define IN_DIRECTORIES (NOT_IN_DIR_CONTEXT | NOT_IN_HTACCESS)

/* httpd has no other way to tell. */
static int is_htaccess(const cmd_parms *cmd)
{
    return cmd->pool == cmd->temp_pool;
}

/* Which of the names the first word is; a second one has to follow it. */
static const char *find_name(int *which, cmd_parms *cmd, const char *const *names,
                             int argc, char *const argv[])
{
    const char *meant;

    for (*which = 0; argc > 1 && names[*which]; ++*which) {
        if (!ap_cstr_casecmp(names[*which], argv[0])) {
            return NULL;
        }
    }
    meant = argc > 1 ? authjs_did_you_mean_word(cmd->pool, names, argv[0]) : NULL;
    return authjs_refuse(
        cmd, apr_pstrcat(cmd->pool, "takes one of ", authjs_words_text(cmd->pool, names),
                         ", and behind it what to run, such as lua:FILE", meant, NULL));
}

/* To be bound when the site is built: then all that it names is known. */
static void add_written(cmd_parms *cmd, apr_array_header_t **list, int which,
                        const char *name, int argc, char *const argv[])
{
    authjs_written_callback_t *written;

    if (!*list) {
        *list = apr_array_make(cmd->pool, 4, sizeof(*written));
    }
    written = apr_array_push(*list);
    written->which = which;
    written->name = name;
    written->argc = argc - 1;
    written->argv = apr_pmemdup(cmd->pool, argv + 1, (argc - 1) * sizeof(*argv));
}

/* A secret may come from a file that stands further up: of this host, else of the server.
 * In .htaccess, which is read while others are, nothing takes one. */
static const char *bind_now(authjs_bound_t *bound, cmd_parms *cmd, const char *name,
                            int argc, const char *const *words)
{
    const apr_array_header_t *files = authjs_server_config(cmd->server)->env_files;
    const char *why;
    void *servers;

    if (is_htaccess(cmd)) {
        return authjs_bind(bound, cmd->pool, cmd->temp_pool, cmd->server, name, argc,
                           words, 1);
    }
    apr_pool_userdata_get(&servers, AUTHJS_SERVERS_ENV_FILES, cmd->pool);
    authjs_env_use(files ? files : servers);
    why =
        authjs_bind(bound, cmd->pool, cmd->temp_pool, cmd->server, name, argc, words, 0);
    authjs_env_use(NULL);
    return why;
}

/* A directory has no other moment. */
static const char *add_authorized(cmd_parms *cmd, authjs_dir_config_t *dir, int argc,
                                  char *const argv[])
{
    authjs_bound_t *bound = apr_pcalloc(cmd->pool, sizeof(*bound));
    const char *const *words =
        apr_pmemdup(cmd->pool, argv + 1, (argc - 1) * sizeof(*argv));
    const char *why =
        bind_now(bound, cmd, authjs_callback_names[AUTHJS_CALLBACK_authorized], argc - 1,
                 words);

    if (why) {
        return authjs_refuse(cmd, apr_pstrcat(cmd->pool, "authorized: ", why, NULL));
    }
    if (!dir->authorized) {
        dir->authorized = apr_array_make(cmd->pool, 2, sizeof(*bound));
    }
    APR_ARRAY_PUSH(dir->authorized, authjs_bound_t) = *bound;
    return NULL;
}

const char *authjs_set_callback(cmd_parms *cmd, void *dir_conf, int argc,
                                char *const argv[])
{
    authjs_server_config_t *conf = authjs_server_config(cmd->server);
    authjs_dir_config_t *dir = dir_conf;
    int which;
    const char *why = find_name(&which, cmd, authjs_callback_names, argc, argv);

    if (!why && dir->section) {
        why = authjs_refuse(cmd, "is of the site; write it outside of <AuthJSProvider>");
    }
    if (!why && which == AUTHJS_CALLBACK_authorized) {
        return add_authorized(cmd, dir, argc, argv);
    }
    if (!why && ap_check_cmd_context(cmd, IN_DIRECTORIES)) {
        why = authjs_refuse(cmd, "a directory has the callback authorized alone; the "
                                 "others are of the server or virtual host");
    }
    if (!why) {
        add_written(cmd, &conf->callbacks, which, authjs_callback_names[which], argc,
                    argv);
    }
    return why;
}

const char *authjs_set_event(cmd_parms *cmd, void *dir, int argc, char *const argv[])
{
    authjs_server_config_t *conf = authjs_server_config(cmd->server);
    const char *why;
    int which;

    (void)dir;
    if (argc > 1 && !strcmp(argv[0], "*")) {
        for (which = 0; authjs_event_short_names[which]; which++) {
            add_written(cmd, &conf->events, which, authjs_event_short_names[which], argc,
                        argv);
        }
        return NULL;
    }
    why = find_name(&which, cmd, authjs_event_short_names, argc, argv);
    if (!why) {
        add_written(cmd, &conf->events, which, authjs_event_short_names[which], argc,
                    argv);
    }
    return why;
}

const char *authjs_set_event_detail(cmd_parms *cmd, void *dir, const char *detail)
{
    authjs_server_config_t *conf = authjs_server_config(cmd->server);

    (void)dir;
    if (ap_cstr_casecmp(detail, "normal") && ap_cstr_casecmp(detail, "full")) {
        return authjs_refuse(cmd, "takes normal or full");
    }
    conf->event_detail = !ap_cstr_casecmp(detail, "full");
    return NULL;
}

const char *authjs_set_log_user(cmd_parms *cmd, void *dir, const char *what)
{
    authjs_server_config_t *conf = authjs_server_config(cmd->server);

    (void)dir;
    if (ap_cstr_casecmp(what, "id") && ap_cstr_casecmp(what, "full")) {
        return authjs_refuse(cmd, "takes id or full");
    }
    conf->log_user = !ap_cstr_casecmp(what, "full");
    return NULL;
}

const char *authjs_set_p_authorize(cmd_parms *cmd, void *dir_conf, int argc,
                                   char *const argv[])
{
    authjs_provider_t *provider = ((authjs_dir_config_t *)dir_conf)->section;
    authjs_bound_t *bound = apr_pcalloc(cmd->pool, sizeof(*bound));
    const char *why;

    if (!provider || argc < 1 || provider->authorize) {
        return authjs_refuse(cmd, provider
                                      ? "takes what to run, such as lua:FILE, and may "
                                        "only stand here once"
                                      : "may only stand inside an <AuthJSProvider> "
                                        "section");
    }
    why = bind_now(bound, cmd, "authorize", argc,
                   apr_pmemdup(cmd->pool, argv, argc * sizeof(*argv)));
    if (why) {
        return authjs_refuse(cmd, why);
    }
    provider->authorize = bound;
    return NULL;
}

/* ---- AuthJSToken, AuthJSSessionField --------------------------------------------- */

/* The last that was written for a callback, or NULL. */
static authjs_written_callback_t *last_written(apr_array_header_t *list, int which)
{
    int i;

    for (i = list ? list->nelts - 1 : -1; i >= 0; i--) {
        authjs_written_callback_t *one =
            &APR_ARRAY_IDX(list, i, authjs_written_callback_t);

        if (one->which == which) {
            return one;
        }
    }
    return NULL;
}

/* Lines that follow one another are one runner: the object is copied once. */
static void add_member(cmd_parms *cmd, apr_array_header_t **list, int which,
                       const char *name, const char *value)
{
    authjs_written_callback_t *last = last_written(*list, which);
    const char **words;

    if (!last || strcmp(last->argv[0], AUTHJS_EXPR_MEMBERS)) {
        char *const first[] = {NULL, apr_pstrdup(cmd->pool, AUTHJS_EXPR_MEMBERS)};

        add_written(cmd, list, which, authjs_callback_names[which], 2, first);
        last = last_written(*list, which);
    }
    words = apr_palloc(cmd->pool, (last->argc + 2) * sizeof(*words));
    memcpy(words, last->argv, last->argc * sizeof(*words));
    words[last->argc] = name;
    words[last->argc + 1] = value ? value : "";
    last->argv = words;
    last->argc += 2;
}

static const char *set_member(cmd_parms *cmd, const authjs_dir_config_t *dir, int which,
                              const char *name, const char *value)
{
    authjs_server_config_t *conf = authjs_server_config(cmd->server);
    authjs_expr_member_t *member;
    const char *why;

    if (dir->section) {
        return authjs_refuse(cmd, "is of the site; write it outside of <AuthJSProvider>");
    }
    why = ap_check_cmd_context(cmd, IN_DIRECTORIES);
    if (why) {
        return why;
    }
    why = authjs_expr_member_read(&member, cmd->temp_pool, cmd->temp_pool,
                                  authjs_callback_names[which], name, value);
    if (why) {
        return authjs_refuse(cmd, why);
    }
    add_member(cmd, &conf->callbacks, which, name, value);
    return NULL;
}

/* In a section the token endpoint, which AuthJSTokenURL is for and which was written so
 * before it. */
static const char *set_token_url(cmd_parms *cmd, void *dir, const char *url,
                                 const char *value)
{
    const char *why = value ? authjs_refuse(cmd, "takes a name and an expression outside "
                                                 "of <AuthJSProvider> alone")
                            : authjs_set_p_url(cmd, dir, url);

    return why ? apr_pstrcat(cmd->pool, why,
                             "; inside, the token endpoint is AuthJSTokenURL", NULL)
               : NULL;
}

const char *authjs_set_token(cmd_parms *cmd, void *dir_conf, const char *name,
                             const char *value)
{
    authjs_dir_config_t *dir = dir_conf;

    if (dir->section) {
        return set_token_url(cmd, dir, name, value);
    }
    if (!value && ap_strstr_c(name, "://")) {
        return authjs_refuse(cmd, "takes a name and an expression; a token endpoint is "
                                  "AuthJSTokenURL, inside of <AuthJSProvider>");
    }
    return set_member(cmd, dir, AUTHJS_CALLBACK_jwt, name, value);
}

const char *authjs_set_session_field(cmd_parms *cmd, void *dir, const char *name,
                                     const char *value)
{
    return set_member(cmd, dir, AUTHJS_CALLBACK_session, name, value);
}
