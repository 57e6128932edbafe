/* What was written for a directory, with the gaps where nothing was: for lib/config,
 * which fills it in, and directory.c, which all others read it through. */
#ifndef AUTHJS_SITE_DIRECTORY_WRITTEN_H
#define AUTHJS_SITE_DIRECTORY_WRITTEN_H

#include "site/directory.h"
#include "site/provider.h"

typedef struct {
#define X(kind, member, usual) AUTHJS_DIR_TYPE_##kind member;
    AUTHJS_DIR_MEMBERS(X)
#undef X
    /** Set only in the vector made for an <AuthJSProvider> section while it is read. */
    authjs_provider_t *section;
} authjs_dir_config_t;

#endif
