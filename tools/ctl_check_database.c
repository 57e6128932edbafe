/* authjsctl check: the database and the mail servers of a site. */
#include "ctl_check.h"
#include "ctl_limits.h"

#include "core/file.h"
#include "web/url.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAID_MAX 4096
#define PATIENCE apr_time_from_sec(30)

/* ---- in a process of its own ------------------------------------------------- */

/* httpd makes SQLite's file, in a folder that is there, when it first needs it. */
static int is_to_be_made(const authjs_ctl_t *ctl)
{
    const char *driver = authjs_json_get_string(ctl->site, "driver");
    const char *file = authjs_json_get_string(ctl->site, "params");
    const char *slash = file ? strrchr(file, '/') : NULL;
    struct stat info;

    if (!driver || !slash || strcmp(driver, "sqlite3")) {
        return 0;
    }
    if (stat(file, &info)) {
        return errno == ENOENT &&
               !stat(apr_pstrmemdup(ctl->pool, file, (apr_size_t)(slash - file) + 1),
                     &info);
    }
    return info.st_size == 0;
}

/* Drivers wait as long as they like, and with SQLite root gives up its rights. What is
 * wrong goes to stderr; 0, or an exit code. */
static int look_at_database(authjs_ctl_t *ctl)
{
    authjs_ctl_database_t database;
    authjs_adapter_status_e status;
    const char *missing;
    int code;

    if (is_to_be_made(ctl)) {
        return authjs_ctl_fail(
            AUTHJS_CTL_USAGE,
            "%s has no tables yet; httpd makes them when it first "
            "needs them",
            authjs_ctl_text(ctl->pool, authjs_json_get_string(ctl->site, "params")));
    }
    code = authjs_ctl_database(ctl, &database);
    if (code) {
        return code;
    }
    status = authjs_ctl_missing(&database, &missing);
    if (status != AUTHJS_ADAPTER_OK) {
        return authjs_ctl_failed(&database.call, status);
    }
    return missing
               ? authjs_ctl_fail(AUTHJS_CTL_FAILED,
                                 "its schema lacks %s; run authjsctl migrate", missing)
               : AUTHJS_CTL_OK;
}

static pid_t start(authjs_ctl_t *ctl, int *from)
{
    int ends[2];
    pid_t child;

    fflush(stdout);
    fflush(stderr);
    if (pipe(ends)) {
        return -1;
    }
    child = fork();
    if (!child) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        _exit(look_at_database(ctl));
    }
    close(ends[1]);
    *from = ends[0];
    return child;
}

/* What it says, until it ends or its time is over. @return 0: it did not end */
static int listen_to(int from, char *said)
{
    apr_time_t deadline = apr_time_now() + PATIENCE;
    apr_size_t len = 0;
    ssize_t some = 1;

    while (some && len < SAID_MAX) {
        struct pollfd one = {from, POLLIN, 0};
        apr_time_t left = deadline - apr_time_now();

        if (left <= 0) {
            break;
        }
        if (poll(&one, 1, (int)(left / 1000) + 1) <= 0) {
            continue;
        }
        some = read(from, said + len, SAID_MAX - len);
        len += some > 0 ? (apr_size_t)some : 0;
    }
    said[len] = '\0';
    return !some || len >= SAID_MAX;
}

/* The sentence without "authjsctl: " and the line end. */
static const char *sentence(apr_pool_t *pool, char *said)
{
    said += strncmp(said, "authjsctl: ", 11) ? 0 : 11;
    said[strcspn(said, "\n")] = '\0';
    return *said ? authjs_printable(pool, said, 500) : "it cannot be looked at";
}

static void report(authjs_ctl_site_t *site, int code, char *said)
{
    const char *adapter = json_object_get_string(
        json_object_array_get_idx(authjs_json_get_array(site->dump, "adapter"), 0));

    switch (code) {
    case AUTHJS_CTL_OK:
        authjs_ctl_found(site->check, AUTHJS_FOUND_OK, "database", site->name,
                         "the database (AuthJSAdapter %s) has all tables", adapter);
        break;
    case AUTHJS_CTL_AWAY:
        authjs_ctl_found(site->check, AUTHJS_FOUND_AWAY, "database", site->name,
                         "AuthJSAdapter %s: %s", adapter,
                         sentence(site->check->pool, said));
        break;
    case AUTHJS_CTL_USAGE: /* another module's, or still to be made */
        authjs_ctl_found(site->check, AUTHJS_FOUND_NOTE, "database", site->name,
                         "AuthJSAdapter %s: %s", adapter,
                         sentence(site->check->pool, said));
        break;
    default:
        authjs_ctl_found(site->check, AUTHJS_FOUND_ERROR, "database", site->name,
                         "AuthJSAdapter %s: %s", adapter,
                         sentence(site->check->pool, said));
    }
}

/* Whoever can write the file can sign in as anybody. */
static void check_file(authjs_ctl_site_t *site)
{
    const char *driver = authjs_json_get_string(site->dump, "driver");
    const char *params = authjs_json_get_string(site->dump, "params"), *why = NULL;

    if (driver && params && !strcmp(driver, "sqlite3")) {
        why = authjs_file_open_to_others(site->check->pool, params,
                                         AUTHJS_FILE_READ | AUTHJS_FILE_WRITE);
    }
    if (why) {
        authjs_ctl_found(site->check, AUTHJS_FOUND_ERROR, "file-open", site->name,
                         "DBDParams: %s", why);
    }
}

void authjs_ctl_check_database(authjs_ctl_site_t *site)
{
    authjs_ctl_t ctl = *site->check->ctl;
    char said[SAID_MAX + 1] = "";
    int from = -1, status = 0;
    pid_t child;

    ctl.site = site->dump;
    check_file(site);
    child = start(&ctl, &from);
    if (child < 0) {
        report(site, AUTHJS_CTL_FAILED, said);
        return;
    }
    if (!listen_to(from, said)) {
        kill(child, SIGKILL);
        apr_cpystrn(said, "it does not answer in time", sizeof(said));
    }
    close(from);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    report(site, WIFEXITED(status) ? WEXITSTATUS(status) : AUTHJS_CTL_AWAY, said);
}

/* ---- mail -------------------------------------------------------------------- */

/* As far as the connection, and with https the certificate: nothing is said to it. */
static void connect_to(authjs_ctl_site_t *site, const char *id, const char *url,
                       const char *server)
{
    authjs_http_limits_t limits = {0};
    CURL *curl = curl_easy_init();
    CURLcode result;
    long time_ms;

    if (!curl) {
        return;
    }
    authjs_ctl_limits(&limits, authjs_json_get_object(site->dump, "http"));
    time_ms = authjs_transfer_time_left(&limits, site->check->deadline);
    authjs_transfer_bound(curl, &limits, time_ms ? time_ms : 1);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    result = curl_easy_perform(curl);
    authjs_ctl_found(site->check, result ? AUTHJS_FOUND_AWAY : AUTHJS_FOUND_OK, "mail",
                     site->name, "provider %s: %s: %s", id, server,
                     result ? curl_easy_strerror(result) : "it can be reached");
    curl_easy_cleanup(curl);
    curl_slist_free_all(limits.resolve);
}

/* smtp://host:port, without what may be a password in it. */
static void check_server(authjs_ctl_site_t *site, struct json_object *mail)
{
    apr_pool_t *pool = site->check->pool;
    const char *server = authjs_json_get_string(mail, "server");
    const char *id = authjs_json_get_string(mail, "id"), *rest;
    authjs_url_t url;

    if (!server) {
        server = authjs_json_get_string(authjs_json_get_object(mail, "request"), "url");
    }
    rest = server ? strstr(server, "://") : NULL;
    if (!rest || strchr(server, '{')) {
        return;
    }
    if (!authjs_url_parse(&url, pool, server)) {
        connect_to(site, id, url.origin, url.origin);
    }
    else if (!authjs_url_parse(&url, pool, apr_pstrcat(pool, "http", rest, NULL)) &&
             strchr(rest + 3, ':')) {
        connect_to(site, id, apr_psprintf(pool, "http://%s:%d", url.host, url.port),
                   apr_pstrcat(pool,
                               apr_pstrmemdup(pool, server, (apr_size_t)(rest - server)),
                               "://", url.host, NULL));
    }
}

void authjs_ctl_check_mail(authjs_ctl_site_t *site)
{
    struct json_object *mails = authjs_json_get_array(site->dump, "mails");
    size_t i;

    for (i = 0; mails && i < json_object_array_length(mails); i++) {
        check_server(site, json_object_array_get_idx(mails, i));
    }
}
