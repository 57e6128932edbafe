/* Directives of httpd and other modules, found in the configuration files themselves. */
#include "settings/settings.h"

#include "apr_hash.h"
#include "util_cfgtree.h"

/* ---- the index ------------------------------------------------------------------- */

/* Made once of the tree that was read: hosts by the thousand ask for their sections. */
typedef struct {
    apr_hash_t *sections; /* authjs_tree_place -> the <VirtualHost> that begins there */
    apr_hash_t *last;     /* name in lower case -> the last outside of virtual hosts */
} index_t;

#define INDEX "authjs-tree-index"

const char *authjs_tree_place(apr_pool_t *pool, const char *file, unsigned int line)
{
    return apr_psprintf(pool, "%u %s", line, file);
}

static char *lower(apr_pool_t *pool, const char *name)
{
    char *copy = apr_pstrdup(pool, name);

    ap_str_tolower(copy);
    return copy;
}

static const index_t *find_index(const server_rec *s)
{
    apr_pool_t *pconf = s->process->pconf;
    const ap_directive_t *directive;
    index_t *index;
    void *data;

    apr_pool_userdata_get(&data, INDEX, pconf);
    if (data) {
        return data;
    }
    index = apr_palloc(pconf, sizeof(*index));
    index->sections = apr_hash_make(pconf);
    index->last = apr_hash_make(pconf);
    for (directive = ap_conftree; directive; directive = directive->next) {
        if (!ap_cstr_casecmp(directive->directive, "<VirtualHost")) {
            apr_hash_set(index->sections,
                         authjs_tree_place(pconf, directive->filename,
                                           (unsigned int)directive->line_num),
                         APR_HASH_KEY_STRING, directive);
        }
        else {
            apr_hash_set(index->last, lower(pconf, directive->directive),
                         APR_HASH_KEY_STRING, directive);
        }
    }
    apr_pool_userdata_setn(index, INDEX, NULL, pconf);
    return index;
}

static const ap_directive_t *last_of(const ap_directive_t *directive, const char *name)
{
    const ap_directive_t *found = NULL;

    for (; directive; directive = directive->next) {
        if (!ap_cstr_casecmp(directive->directive, name)) {
            found = directive;
        }
    }
    return found;
}

static const ap_directive_t *last_in_host(const server_rec *s, apr_pool_t *pool,
                                          const char *name)
{
    const ap_directive_t *section = NULL;

    if (s->is_virtual && s->defn_name) {
        section = apr_hash_get(find_index(s)->sections,
                               authjs_tree_place(pool, s->defn_name, s->defn_line_number),
                               APR_HASH_KEY_STRING);
    }
    return section ? last_of(section->first_child, name) : NULL;
}

static const ap_directive_t *last_outside(const server_rec *s, apr_pool_t *pool,
                                          const char *name)
{
    return apr_hash_get(find_index(s)->last, lower(pool, name), APR_HASH_KEY_STRING);
}

/* ---- what is asked of it --------------------------------------------------------- */

int authjs_server_name_written(const server_rec *s, const server_rec *main_server,
                               apr_pool_t *pool)
{
    if (last_in_host(s, pool, "ServerName")) {
        return 1;
    }
    /* A virtual host without a name may have been given the main server's. */
    return last_outside(s, pool, "ServerName") && s->server_hostname &&
           main_server->server_hostname &&
           !ap_cstr_casecmp(s->server_hostname, main_server->server_hostname);
}

const char *authjs_tree_word(apr_pool_t *pool, const server_rec *s, const char *name)
{
    const ap_directive_t *found = last_in_host(s, pool, name);
    const char *args;

    if (!found) {
        found = last_outside(s, pool, name);
    }
    args = found ? found->args : NULL;
    return args ? ap_getword_conf(pool, &args) : NULL;
}
