/* The file of the memory adapter and the rows in it. */
#ifndef AUTHJS_T_MODULES_MEMORY_ROWS_H
#define AUTHJS_T_MODULES_MEMORY_ROWS_H

#include "mod_authjs.h"

#include "apr_strings.h"
#include "apr_uuid.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

typedef json_object json_t;
typedef authjs_adapter_status_e status_e;

/* One call: the file is locked from begin to end, and written when it ends well. */
typedef struct {
    authjs_call_t *call;
    const char *path;
    int lock;
    json_t *data; /**< {"users":[...], "accounts":[...], ...} */
    status_e status;
} work_t;

static const char *const tables[] = {"users",  "accounts",       "sessions",
                                     "tokens", "authenticators", "passkeys"};

static apr_status_t put(void *object)
{
    json_object_put(object);
    return APR_SUCCESS;
}

static json_t *own(apr_pool_t *pool, json_t *object)
{
    apr_pool_cleanup_register(pool, object, put, apr_pool_cleanup_null);
    return object;
}

static json_t *copy_of(apr_pool_t *pool, json_t *object)
{
    json_t *copy = NULL;

    if (object) {
        json_object_deep_copy(object, &copy, NULL);
        own(pool, copy);
    }
    return copy;
}

static json_t *table(work_t *work, const char *name)
{
    return json_object_object_get(work->data, name);
}

/* ---- the file */

static int refuse(work_t *work, status_e status, const char *why)
{
    work->status = status;
    work->call->error = why;
    return 0;
}

static int begin(work_t *work, void *file, authjs_call_t *call)
{
    size_t i;

    work->call = call;
    work->path = file;
    work->status = AUTHJS_ADAPTER_OK;
    work->lock = -1;
    if (!access(apr_pstrcat(call->pool, work->path, ".away", NULL), F_OK)) {
        return refuse(work, AUTHJS_ADAPTER_UNAVAILABLE, "the memory is away");
    }
    work->lock = open(apr_pstrcat(call->pool, work->path, ".lock", NULL),
                      O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (work->lock < 0 || flock(work->lock, LOCK_EX)) {
        return refuse(work, AUTHJS_ADAPTER_FAILED, "cannot lock the file");
    }
    work->data = json_object_from_file(work->path);
    if (!work->data) {
        if (!access(work->path, F_OK)) {
            return refuse(work, AUTHJS_ADAPTER_FAILED, "the file is not JSON");
        }
        work->data = json_object_new_object();
    }
    own(call->pool, work->data);
    for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (!table(work, tables[i])) {
            json_object_object_add(work->data, tables[i], json_object_new_array());
        }
    }
    return 1;
}

static status_e end(work_t *work, int changed)
{
    const char *copy = apr_pstrcat(work->call->pool, work->path, ".new", NULL);

    if (changed && work->status == AUTHJS_ADAPTER_OK &&
        (json_object_to_file_ext(copy, work->data, JSON_C_TO_STRING_PLAIN) ||
         rename(copy, work->path))) {
        refuse(work, AUTHJS_ADAPTER_FAILED, "cannot write the file");
    }
    if (work->lock >= 0) {
        close(work->lock);
    }
    return work->status;
}

/* ---- rows */

static const char *text(json_t *row, const char *name)
{
    json_t *value = json_object_object_get(row, name);

    return json_object_is_type(value, json_type_string) ? json_object_get_string(value)
                                                        : NULL;
}

static int has(json_t *row, const char *name, const char *value)
{
    const char *found = name ? text(row, name) : value;

    return !name || (found && value && !strcmp(found, value));
}

/** Which row: one member with its value, or two. */
typedef struct {
    const char *first, *one, *second, *two;
} where_t;

#define WHERE(first, one)               ((where_t){first, one, NULL, NULL})
#define WHERES(first, one, second, two) ((where_t){first, one, second, two})
#define ACCOUNT(provider, id)           WHERES("provider", provider, "providerAccountId", id)

/** The index of such a row, at or after i; -1: none. */
static int find(json_t *rows, int i, where_t where)
{
    int count = (int)json_object_array_length(rows);

    for (; i < count; i++) {
        json_t *row = json_object_array_get_idx(rows, (size_t)i);
        if (has(row, where.first, where.one) && has(row, where.second, where.two)) {
            return i;
        }
    }
    return -1;
}

static json_t *row_of(work_t *work, const char *name, where_t where)
{
    json_t *rows = table(work, name);
    int i = find(rows, 0, where);

    return i < 0 ? NULL : json_object_array_get_idx(rows, (size_t)i);
}

static void overlay(json_t *row, json_t *changes)
{
    json_t *copy = NULL;

    json_object_deep_copy(changes, &copy, NULL);
    json_object_object_foreach(copy, key, value)
    {
        json_object_object_add(row, key, json_object_get(value));
    }
    json_object_put(copy);
}

/** The row that has what from has in these members; second may be NULL. */
static where_t same(json_t *from, const char *first, const char *second)
{
    return WHERES(first, text(from, first), second, second ? text(from, second) : NULL);
}

/** Deletes every row with this value. */
static void delete_all(work_t *work, const char *name, const char *member,
                       const char *value)
{
    json_t *rows = table(work, name);
    int i = 0;

    while ((i = find(rows, i, WHERE(member, value))) >= 0) {
        json_object_array_del_idx(rows, (size_t)i, 1);
    }
}

/** A new row, in the table too. Unique: no other has both values. */
static json_t *insert(work_t *work, const char *name, json_t *from, const char *first,
                      const char *second)
{
    json_t *row = NULL;

    if (row_of(work, name, same(from, first, second))) {
        refuse(work, AUTHJS_ADAPTER_CONFLICT, "there is one already");
        return NULL;
    }
    json_object_deep_copy(from, &row, NULL);
    json_object_array_add(table(work, name), row);
    return row;
}

static void set_id(json_t *row)
{
    char id[APR_UUID_FORMATTED_LENGTH + 1];
    apr_uuid_t uuid;

    apr_uuid_get(&uuid);
    apr_uuid_format(id, &uuid);
    json_object_object_add(row, "id", json_object_new_string(id));
}

#endif
