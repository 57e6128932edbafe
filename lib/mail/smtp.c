#include "mail/smtp.h"

#include "http/transfer.h"
#include "web/url.h"

#include <apr_cstr.h>

/* What is kept of the server's last answer, so much that no secret is cut in what is
 * shown of it; and all that it may say in a conversation. */
#define ANSWER_MAX  4096
#define ANSWERS_MAX (64 * 1024)
/* RFC 5321, section 4.5.3.1.3: a path, with its angle brackets. */
#define ADDRESS_MAX 254

/* A conversation on its way. */
typedef struct {
    const authjs_smtp_mail_t *mail;
    apr_time_t deadline;
    apr_size_t sent; /* bytes of the mail that libcurl has taken */
    char answer[ANSWER_MAX + 1], refusal[ANSWER_MAX + 1];
    apr_size_t answer_len, answers_len;
    int answer_ended; /* the next line begins another answer */
    int refused;      /* the code of refusal, which was the last word; or 0 */
    int ehlos;        /* how often EHLO is said on a new connection, */
    int greetings;    /* and how many answers to it are still to come */
    int needs_utf8, has_utf8, lacks_utf8;
} conversation_t;

/* ---- addresses --------------------------------------------------------------------- */

/* libcurl sends CR, LF and '>' in an address as they are: whoever gets one past this
 * writes the server's next command. */
static int is_address(const char *address)
{
    const char *at = strrchr(address, '@'), *c;

    if (!at || at == address || !at[1] || strlen(address) > ADDRESS_MAX ||
        !authjs_utf8_valid(address, strlen(address))) {
        return 0;
    }
    for (c = address; *c; c++) {
        if ((unsigned char)*c <= ' ' || authjs_control_len(c) || strchr("<>\"\\", *c) ||
            (*c == '@' && c != at) || (c > at && (*c & 0x80))) {
            return 0;
        }
    }
    return 1;
}

static int is_ascii(const char *text)
{
    while (*text && !(*text & 0x80)) {
        text++;
    }
    return !*text;
}

/* ---- what libcurl calls ------------------------------------------------------------ */

static size_t on_read(char *buffer, size_t size, size_t count, void *user)
{
    conversation_t *talk = user;
    apr_size_t left = talk->mail->len - talk->sent;
    apr_size_t len = left < size * count ? left : size * count;

    memcpy(buffer, talk->mail->bytes + talk->sent, len);
    talk->sent += len;
    return len;
}

static void keep(conversation_t *talk, const char *line, apr_size_t len)
{
    if (talk->answer_ended) {
        talk->answer_len = 0;
    }
    if (len > ANSWER_MAX - talk->answer_len) {
        len = ANSWER_MAX - talk->answer_len;
    }
    for (; len; len--, line++) {
        talk->answer[talk->answer_len++] = *line ? *line : '?';
    }
    talk->answer[talk->answer_len] = '\0';
}

/* The end of an answer. That to QUIT, 221, is about nothing. */
static void weigh(conversation_t *talk, int code)
{
    if (code >= 400) {
        talk->refused = code;
        memcpy(talk->refusal, talk->answer, sizeof(talk->refusal));
    }
    else if (code != 221) {
        talk->refused = 0;
    }
}

/* Each line that the server says. RFC 6531 has addresses in other scripts wait for the
 * server's word that it knows them. */
static size_t on_line(char *line, size_t size, size_t count, void *user)
{
    conversation_t *talk = user;
    apr_size_t len = size * count;
    int code;

    talk->answers_len += len;
    if (talk->answers_len > ANSWERS_MAX) {
        return 0;
    }
    keep(talk, line, len);
    talk->answer_ended = len < 4 || line[3] != '-';
    code = (int)apr_atoi64(talk->answer);
    if (talk->answer_ended) {
        weigh(talk, code);
    }
    if (code == 250 && talk->greetings > 0) {
        talk->has_utf8 |= len >= 12 && !apr_cstr_casecmpn(line + 4, "SMTPUTF8", 8);
        talk->greetings -= talk->answer_ended;
        talk->lacks_utf8 = !talk->greetings && talk->needs_utf8 && !talk->has_utf8;
    }
    return talk->lacks_utf8 ? 0 : len;
}

/* libcurl gives each of the server's answers two minutes, that to QUIT too. */
static int on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const conversation_t *talk = user;

    (void)a, (void)b, (void)c, (void)d;
    return apr_time_now() > talk->deadline;
}

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
    (void)data, (void)user;
    return size * count;
}

/* ---- a conversation ---------------------------------------------------------------- */

/* The path of the URL is what libcurl says to EHLO: a name, or an address literal
 * (RFC 5321, section 4.1.3). */
static const char *url_of(apr_pool_t *pool, const authjs_mail_t *server, const char *ehlo)
{
    apr_size_t len = ehlo ? strlen(ehlo) : 0;

    if (!len || len > 253) {
        return apr_pstrcat(pool, server->server, "/localhost", NULL);
    }
    if (*ehlo == '[') {
        ehlo = apr_pstrcat(pool, "[IPv6:", ehlo + 1, NULL);
    }
    else if (ehlo[strspn(ehlo, "0123456789.")] == '\0') {
        ehlo = apr_pstrcat(pool, "[", ehlo, "]", NULL);
    }
    return apr_pstrcat(pool, server->server, "/", authjs_url_encode(pool, ehlo, ".-_:"),
                       NULL);
}

static void set_callbacks(CURL *curl, conversation_t *talk)
{
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)talk->mail->len);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(curl, CURLOPT_READDATA, talk);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_line);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, talk);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, talk);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

static void set_server(CURL *curl, const authjs_mail_t *server)
{
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L);
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     (long)(server->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (server->user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, server->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, server->password);
    }
}

/* Ready for (another) conversation that sends the same mail. */
static CURLcode perform(CURL *curl, conversation_t *talk, int fresh)
{
    talk->sent = talk->answers_len = talk->answer_len = 0;
    talk->answer_ended = talk->refused = talk->has_utf8 = 0;
    talk->greetings = talk->ehlos;
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, (long)fresh);
    return curl_easy_perform(curl);
}

/* A connection from before was closed by the server, or is about to be: nobody has seen
 * the mail. */
static int is_stale(CURL *curl, const conversation_t *talk, CURLcode code)
{
    long connects = 1;

    curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connects);
    return code != CURLE_OK && !connects && !talk->sent &&
           (!talk->refused || talk->refused == 421) && apr_time_now() < talk->deadline;
}

/* words: libcurl's, which begin with the command that was refused. */
static const char *explain_refusal(const conversation_t *talk, CURLcode code,
                                   const char *words)
{
    if (talk->lacks_utf8) {
        return "the server takes no address in another script than ASCII (SMTPUTF8)";
    }
    if (code == CURLE_LOGIN_DENIED) {
        return "the server refuses the user name and password of AuthJSMailServer";
    }
    if (talk->sent) {
        return "the server refuses the mail";
    }
    if (!strncmp(words, "MAIL ", 5)) {
        return "the server refuses the sender";
    }
    return strncmp(words, "RCPT ", 5) ? "the server refuses"
                                      : "the server refuses the recipient";
}

static const char *explain(apr_pool_t *pool, CURLcode code, const char *words)
{
    switch (code) {
    case CURLE_USE_SSL_FAILED:
        return "the server does not offer STARTTLS (starttls=off behind AuthJSMailServer "
               "would send everything in the clear)";
    case CURLE_LOGIN_DENIED:
        return "the server takes no user name and password, or in no way that is known";
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_ABORTED_BY_CALLBACK:
        return "the server did not answer in time";
    case CURLE_WRITE_ERROR:
        return "the server says too much";
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return "the server closed the connection";
    default:
        return apr_pstrdup(pool, *words ? words : curl_easy_strerror(code));
    }
}

static void fill_in(authjs_smtp_result_t *result, apr_pool_t *pool,
                    const conversation_t *talk, CURLcode code, const char *words)
{
    if (code == CURLE_OK) {
        result->outcome = AUTHJS_SMTP_SENT;
        result->why = NULL;
    }
    else if (talk->refused || talk->lacks_utf8) {
        result->outcome = AUTHJS_SMTP_REFUSED;
        result->why = explain_refusal(talk, code, words);
        result->answer = talk->refused ? apr_pstrdup(pool, talk->refusal) : NULL;
    }
    else {
        result->why = explain(pool, code, words);
        result->is_silent = !talk->answers_len;
    }
}

const char *authjs_smtp_place(apr_pool_t *pool, const authjs_mail_t *mail)
{
    return apr_pstrcat(pool, mail->plain ? "plain " : "", mail->server, " ",
                       mail->user ? mail->user : "", NULL);
}

void authjs_smtp_send(authjs_smtp_result_t *result, CURL *curl, apr_pool_t *pool,
                      const authjs_http_limits_t *limits, apr_time_t deadline,
                      const authjs_mail_t *server, const authjs_smtp_mail_t *mail)
{
    long timeout_ms = authjs_transfer_time_left(limits, deadline);
    char words[CURL_ERROR_SIZE] = "";
    struct curl_slist *to;
    conversation_t talk = {0};
    CURLcode code;

    result->outcome = AUTHJS_SMTP_AWAY;
    result->answer = NULL;
    result->is_silent = 0;
    if (!is_address(mail->to) || !is_address(server->sender)) {
        result->outcome = AUTHJS_SMTP_REFUSED;
        result->why = "this is no address that mail is sent to";
        return;
    }
    if (!timeout_ms) {
        result->why = "the time for it is used up";
        return;
    }
    talk.mail = mail;
    talk.deadline = apr_time_now() + apr_time_from_msec(timeout_ms);
    talk.needs_utf8 = !is_ascii(mail->to) || !is_ascii(server->sender);
    talk.ehlos = server->plain || !strncmp(server->server, "smtps:", 6) ? 1 : 2;
    to = curl_slist_append(NULL, mail->to);
    authjs_transfer_bound(curl, limits, timeout_ms);
    set_server(curl, server);
    set_callbacks(curl, &talk);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
    curl_easy_setopt(curl, CURLOPT_URL, url_of(pool, server, mail->ehlo));
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, server->sender);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    code = perform(curl, &talk, talk.needs_utf8);
    if (is_stale(curl, &talk, code)) {
        code = perform(curl, &talk, 1);
    }
    curl_slist_free_all(to);
    curl_easy_reset(curl);
    fill_in(result, pool, &talk, code, words);
}
