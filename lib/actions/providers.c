#include "actions/action.h"

const authjs_error_t *authjs_action_providers(authjs_exchange_t *x)
{
    struct json_object *answer = authjs_json_object(x->pool);
    int i;

    for (i = 0; i < x->site->providers->nelts; i++) {
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(x->site->providers, i, const authjs_provider_t *);
        struct json_object *entry = authjs_json_object(x->pool);

        authjs_json_set_string(entry, "id", provider->id);
        authjs_json_set_string(entry, "name", provider->name);
        authjs_json_set_string(entry, "type", provider->type_name);
        authjs_json_set_string(entry, "signinUrl",
                               apr_pstrcat(x->pool, x->base_url, "/signin/", provider->id,
                                           NULL));
        authjs_json_set_string(entry, "callbackUrl",
                               apr_pstrcat(x->pool, x->base_url, "/callback/",
                                           provider->id, NULL));
        authjs_json_set(answer, provider->id, entry);
    }
    authjs_exchange_answer_json(x, HTTP_OK, authjs_json_text(x->pool, answer));
    return NULL;
}
