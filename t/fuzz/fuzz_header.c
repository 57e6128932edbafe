/* Headers of mails: whatever stands in one, it is one. */
#include "mail/header.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void check(int good)
{
    if (!good) {
        abort();
    }
}

/* Each line but the last goes on in the next, which begins with a blank and has more. */
static void check_header(const char *header, const char *name)
{
    check(!strncmp(header, name, strlen(name)));
    while (*header) {
        apr_size_t len = strcspn(header, "\r\n"), i;

        check(len > 0 && len <= 998 && strspn(header, " ") < len);
        for (i = 0; i < len; i++) {
            check(header[i] >= 0x20 && header[i] < 0x7f);
        }
        check(header[len] == '\r' && header[len + 1] == '\n');
        header += len + 2;
        check(!*header || *header == ' ');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    const char *text, *header, *behind;
    apr_pool_t *pool;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    if (size > 900) {
        return 0;
    }
    apr_pool_create(&pool, global);
    text = apr_pstrmemdup(pool, (const char *)data, size);
    check_header(authjs_mail_header_text(pool, "Subject", text), "Subject: ");
    header = authjs_mail_header_address(pool, "From", text, "a@b.c");
    check_header(header, "From: ");
    behind = strrchr(header, ' ');
    check(behind && (!strcmp(behind, " <a@b.c>\r\n") || !strcmp(behind, " a@b.c\r\n")));
    header = authjs_mail_header_address(pool, "To", NULL, text);
    /* What stands before the @ may be UTF-8. */
    check(!header || (strcspn(header, "\r\n") == strlen(header) - 2 &&
                      !strpbrk(header + 4, " ,<>;\"")));
    apr_pool_destroy(pool);
    return 0;
}
