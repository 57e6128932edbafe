/* What works, but leaves open what was meant to be closed: said at start. */
#include "settings/settings.h"
#include "startup/startup.h"

#include "site/provider_type.h"
#include "web/url.h"

/* ---- passwords without TLS --------------------------------------------------------- */

static const authjs_provider_t *with_passwords(const authjs_site_t *site)
{
    int i;

    for (i = 0; i < site->providers->nelts; i++) {
        const authjs_provider_t *provider =
            APR_ARRAY_IDX(site->providers, i, const authjs_provider_t *);

        if (!provider->type->sends_requests) {
            return provider;
        }
    }
    return NULL;
}

static void remark_on_http(authjs_build_t *build, const authjs_site_t *site)
{
    const authjs_provider_t *provider = with_passwords(site);
    authjs_url_t url;

    if (provider && site->pinned_origin &&
        !authjs_url_parse(&url, build->ptemp, site->pinned_origin) &&
        !strcmp(url.scheme, "http") && !authjs_url_is_loopback(url.host)) {
        authjs_remark(site->s,
                      "%s: the passwords of provider %s travel unencrypted to %s; write "
                      "AuthJSURL https://%s, and SSLEngine On",
                      authjs_vhost_name(build->ptemp, site->s), provider->id,
                      site->pinned_origin, url.host);
    }
}

/* ---- .htaccess that nobody reads --------------------------------------------------- */

/* Of a folder, so many entries are looked at, and so much of a file. */
#define ENTRIES_MAX 1000
#define BYTES_MAX   (16 * 1024)
/* How deep folders are looked at: at start what is near the top; for authjsctl check
 * more, of this many in all. */
#define DEPTH       1
#define SURVEY      8
#define FOLDERS_MAX 20000

static int is_below(const char *folder, const char *section)
{
    apr_size_t len = strlen(section);

    while (len && section[len - 1] == '/') {
        len--;
    }
    return !strncmp(folder, section, len) && (!folder[len] || folder[len] == '/');
}

/* AllowOverride of the <Directory> sections that name a folder or one above it: httpd has
 * them in the order in which they count. Patterns may say more, so that with them nothing
 * is certain. */
static int lets_protect(const server_rec *s, const char *folder)
{
    const core_server_config *server = ap_get_core_module_config(s->module_config);
    const core_dir_config *usual = ap_get_core_module_config(s->lookup_defaults);
    overrides_t override = usual->override;
    int i;

    for (i = 0; i < server->sec_dir->nelts; i++) {
        const core_dir_config *section = ap_get_core_module_config(
            APR_ARRAY_IDX(server->sec_dir, i, ap_conf_vector_t *));

        if (section->r || section->d_is_fnmatch) {
            return 1;
        }
        if (section->d && !(section->override & OR_UNSET) &&
            is_below(folder, section->d)) {
            override = section->override;
        }
    }
    return (override & OR_AUTHCFG) || (override & OR_UNSET);
}

/* A folder may be its user's: no pipe that would keep httpd waiting, no link to one. */
static int says_authjs(apr_pool_t *pool, const char *path)
{
    char line[512];
    ap_configfile_t *file;
    apr_finfo_t info;
    const char *at;
    int bytes = 0, found = 0;

    if (apr_stat(&info, path, APR_FINFO_TYPE | APR_FINFO_LINK, pool) != APR_SUCCESS ||
        info.filetype != APR_REG) {
        return 0;
    }
    if (ap_pcfg_openfile(&file, pool, path) != APR_SUCCESS) {
        return 0;
    }
    while (!found && bytes < BYTES_MAX &&
           ap_cfg_getline(line, sizeof(line), file) == APR_SUCCESS) {
        bytes += (int)strlen(line) + 1;
        at = line;
        found = !ap_cstr_casecmp(ap_getword_conf(pool, &at), "AuthType") &&
                !ap_cstr_casecmp(ap_getword_conf(pool, &at), AUTHJS_AUTH_TYPE);
    }
    ap_cfg_closefile(file);
    return found;
}

static void remark_on_folder(authjs_build_t *build, const authjs_site_t *site,
                             const char *folder)
{
    const core_server_config *server = ap_get_core_module_config(site->s->module_config);
    const char *names = server->access_name ? server->access_name : ".htaccess", *path;
    void **place;

    while (*names) {
        path = ap_make_full_path(build->ptemp, folder,
                                 ap_getword_conf(build->ptemp, &names));
        place = authjs_shared(build, "htaccess", path);
        if (*place || lets_protect(site->s, folder) || !says_authjs(build->ptemp, path)) {
            continue;
        }
        *place = build;
        authjs_remark(site->s,
                      "%s says AuthType AuthJS, and httpd does not read it there: the "
                      "folder is open to everybody; write <Directory \"%s\"> with "
                      "AllowOverride AuthConfig inside, or protect it there",
                      path, folder);
    }
}

/* The documents of a site, and the folders in them. Links are not followed. */
static void remark_on_folders(authjs_build_t *build, const authjs_site_t *site,
                              const char *folder, int depth, int *folders)
{
    apr_pool_t *pool;
    apr_finfo_t entry;
    apr_dir_t *dir;
    int count = 0;

    remark_on_folder(build, site, folder);
    apr_pool_create(&pool, build->ptemp);
    if (depth && apr_dir_open(&dir, folder, pool) == APR_SUCCESS) {
        while (count++ < ENTRIES_MAX && *folders < FOLDERS_MAX &&
               apr_dir_read(&entry, APR_FINFO_NAME | APR_FINFO_TYPE, dir) ==
                   APR_SUCCESS) {
            if (entry.filetype == APR_DIR && *entry.name != '.') {
                (*folders)++;
                remark_on_folders(build, site,
                                  ap_make_full_path(pool, folder, entry.name), depth - 1,
                                  folders);
            }
        }
    }
    apr_pool_destroy(pool);
}

static void remark_on_htaccess(authjs_build_t *build, const authjs_site_t *site)
{
    const core_server_config *server = ap_get_core_module_config(site->s->module_config);
    int folders = 0;

    if (server->ap_document_root) {
        remark_on_folders(build, site, server->ap_document_root,
                          authjs_is_survey() ? SURVEY : DEPTH, &folders);
    }
}

void authjs_site_remarks(authjs_build_t *build, const authjs_site_t *site)
{
    remark_on_http(build, site);
    remark_on_htaccess(build, site);
}
