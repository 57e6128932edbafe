/* Directives that name a file, which is read at once. */
#include "config/directives.h"

#include "catalogue/catalogue.h"
#include "texts/texts.h"

const char *authjs_add_provider_file(cmd_parms *cmd, void *dir, const char *written)
{
    authjs_server_config_t *conf = authjs_server_config(cmd->server);
    const char *path = ap_server_root_relative(cmd->pool, written), *why;
    struct json_object *entries;

    (void)dir;
    why =
        authjs_catalogue_read(&entries, cmd->pool, cmd->temp_pool, path ? path : written);
    if (why) {
        return authjs_refuse(cmd, why);
    }
    if (!conf->provider_files) {
        conf->provider_files = apr_array_make(cmd->pool, 2, sizeof(struct json_object *));
    }
    APR_ARRAY_PUSH(conf->provider_files, struct json_object *) = entries;
    return NULL;
}

const char *authjs_add_text_file(cmd_parms *cmd, void *dir, const char *written)
{
    authjs_server_config_t *conf = authjs_server_config(cmd->server);
    const char *path = ap_server_root_relative(cmd->pool, written), *why;
    apr_array_header_t *languages;
    apr_array_header_t *one = apr_array_make(cmd->temp_pool, 1, sizeof(void *));
    struct json_object *texts;

    (void)dir;
    path = path ? path : written;
    why = authjs_json_file(&texts, cmd->pool, cmd->temp_pool, path);
    if (why) {
        return authjs_refuse(cmd, why);
    }
    APR_ARRAY_PUSH(one, struct json_object *) = texts;
    why = authjs_languages_make(&languages, cmd->temp_pool, one);
    if (why) {
        return authjs_refuse(cmd, apr_pstrcat(cmd->pool, path, ": ", why, NULL));
    }
    if (!conf->text_files) {
        conf->text_files = apr_array_make(cmd->pool, 2, sizeof(struct json_object *));
    }
    APR_ARRAY_PUSH(conf->text_files, struct json_object *) = texts;
    return NULL;
}

const char *authjs_add_env_file(cmd_parms *cmd, void *dir, const char *written)
{
    authjs_server_config_t *conf = authjs_server_config(cmd->server);
    const char *path = ap_server_root_relative(cmd->pool, written), *why;
    authjs_dotenv_t *dotenv;

    (void)dir;
    why = authjs_env_file_read(&dotenv, cmd->pool, cmd->temp_pool, path ? path : written,
                               conf->env_files);
    if (why) {
        return authjs_refuse(cmd, why);
    }
    if (!conf->env_files) {
        conf->env_files = apr_array_make(cmd->pool, 2, sizeof(authjs_dotenv_t *));
    }
    if (!cmd->server->is_virtual) {
        apr_pool_userdata_setn(conf->env_files, AUTHJS_SERVERS_ENV_FILES, NULL,
                               cmd->pool);
    }
    APR_ARRAY_PUSH(conf->env_files, authjs_dotenv_t *) = dotenv;
    return NULL;
}
