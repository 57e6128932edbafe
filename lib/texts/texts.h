/* What persons read on the pages, in their language: texts are data, one file a language
 * (en.inc says how). A language is an X in languages.c and a file beside it. */
#ifndef AUTHJS_TEXTS_TEXTS_H
#define AUTHJS_TEXTS_TEXTS_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <json-c/json.h>

typedef enum {
#define T(key, text) AUTHJS_TEXT_##key,
#include "texts/en.inc"
#undef T
    AUTHJS_TEXT__COUNT
} authjs_text_e;

/** Bytes that a text of an administrator's may have; languages a site may have. */
#define AUTHJS_TEXT_MAX      500
#define AUTHJS_LANGUAGES_MAX 64
/** Ranges of an Accept-Language that are read. */
#define AUTHJS_RANGES_MAX 32

typedef struct {
    const char *tag; /**< BCP 47: "de", "pt-BR" */
    const char *texts[AUTHJS_TEXT__COUNT];
} authjs_language_t;

/**
 * The languages of a site, English first: those built in, and over them, in order, what
 * files say: objects {tag: {key: text}}. A text that a language does not have is English.
 * @param files struct json_object *; NULL: none
 * @return NULL, or which member is wrong and how
 */
const char *authjs_languages_make(apr_array_header_t **languages, apr_pool_t *pool,
                                  const apr_array_header_t *files);
/** The language of a tag, in any case, or NULL. */
const authjs_language_t *authjs_language_find(const apr_array_header_t *languages,
                                              const char *tag, apr_size_t len);
/** What to write in place of a tag that no language has. */
const char *authjs_languages_text(apr_pool_t *pool, const apr_array_header_t *languages);
/** The language that a visitor prefers: Accept-Language (RFC 9110, 12.5.4), looked up as
 * RFC 4647, 3.4 says; English if there is none. What is no range is passed over.
 * @param accept may be NULL */
const authjs_language_t *authjs_language_choose(const apr_array_header_t *languages,
                                                const char *accept);

/** A text up to its next placeholder. *text is moved behind that.
 * @return the placeholder's number, 1 or 2; 0: the text ends here */
int authjs_text_piece(const char **text, const char **piece, apr_size_t *len);
/** A text with its placeholders filled in. first and second may be NULL: empty. */
const char *authjs_text_fill(apr_pool_t *pool, const char *text, const char *first,
                             const char *second);

#endif
