/* What the module says of itself on the page of mod_status and in the log at a start. */
#include "startup/startup.h"

#include "http_log.h"
#include "http_main.h"
#include "http_protocol.h"
#include "mod_status.h"

/* A host counts with what it inherits, its providers as well. */
static int count_sites(server_rec *s, int *providers)
{
    const authjs_site_t *site;
    int sites = 0;

    *providers = 0;
    while ((site = authjs_site_next(&s))) {
        *providers += site->providers->nelts;
        sites++;
    }
    return sites;
}

/* The main server is the first that was made. */
static int show(request_rec *r, int flags)
{
    int providers, sites = count_sites(ap_server_conf, &providers);

    ap_rprintf(r,
               flags & AP_STATUS_SHORT
                   ? "AuthJSVersion: %s\nAuthJSSites: %d\nAuthJSProviders: %d\n"
                   : "<hr />\n<h2>mod_authjs</h2>\n<dl><dt>Version: %s</dt>\n"
                     "<dt>Sites: %d</dt>\n<dt>Providers: %d</dt></dl>\n",
               AUTHJS_VERSION, sites, providers);
    return OK;
}

void authjs_status_register(void)
{
    APR_OPTIONAL_HOOK(ap, status_hook, show, NULL, NULL, APR_HOOK_MIDDLE);
}

void authjs_status_log(server_rec *main_server)
{
    int providers, sites = count_sites(main_server, &providers);

    ap_log_error(APLOG_MARK, APLOG_INFO, 0, main_server,
                 "AuthJS: version " AUTHJS_VERSION ", sites: %d, providers: %d", sites,
                 providers);
}
