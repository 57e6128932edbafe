/* What to write instead, in words that fit this system. */
#include "settings/settings.h"

/* ---- modules of httpd -------------------------------------------------------------- */

/* Debian keeps a file for each module that can be switched on. */
const char *authjs_load_module(apr_pool_t *pool, const char *name)
{
    const char *load = ap_server_root_relative(pool, apr_pstrcat(pool, "mods-available/",
                                                                 name, ".load", NULL));
    apr_finfo_t info;

    return load && apr_stat(&info, load, APR_FINFO_TYPE, pool) == APR_SUCCESS
               ? apr_pstrcat(pool, "a2enmod ", name, NULL)
               : apr_psprintf(pool, "LoadModule %s_module modules/mod_%s.so", name, name);
}

/* ---- a word that was meant --------------------------------------------------------- */

#define WORD_MAX 64

/* Levenshtein: how many letters to insert, delete or replace. */
static int distance(const char *a, const char *b)
{
    int row[WORD_MAX + 1], i, j, diagonal, above;
    int b_len = (int)strlen(b);

    if (b_len > WORD_MAX) {
        return WORD_MAX;
    }
    for (j = 0; j <= b_len; j++) {
        row[j] = j;
    }
    for (i = 0; a[i]; i++) {
        diagonal = row[0];
        row[0] = i + 1;
        for (j = 0; j < b_len; j++) {
            above = row[j + 1];
            diagonal += a[i] != b[j];
            row[j + 1] = above + 1 < row[j] + 1 ? above + 1 : row[j] + 1;
            row[j + 1] = diagonal < row[j + 1] ? diagonal : row[j + 1];
            diagonal = above;
        }
    }
    return row[b_len];
}

void authjs_nearest_consider(authjs_nearest_t *nearest, const char *word)
{
    int steps = distance(word, nearest->written);
    int least = nearest->best ? nearest->steps : 3;

    if (steps < least || (least > 2 && strlen(nearest->written) > 3 &&
                          ap_strstr_c(word, nearest->written))) {
        nearest->best = word;
        nearest->steps = steps < 2 ? steps : 2;
    }
}

const char *authjs_did_you_mean(apr_pool_t *pool, const authjs_nearest_t *nearest)
{
    return nearest->best ? apr_pstrcat(pool, "; did you mean ", nearest->best, "?", NULL)
                         : NULL;
}

const char *authjs_did_you_mean_word(apr_pool_t *pool, const char *const *words,
                                     const char *written)
{
    authjs_nearest_t nearest = {written, NULL, 0};

    for (; *words; words++) {
        authjs_nearest_consider(&nearest, *words);
    }
    return authjs_did_you_mean(pool, &nearest);
}
