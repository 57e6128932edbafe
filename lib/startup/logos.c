/* What the built-in pages look like: their style sheet, and the drawings of AuthJSLogos,
 * by the ids of providers. */
#include "pages/logo.h"
#include "pages/page.h"
#include "settings/settings.h"
#include "startup/startup.h"

#include "apr_strings.h"

static const char *read_file(const char **text, apr_size_t *len, apr_pool_t *pool,
                             const char *path)
{
    char *buffer = apr_palloc(pool, AUTHJS_LOGO_MAX + 1);
    apr_finfo_t info;
    apr_file_t *file;
    apr_status_t rv = apr_stat(&info, path, APR_FINFO_TYPE, pool);

    *text = NULL;
    if (APR_STATUS_IS_ENOENT(rv)) {
        return NULL;
    }
    if (!rv && info.filetype != APR_REG) {
        return "is no file";
    }
    if (!rv) {
        rv = apr_file_open(&file, path, APR_FOPEN_READ, APR_FPROT_OS_DEFAULT, pool);
    }
    if (!rv) {
        rv = apr_file_read_full(file, buffer, AUTHJS_LOGO_MAX + 1, len);
        apr_file_close(file);
    }
    if (rv && rv != APR_EOF) {
        return apr_psprintf(pool, "cannot be read: %pm", &rv);
    }
    *text = buffer;
    return NULL;
}

static const char *read_logo(authjs_logo_t *logo, authjs_build_t *build, const char *path)
{
    const char *text, *why, *drawing;
    apr_size_t len;

    why = read_file(&text, &len, build->ptemp, path);
    if (!why && text) {
        why = authjs_logo_parse(&drawing, &logo->coloured, build->ptemp, text, len);
        logo->drawing = why ? NULL : apr_pstrdup(build->pconf, drawing);
    }
    return why;
}

/* One file is read once, for all sites that have the folder. */
static authjs_logo_t *find_logo(authjs_build_t *build, const authjs_site_t *site,
                                const char *folder, const char *id)
{
    const char *path = apr_pstrcat(build->ptemp, folder, "/", id, ".svg", NULL), *why;
    void **place = authjs_shared(build, "logo", path);
    authjs_logo_t *logo = *place;

    if (!logo) {
        *place = logo = apr_pcalloc(build->pconf, sizeof(*logo));
        why = read_logo(logo, build, path);
        if (why) {
            authjs_fault(&build->faults, site->s, "AuthJSLogos: %s: %s", path, why);
        }
    }
    return logo->drawing ? logo : NULL;
}

void authjs_site_logos(authjs_build_t *build, authjs_site_t *site, const char *folder)
{
    const authjs_logo_t **logos;
    int i;

    logos = apr_pcalloc(build->pconf, sizeof(*logos) * site->providers->nelts);
    for (i = 0; i < site->providers->nelts; i++) {
        const authjs_provider_t *p =
            APR_ARRAY_IDX(site->providers, i, authjs_provider_t *);

        logos[i] = find_logo(build, site, folder, p->id);
        if (!logos[i] && p->template_id) {
            logos[i] = find_logo(build, site, folder, p->template_id);
        }
    }
    site->logos = logos;
}

/* The same for all sites that look alike: of what is made to find that out, nothing
 * stays.
 */
void authjs_site_look(authjs_build_t *build, authjs_site_t *site)
{
    const authjs_look_t *look;
    authjs_look_t *kept;
    apr_pool_t *pool;
    void **place;

    apr_pool_create(&pool, build->ptemp);
    look = authjs_look(pool, site);
    place = authjs_shared(build, "look", look->hash);
    kept = *place;
    if (!kept) {
        *place = kept = apr_pmemdup(build->pconf, look, sizeof(*look));
        kept->own = apr_pstrdup(build->pconf, look->own);
        kept->hash = apr_pstrdup(build->pconf, look->hash);
    }
    site->look = kept;
    apr_pool_destroy(pool);
}
