/* Text that leaves the module is one line: what one place reads as a name, the next must
 * not read as the end of it. */
#include "core/core.h"

#include <string.h>

int authjs_is_control(int character)
{
    return (character >= 0 && character < 0x20) ||
           (character >= 0x7f && character < 0xa0);
}

apr_size_t authjs_control_len(const char *at)
{
    const unsigned char *p = (const unsigned char *)at;

    if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) {
        return 2;
    }
    return *p < 0x20 || *p == 0x7f;
}

const char *authjs_line(const char *text)
{
    const char *at = text, *end = text ? text + strlen(text) : text;
    apr_size_t len;

    for (; at < end; at += len) {
        len = authjs_utf8_sequence(at, (apr_size_t)(end - at));
        if (!len || authjs_control_len(at)) {
            return NULL;
        }
    }
    return text;
}
