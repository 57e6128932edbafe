/* The module record and the hooks. Routing only. */
#include "httpd.h"
#include "http_config.h"

static void register_hooks(apr_pool_t *pool)
{
    (void)pool;
}

extern module AP_MODULE_DECLARE_DATA authjs_module;

module __attribute__((visibility("default"))) AP_MODULE_DECLARE_DATA authjs_module = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks,
    AP_MODULE_FLAG_NONE};
