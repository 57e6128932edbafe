/* The .env format, as Next.js reads it: dotenv's lines, and the $NAME in them as
 * @next/env expands them. */
#ifndef AUTHJS_CORE_DOTENV_H
#define AUTHJS_CORE_DOTENV_H

#include <apr_hash.h>
#include <apr_pools.h>
#include <apr_tables.h>

/** Longer files are refused, and longer values. */
#define AUTHJS_DOTENV_MAX (64 * 1024)

typedef struct {
    const char *name, *value;
    int line; /**< where it stands last */
} authjs_variable_t;

typedef struct {
    apr_array_header_t *variables; /**< authjs_variable_t *, in order of appearance */
    apr_hash_t *by_name;           /**< name -> authjs_variable_t * */
    int passed_over; /**< first line that is no NAME=value and no comment, or 0 */
    int odd_quote;   /**< first line whose value begins with a quote that stays, or 0 */
} authjs_dotenv_t;

/**
 * Put a variable behind all that a file has. All other variables keep their values, and
 * this one is read as value, whatever is in it.
 * @param value one line of text
 * @return NULL; or why it cannot be (has nothing of value, nor of text)
 */
const char *authjs_dotenv_add(const char **changed, apr_pool_t *pool, const char *text,
                              const char *name, const char *value);

/** What a name already means before the file is read, NULL: nothing. Empty counts. */
typedef const char *authjs_dotenv_lookup_t(const void *baton, const char *name);

/**
 * Read the text of a file, without its $NAME expanded.
 * @return NULL; or what is wrong with it (begins with the line, has nothing of its text)
 */
const char *authjs_dotenv_read(authjs_dotenv_t **made, apr_pool_t *pool, const char *text,
                               apr_size_t len);

/**
 * Expand $NAME, ${NAME} and ${NAME:-default} in all values, and \$ to $. What lookup
 * knows counts more than the file.
 * @return NULL; or what is wrong (begins with the line, has nothing of its text)
 */
const char *authjs_dotenv_expand(authjs_dotenv_t *dotenv, apr_pool_t *pool,
                                 authjs_dotenv_lookup_t *lookup, const void *baton);

#endif
