/* Questions, on the terminal or to whoever writes into stdin. */
#include "ctl_ask.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

int authjs_ctl_is_asked(void)
{
    return isatty(STDIN_FILENO);
}

/* ---- what is typed is not shown ---------------------------------------------- */

/* What ends the program while nothing is shown. */
static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define SIGNAL_COUNT (sizeof(signals) / sizeof(signals[0]))

static struct termios shown;

/* tcsetattr, signal and raise are allowed here (POSIX, section 2.4.3). */
static void on_signal(int number)
{
    tcsetattr(STDIN_FILENO, TCSANOW, &shown);
    signal(number, SIG_DFL);
    raise(number);
}

static void catch_signals(void (*handler)(int), struct sigaction *before)
{
    struct sigaction action;
    size_t i;

    memset(&action, 0, sizeof(action));
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    for (i = 0; i < SIGNAL_COUNT; i++) {
        sigaction(signals[i], &action, &before[i]);
    }
    /* Stopped and continued, the shell's terminal would show what is typed. */
    action.sa_handler = SIG_IGN;
    sigaction(SIGTSTP, &action, &before[SIGNAL_COUNT]);
}

static void release_signals(const struct sigaction *before)
{
    size_t i;

    for (i = 0; i < SIGNAL_COUNT; i++) {
        sigaction(signals[i], &before[i], NULL);
    }
    sigaction(SIGTSTP, &before[SIGNAL_COUNT], NULL);
}

/* ---- one line ---------------------------------------------------------------- */

/* Byte by byte: the next line is for the next question. @return its length, -1 without
 * one, or more than AUTHJS_CTL_LINE_MAX */
static int read_line(char *line)
{
    int len = 0;
    ssize_t some = 1;
    char c;

    while (len <= AUTHJS_CTL_LINE_MAX) {
        some = read(STDIN_FILENO, &c, 1);
        if (some < 0 && errno == EINTR) {
            continue;
        }
        if (some <= 0 || c == '\n') {
            break;
        }
        line[len++] = c;
    }
    if (some <= 0 && !len) {
        return -1;
    }
    if (len && line[len - 1] == '\r') {
        len--;
    }
    line[len] = '\0';
    return len;
}

static int read_hidden(char *line)
{
    struct sigaction before[SIGNAL_COUNT + 1];
    struct termios hidden;
    int len;

    if (tcgetattr(STDIN_FILENO, &shown)) {
        return -1;
    }
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    catch_signals(on_signal, before);
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)) {
        release_signals(before);
        return -1;
    }
    len = read_line(line);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    release_signals(before);
    fputc('\n', stderr);
    return len;
}

int authjs_ctl_ask(const authjs_ctl_t *ctl, const char **answer, const char *question,
                   const char *usual, int hidden)
{
    char *line = apr_palloc(ctl->pool, AUTHJS_CTL_LINE_MAX + 2);
    int is_asked = authjs_ctl_is_asked(), len;

    if (is_asked) {
        fprintf(stderr, "%s%s%s%s: ", question, usual && *usual ? " [" : "",
                usual ? usual : "", usual && *usual ? "]" : "");
        fflush(stderr);
    }
    len = is_asked && hidden ? read_hidden(line) : read_line(line);
    if (len < 0) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s: there is no line for it on stdin",
                               question);
    }
    if (!len) {
        *answer = usual;
        return usual ? AUTHJS_CTL_OK
                     : authjs_ctl_fail(AUTHJS_CTL_USAGE, "%s: it is empty", question);
    }
    if (len > AUTHJS_CTL_LINE_MAX || strlen(line) != (size_t)len ||
        !authjs_is_line(line, AUTHJS_CTL_LINE_MAX)) {
        return authjs_ctl_fail(AUTHJS_CTL_USAGE,
                               "%s: it must be one line of UTF-8 of at most %d bytes, "
                               "without control characters",
                               question, AUTHJS_CTL_LINE_MAX);
    }
    *answer = line;
    return AUTHJS_CTL_OK;
}
