/* One text, and what stands for its placeholders. */
#include "texts/texts.h"

#include <apr_strings.h>
#include <string.h>

int authjs_text_piece(const char **text, const char **piece, apr_size_t *len)
{
    const char *at = *text;

    *piece = at;
    while ((at = strchr(at, '{'))) {
        if ((at[1] == '1' || at[1] == '2') && at[2] == '}') {
            *len = (apr_size_t)(at - *piece);
            *text = at + 3;
            return at[1] - '0';
        }
        at++;
    }
    *len = strlen(*piece);
    *text = *piece + *len;
    return 0;
}

const char *authjs_text_fill(apr_pool_t *pool, const char *text, const char *first,
                             const char *second)
{
    apr_array_header_t *parts = apr_array_make(pool, 5, sizeof(const char *));
    const char *piece, *value;
    apr_size_t len;
    int number;

    do {
        number = authjs_text_piece(&text, &piece, &len);
        APR_ARRAY_PUSH(parts, const char *) = apr_pstrmemdup(pool, piece, len);
        value = number == 1 ? first : second;
        APR_ARRAY_PUSH(parts, const char *) = number && value ? value : "";
    } while (number);
    return apr_array_pstrcat(pool, parts, '\0');
}
