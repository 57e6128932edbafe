#include "site/directory_written.h"

/* What a member is, or what is usual. NULL is what is usual of all but the flags. */
#define WRITTEN_OR_LIST(written, usual)   (written)
#define WRITTEN_OR_STRING(written, usual) (written)
#define WRITTEN_OR_PAIR(written, usual)   (written)
#define WRITTEN_OR_FLAG(written, usual)   ((written) == AUTHJS_UNSET ? (usual) : (written))

#define X(kind, member, usual)                                                           \
    AUTHJS_DIR_TYPE_##kind authjs_dir_##member(const request_rec *r)                     \
    {                                                                                    \
        const authjs_dir_config_t *dir =                                                 \
            ap_get_module_config(r->per_dir_config, &authjs_module);                     \
                                                                                         \
        return WRITTEN_OR_##kind(dir->member, usual);                                    \
    }
AUTHJS_DIR_MEMBERS(X)
#undef X
