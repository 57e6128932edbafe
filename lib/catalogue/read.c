/* AuthJSProviderFile: definitions in the catalogue's format, checked. */
#include "catalogue/catalogue.h"

#include "settings/settings.h"

const char *authjs_catalogue_read(struct json_object **entries, apr_pool_t *pool,
                                  apr_pool_t *ptemp, const char *path)
{
    const char *why = authjs_json_file(entries, pool, ptemp, path);

    if (why) {
        return why;
    }
    why = authjs_catalogue_check(ptemp, *entries);
    return why ? apr_pstrcat(pool, path, ": ", why, NULL) : NULL;
}
