/* What a person is asked. */
#ifndef AUTHJS_TOOLS_CTL_ASK_H
#define AUTHJS_TOOLS_CTL_ASK_H

#include "ctl.h"

#define AUTHJS_CTL_LINE_MAX 8192

/** Whether a person is there to be asked: stdin is a terminal. */
int authjs_ctl_is_asked(void);

/**
 * One line of stdin. On a terminal it is asked for, and what is hidden is not shown while
 * it is typed.
 * @param question "Client id"; a colon follows
 * @param usual what an empty line stands for, or NULL
 * @return an exit code; said on stderr
 */
int authjs_ctl_ask(const authjs_ctl_t *ctl, const char **answer, const char *question,
                   const char *usual, int hidden);

#endif
