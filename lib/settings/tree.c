/* Directives of httpd and other modules, found in the configuration files themselves. */
#include "settings/settings.h"

#include "apr_hash.h"
#include "http_main.h"
#include "util_cfgtree.h"

/* ---- the index ------------------------------------------------------------------- */

/* Made once of the tree that was read: hosts by the thousand ask for their sections. */
typedef struct {
    apr_hash_t *sections; /* server_rec * -> its <VirtualHost> */
    apr_hash_t *servers;  /* the other way round */
    apr_hash_t *last;     /* name in lower case -> the last outside of virtual hosts */
} index_t;

#define INDEX "authjs-tree-index"

static char *lower(apr_pool_t *pool, const char *name)
{
    char *copy = apr_pstrdup(pool, name);

    ap_str_tolower(copy);
    return copy;
}

static void set_pointer(apr_hash_t *hash, const void *key, const void *value)
{
    apr_hash_set(hash, apr_pmemdup(apr_hash_pool_get(hash), &key, sizeof(key)),
                 sizeof(key), value);
}

static const char *place_of(apr_pool_t *pool, const char *file, unsigned int line)
{
    return apr_psprintf(pool, "%u %s", line, file);
}

/* The servers by the place of their sections: several where a file is included several
 * times. In the order of httpd's list, which is the opposite of that of the sections. */
static apr_hash_t *servers_by_place(apr_pool_t *pool)
{
    apr_hash_t *places = apr_hash_make(pool);
    server_rec *s;

    for (s = ap_server_conf->next; s; s = s->next) {
        const char *place;
        apr_array_header_t *servers;

        if (!s->defn_name) {
            continue;
        }
        place = place_of(pool, s->defn_name, s->defn_line_number);
        servers = apr_hash_get(places, place, APR_HASH_KEY_STRING);
        if (!servers) {
            servers = apr_array_make(pool, 1, sizeof(server_rec *));
            apr_hash_set(places, place, APR_HASH_KEY_STRING, servers);
        }
        APR_ARRAY_PUSH(servers, server_rec *) = s;
    }
    return places;
}

static void add_section(index_t *index, apr_hash_t *places, apr_pool_t *pool,
                        const ap_directive_t *section)
{
    apr_array_header_t *servers =
        apr_hash_get(places,
                     place_of(pool, section->filename, (unsigned int)section->line_num),
                     APR_HASH_KEY_STRING);
    server_rec **s = servers ? apr_array_pop(servers) : NULL;

    if (s) {
        set_pointer(index->sections, *s, section);
        set_pointer(index->servers, section, *s);
    }
}

static index_t *make_index(apr_pool_t *pconf, apr_pool_t *pool)
{
    apr_hash_t *places = servers_by_place(pool);
    index_t *index = apr_palloc(pconf, sizeof(*index));
    const ap_directive_t *directive;

    index->sections = apr_hash_make(pconf);
    index->servers = apr_hash_make(pconf);
    index->last = apr_hash_make(pconf);
    for (directive = ap_conftree; directive; directive = directive->next) {
        if (!ap_cstr_casecmp(directive->directive, "<VirtualHost")) {
            add_section(index, places, pool, directive);
        }
        else {
            apr_hash_set(index->last, lower(pconf, directive->directive),
                         APR_HASH_KEY_STRING, directive);
        }
    }
    return index;
}

static const index_t *find_index(const server_rec *s)
{
    apr_pool_t *pconf = s->process->pconf, *pool;
    void *index;

    apr_pool_userdata_get(&index, INDEX, pconf);
    if (!index) {
        apr_pool_create(&pool, pconf);
        index = make_index(pconf, pool);
        apr_pool_destroy(pool);
        apr_pool_userdata_setn(index, INDEX, NULL, pconf);
    }
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

static const ap_directive_t *last_in_host(const server_rec *s, const char *name)
{
    const ap_directive_t *section = apr_hash_get(find_index(s)->sections, &s, sizeof(s));

    return section ? last_of(section->first_child, name) : NULL;
}

static const ap_directive_t *last_outside(const server_rec *s, apr_pool_t *pool,
                                          const char *name)
{
    return apr_hash_get(find_index(s)->last, lower(pool, name), APR_HASH_KEY_STRING);
}

/* ---- what is asked of it --------------------------------------------------------- */

server_rec *authjs_tree_server(const server_rec *s, const ap_directive_t *section)
{
    return apr_hash_get(find_index(s)->servers, &section, sizeof(section));
}

int authjs_server_name_written(const server_rec *s, const server_rec *main_server,
                               apr_pool_t *pool)
{
    if (last_in_host(s, "ServerName")) {
        return 1;
    }
    /* A virtual host without a name may have been given the main server's. */
    return last_outside(s, pool, "ServerName") && s->server_hostname &&
           main_server->server_hostname &&
           !ap_cstr_casecmp(s->server_hostname, main_server->server_hostname);
}

const char *authjs_tree_word(apr_pool_t *pool, const server_rec *s, const char *name)
{
    const ap_directive_t *found = last_in_host(s, name);
    const char *args;

    if (!found) {
        found = last_outside(s, pool, name);
    }
    args = found ? found->args : NULL;
    return args ? ap_getword_conf(pool, &args) : NULL;
}
