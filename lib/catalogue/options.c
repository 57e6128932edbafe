/* AuthJSOption: the keys are the definition's, with what stands for them unless written.
 */
#include "catalogue/catalogue.h"

#include "settings/settings.h"

/* An option that is one of several words, each of which stands for what it fills in: the
 * first is the usual one. */
static const char *choose(apr_table_t *merged, apr_pool_t *pool, const char *key,
                          struct json_object *choices, const char *written)
{
    const char *words = NULL;
    struct json_object *chosen = NULL;

    json_object_object_foreach(choices, word, places)
    {
        words = words ? apr_pstrcat(pool, words, ", ", word, NULL) : word;
        if (!chosen && (!written || !strcmp(written, word))) {
            chosen = places;
            apr_table_setn(merged, key, word);
        }
    }
    if (!chosen) {
        return words
                   ? apr_psprintf(pool, "AuthJSOption %s is one of %s", key, words)
                   : apr_psprintf(pool, "options.%s of its definition has no words", key);
    }
    json_object_object_foreach(chosen, place, value)
    {
        apr_table_setn(merged, place, json_object_get_string(value));
    }
    return NULL;
}

/* Options of an address of one's own are not those of the usual one. */
static const char *follow(authjs_provider_t *provider, apr_pool_t *pool,
                          const apr_table_t *written)
{
    struct json_object *implied = authjs_json_get_object(provider->definition, "implied");
    const char *text, *why = NULL;

    if (!implied || !written) {
        return NULL;
    }
    json_object_object_foreach(implied, key, options)
    {
        if (!apr_table_get(written, key)) {
            continue;
        }
        json_object_object_foreach(options, option, value)
        {
            if (!why && !apr_table_get(written, option)) {
                why = authjs_catalogue_expand(&text, pool, provider,
                                              json_object_get_string(value));
                apr_table_setn(provider->options, option, why ? "" : text);
            }
        }
    }
    return why;
}

static const char *unknown_key(apr_pool_t *pool, const char *const *general,
                               struct json_object *defaults, const char *written)
{
    const char *known = authjs_words_text(pool, general);

    if (defaults) {
        json_object_object_foreach(defaults, key, value)
        {
            (void)value;
            known = apr_pstrcat(pool, known, ", ", key, NULL);
        }
    }
    return apr_psprintf(pool, "AuthJSOption has no key %s; the keys are %s", written,
                        known);
}

const char *authjs_catalogue_options(authjs_provider_t *provider, apr_pool_t *pool,
                                     const char *const *general)
{
    struct json_object *defaults =
        authjs_json_get_object(provider->definition, "options");
    apr_table_t *written = provider->options, *merged = apr_table_make(pool, 1);
    const apr_table_entry_t *entry;
    const char *why = NULL;
    int i;

    if (defaults) {
        json_object_object_foreach(defaults, key, value)
        {
            if (json_object_is_type(value, json_type_object)) {
                why = why ? why
                          : choose(merged, pool, key, value,
                                   written ? apr_table_get(written, key) : NULL);
            }
            else if (value) {
                apr_table_setn(merged, key, json_object_get_string(value));
            }
        }
    }
    provider->options = merged;
    for (i = 0; !why && written && i < apr_table_elts(written)->nelts; i++) {
        entry = &APR_ARRAY_IDX(apr_table_elts(written), i, apr_table_entry_t);
        if (!authjs_word(general, entry->key) &&
            !(defaults && json_object_object_get_ex(defaults, entry->key, NULL))) {
            return unknown_key(pool, general, defaults, entry->key);
        }
        apr_table_setn(merged, entry->key, entry->val);
    }
    return why ? why : follow(provider, pool, written);
}
