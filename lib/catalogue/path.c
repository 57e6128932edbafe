/* A path of the catalogue's two languages: where in what a provider said. */
#include "catalogue/catalogue.h"

/* The first element of a list whose member of that name is true. */
static struct json_object *find_marked(struct json_object *list, const char *name)
{
    size_t i, n = json_object_is_type(list, json_type_array)
                      ? json_object_array_length(list)
                      : 0;

    for (i = 0; i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);

        if (json_object_is_type(element, json_type_object) &&
            authjs_json_is_affirmative(authjs_json_get(element, name))) {
            return element;
        }
    }
    return NULL;
}

int authjs_catalogue_find(struct json_object **found, apr_pool_t *pool,
                          struct json_object *raw, const char *path)
{
    const char *mark = ap_strstr_c(path, "/["), *end;

    *found = NULL;
    if (!mark || !(end = ap_strchr_c(mark, ']'))) {
        return !json_pointer_get(raw, path, found);
    }
    if (mark > path &&
        json_pointer_get(raw, apr_pstrmemdup(pool, path, mark - path), found)) {
        return 0;
    }
    *found = find_marked(mark > path ? *found : raw,
                         apr_pstrmemdup(pool, mark + 2, end - mark - 2));
    return *found && (!end[1] || authjs_catalogue_find(found, pool, *found, end + 1));
}
