#include "http/marks.h"

#include "apr_shm.h"

/* 524,288 marks in 8 MB, of which the system gives only the pages that are written to. A
 * key has one bucket. Keys are hashes of what clients cannot choose: while less than half
 * of the marks are taken, no bucket is full. */
#define BUCKETS  8192
#define SLOTS    64
#define USERDATA "authjs-marks"
/* The bytes of a key that tell the marks of a bucket apart. */
#define KEPT_LEN 12

typedef struct {
    unsigned char key[KEPT_LEN];
    apr_uint32_t until; /* seconds since 1970; free from then on */
} mark_t;

struct authjs_marks_t {
    mark_t marks[BUCKETS][SLOTS];
};

const char *authjs_marks_create(authjs_marks_t **marks, process_rec *process)
{
    void *kept = NULL;
    apr_shm_t *shm;

    apr_pool_userdata_get(&kept, USERDATA, process->pool);
    if (!kept) {
        if (apr_shm_create(&shm, sizeof(authjs_marks_t), NULL, process->pool) !=
            APR_SUCCESS) {
            return "there is no shared memory for what was claimed";
        }
        kept = apr_shm_baseaddr_get(shm); /* new shared memory is zero */
        apr_pool_userdata_set(kept, USERDATA, NULL, process->pool);
    }
    *marks = kept;
    return NULL;
}

static mark_t *bucket_of(authjs_marks_t *marks, const unsigned char *key)
{
    return marks->marks[(key[KEPT_LEN] << 8 | key[KEPT_LEN + 1]) % BUCKETS];
}

/* The mark of a key, or NULL. */
static mark_t *find_mark(authjs_marks_t *marks, const unsigned char *key, apr_int64_t now)
{
    mark_t *bucket = bucket_of(marks, key);
    int i;

    for (i = 0; i < SLOTS; i++) {
        if (bucket[i].until > now && !memcmp(bucket[i].key, key, KEPT_LEN)) {
            return &bucket[i];
        }
    }
    return NULL;
}

/* One of a bucket that is free while more than kept others are, or NULL. */
static mark_t *find_unused(mark_t *bucket, apr_int64_t now, int kept)
{
    int i;

    for (i = 0; i < SLOTS; i++) {
        if (bucket[i].until <= now && kept-- == 0) {
            return &bucket[i];
        }
    }
    return NULL;
}

apr_status_t authjs_marks_take(authjs_marks_t *marks, const unsigned char *key,
                               apr_int64_t now, apr_int64_t ttl, int spare)
{
    mark_t *unused;

    if (find_mark(marks, key, now)) {
        return APR_EEXIST;
    }
    unused = find_unused(bucket_of(marks, key), now, spare ? SLOTS / 4 : 0);
    if (!unused) {
        return APR_ENOSPC;
    }
    memcpy(unused->key, key, KEPT_LEN);
    unused->until = (apr_uint32_t)(now + ttl);
    return APR_SUCCESS;
}

apr_int64_t authjs_marks_until(authjs_marks_t *marks, const unsigned char *key,
                               apr_int64_t now)
{
    mark_t *mark = find_mark(marks, key, now);

    return mark ? mark->until : 0;
}

void authjs_marks_end(authjs_marks_t *marks, const unsigned char *key, apr_int64_t now,
                      apr_int64_t until)
{
    mark_t *mark = find_mark(marks, key, now);

    if (mark) {
        mark->until = (apr_uint32_t)until;
    }
}
