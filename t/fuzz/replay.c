/* main() for a fuzz target built without libFuzzer: feeds it files, one call each.
 * Without arguments it reads the target's own corpus. */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *in = fopen(path, "rb");
    struct stat st;
    uint8_t *data;
    size_t len;

    if (!in || fstat(fileno(in), &st) != 0) {
        perror(path);
        exit(1);
    }
    /* exactly as large as the input: one byte too far is a sanitizer's finding */
    data = malloc(st.st_size ? (size_t)st.st_size : 1);
    len = data ? fread(data, 1, (size_t)st.st_size, in) : 0;
    fclose(in);
    LLVMFuzzerTestOneInput(data, len);
    free(data);
    return 1;
}

static int replay(const char *path)
{
    char file[4096];
    struct dirent *entry;
    DIR *dir = opendir(path);
    int count = 0;

    if (!dir) {
        return replay_file(path);
    }
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] != '.') {
            snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
            count += replay_file(file);
        }
    }
    closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    const char *srcdir = getenv("srcdir");
    const char *name = strstr(argv[0], "fuzz_");
    char corpus[4096];
    int count = 0;
    int i;

    for (i = 1; i < argc; i++) {
        count += replay(argv[i]);
    }
    if (argc == 1 && name) {
        snprintf(corpus, sizeof(corpus), "%s/t/fuzz/corpus/%s", srcdir ? srcdir : ".",
                 name + strlen("fuzz_"));
        count = replay(corpus);
    }
    printf("1..1\n%s 1 - %d inputs\n", count ? "ok" : "not ok", count);
    return count ? 0 : 1;
}
