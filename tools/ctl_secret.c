/* authjsctl secret */
#include "ctl.h"

#include <apr_file_io.h>

#include <openssl/evp.h>

#include <stdio.h>
#include <string.h>

#define SECRET_BYTES 33 /* as npx auth secret: 44 characters without padding */

static int write_new(const authjs_ctl_t *ctl, const char *path, const char *secret)
{
    const char *line = apr_pstrcat(ctl->pool, secret, "\n", NULL);
    apr_file_t *file;
    char reason[120];
    apr_status_t rv =
        apr_file_open(&file, path, APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_EXCL,
                      APR_FPROT_UREAD | APR_FPROT_UWRITE, ctl->pool);

    if (APR_STATUS_IS_EEXIST(rv)) {
        return authjs_ctl_fail(AUTHJS_CTL_FAILED,
                               "%s is there already and is left as it is; a new secret "
                               "ends all sessions of the old one",
                               path);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_file_write_full(file, line, strlen(line), NULL);
        if (rv == APR_SUCCESS) {
            rv = apr_file_close(file);
        }
    }
    if (rv != APR_SUCCESS) {
        return authjs_ctl_fail(AUTHJS_CTL_FAILED, "%s cannot be written: %s", path,
                               apr_strerror(rv, reason, sizeof(reason)));
    }
    return AUTHJS_CTL_OK;
}

int authjs_ctl_secret(authjs_ctl_t *ctl)
{
    unsigned char bytes[SECRET_BYTES], text[SECRET_BYTES / 3 * 4 + 1];
    const char *path = ctl->value[AUTHJS_OPT_FILE];

    if (authjs_random_bytes(bytes, sizeof(bytes)) != APR_SUCCESS) {
        return authjs_ctl_fail(AUTHJS_CTL_FAILED, "there is no randomness");
    }
    EVP_EncodeBlock(text, bytes, sizeof(bytes));
    if (path) {
        return write_new(ctl, path, (const char *)text);
    }
    puts((const char *)text);
    return AUTHJS_CTL_OK;
}
