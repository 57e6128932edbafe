/* The languages built in, and what an administrator's files lay over them. */
#include "texts/texts.h"

#include "core/core.h"
#include "core/json.h"

#include <apr_strings.h>
#include <string.h>

#define T(key, text) [AUTHJS_TEXT_##key] = (text),
static const authjs_language_t built_in[] = {
    {"en",
     {
#include "texts/en.inc"
     }},
    {"de",
     {
#include "texts/de.inc"
     }},
    {"fr",
     {
#include "texts/fr.inc"
     }},
    {"es",
     {
#include "texts/es.inc"
     }},
    {"it",
     {
#include "texts/it.inc"
     }},
    {"pt",
     {
#include "texts/pt.inc"
     }},
    {"nl",
     {
#include "texts/nl.inc"
     }},
    {"pl",
     {
#include "texts/pl.inc"
     }},
    {"cs",
     {
#include "texts/cs.inc"
     }},
    {"ja",
     {
#include "texts/ja.inc"
     }},
    {"zh",
     {
#include "texts/zh.inc"
     }},
    {"ar",
     {
#include "texts/ar.inc"
     }},
};
#undef T

#define T(key, text) #key,
static const char *const keys[] = {
#include "texts/en.inc"
};
#undef T

static const authjs_language_t *english(void)
{
    return &built_in[0];
}

/* ---- one text ---------------------------------------------------------------------- */

/* How often a placeholder stands in a text. */
static int count_of(const char *text, int number)
{
    const char *piece;
    apr_size_t len;
    int count = 0, found;

    while ((found = authjs_text_piece(&text, &piece, &len))) {
        count += found == number;
    }
    return count;
}

static const char *check_text(apr_pool_t *pool, int key, const char *text)
{
    const char *usual = english()->texts[key];
    int number;

    if (!text || !authjs_is_line(text, AUTHJS_TEXT_MAX)) {
        return apr_psprintf(pool, "must be a string of 1 to %d bytes in one line",
                            AUTHJS_TEXT_MAX);
    }
    if (key == AUTHJS_TEXT_direction && strcmp(text, "ltr") && strcmp(text, "rtl")) {
        return "must be ltr or rtl";
    }
    for (number = 1; number <= 2; number++) {
        if (count_of(text, number) != count_of(usual, number)) {
            return apr_psprintf(pool, "must have {1} and {2} as the English text: %s",
                                usual);
        }
    }
    return NULL;
}

static int find_key(const char *name)
{
    int key = 0;

    while (key < AUTHJS_TEXT__COUNT && strcmp(keys[key], name)) {
        key++;
    }
    return key;
}

/* ---- one language ------------------------------------------------------------------ */

/* A tag of letters and digits in parts of one to eight, the first of letters. */
static int is_tag(const char *tag)
{
    apr_size_t part = strspn(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    if (part < 2 || strlen(tag) > 35) {
        return 0;
    }
    while (part >= 1 && part <= 8 && tag[part] == '-') {
        tag += part + 1;
        part = strspn(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "0123456789");
    }
    return part >= 1 && part <= 8 && !tag[part];
}

static authjs_language_t *language_for(apr_array_header_t *languages, const char *tag)
{
    const authjs_language_t *found = authjs_language_find(languages, tag, strlen(tag));
    authjs_language_t *language;

    if (found) {
        return &APR_ARRAY_IDX(
            languages, found - &APR_ARRAY_IDX(languages, 0, const authjs_language_t),
            authjs_language_t);
    }
    language = apr_array_push(languages);
    memset(language, 0, sizeof(*language));
    language->tag = apr_pstrdup(languages->pool, tag);
    return language;
}

static const char *lay_texts(authjs_language_t *language, apr_pool_t *pool,
                             struct json_object *texts)
{
    json_object_object_foreach(texts, name, value)
    {
        int key = find_key(name);
        const char *text = authjs_json_get_string(texts, name), *why;

        (void)value;
        if (key == AUTHJS_TEXT__COUNT) {
            return apr_psprintf(pool, "%s: there is no text %s", language->tag, name);
        }
        why = check_text(pool, key, text);
        if (why) {
            return apr_psprintf(pool, "%s.%s %s", language->tag, name, why);
        }
        language->texts[key] = apr_pstrdup(pool, text);
    }
    return NULL;
}

static const char *lay_file(apr_array_header_t *languages, struct json_object *file)
{
    apr_pool_t *pool = languages->pool;
    const char *why;

    json_object_object_foreach(file, tag, texts)
    {
        if (!is_tag(tag)) {
            return apr_psprintf(pool, "%s is no language tag such as de or pt-BR", tag);
        }
        if (!json_object_is_type(texts, json_type_object)) {
            return apr_psprintf(pool, "%s must be an object of texts", tag);
        }
        if (languages->nelts == AUTHJS_LANGUAGES_MAX) {
            return apr_psprintf(pool, "%s: there may be %d languages", tag,
                                AUTHJS_LANGUAGES_MAX);
        }
        why = lay_texts(language_for(languages, tag), pool, texts);
        if (why) {
            return why;
        }
    }
    return NULL;
}

/* ---- all of them ------------------------------------------------------------------- */

static void fill_gaps(const apr_array_header_t *languages)
{
    const authjs_language_t *first = &APR_ARRAY_IDX(languages, 0, authjs_language_t);
    int i, key;

    for (i = 1; i < languages->nelts; i++) {
        authjs_language_t *language = &APR_ARRAY_IDX(languages, i, authjs_language_t);

        for (key = 0; key < AUTHJS_TEXT__COUNT; key++) {
            if (!language->texts[key]) {
                language->texts[key] = first->texts[key];
            }
        }
    }
}

const char *authjs_languages_make(apr_array_header_t **languages, apr_pool_t *pool,
                                  const apr_array_header_t *files)
{
    const int count = sizeof(built_in) / sizeof(built_in[0]);
    const char *why = NULL;
    int i;

    *languages = apr_array_make(pool, count, sizeof(authjs_language_t));
    for (i = 0; i < count; i++) {
        APR_ARRAY_PUSH(*languages, authjs_language_t) = built_in[i];
    }
    for (i = 0; files && !why && i < files->nelts; i++) {
        why = lay_file(*languages, APR_ARRAY_IDX(files, i, struct json_object *));
    }
    fill_gaps(*languages);
    return why;
}

const char *authjs_languages_text(apr_pool_t *pool, const apr_array_header_t *languages)
{
    apr_array_header_t *tags = apr_array_make(pool, 16, sizeof(const char *));
    int i;

    for (i = 0; i < languages->nelts; i++) {
        APR_ARRAY_PUSH(tags, const char *) =
            apr_pstrcat(pool, i ? " " : "",
                        APR_ARRAY_IDX(languages, i, authjs_language_t).tag, NULL);
    }
    return apr_pstrcat(pool, "there is no such language; the languages are ",
                       apr_array_pstrcat(pool, tags, ','),
                       ", and those that AuthJSTexts adds", NULL);
}

const authjs_language_t *authjs_language_find(const apr_array_header_t *languages,
                                              const char *tag, apr_size_t len)
{
    int i;

    for (i = 0; i < languages->nelts; i++) {
        const authjs_language_t *language =
            &APR_ARRAY_IDX(languages, i, authjs_language_t);

        if (strlen(language->tag) == len && !strncasecmp(language->tag, tag, len)) {
            return language;
        }
    }
    return NULL;
}
