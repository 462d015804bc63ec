/* Protocols of lines as tables: what a client's commands mean for the upgrade, and what a server's replies do. Private
 * to the room. */
#ifndef STARTTLS_REPLY_H
#define STARTTLS_REPLY_H

#include "line.h"

/* What a command means for the upgrade. */
enum starttls_intent {
    STARTTLS_SAYS,   /* nothing */
    STARTTLS_LISTS,  /* its reply lists the server's features */
    STARTTLS_ASKS,   /* for the upgrade */
    STARTTLS_LEAVES, /* good-bye */
    STARTTLS_WORKS   /* the client gets to work in plain text */
};

struct starttls_command {
    const char *words; /* that the line begins with; NULL behind the last command */
    enum starttls_intent intent;
};

/* A line of the client: the first command of the table that it begins with, or one that says nothing. What was sent
 * along with the asking, before its answer, is no work in plain text: servers throw it away (RFC 3207 section 4.2). */
enum starttls_heard starttls_command_hear(struct starttls_dialogue *dialogue, struct cursor line,
                                          const struct starttls_command *commands);

/* What the end of a reply means. ENDS_LIST: where the features were asked for, they are told to the end, or there is no
 * such list. GRANTS: where the upgrade was asked for, it begins. */
struct starttls_reply {
    uint16_t code; /* 0 behind the last reply */
    bool ends_list, grants;
    /* Where the client's commands were not captured: this reply is given to no other command (where it SAYS, only if
     * this word stands in it too). NULL: it may be the answer to anything; "": no word is needed. */
    const char *says;
};

/* The end of a reply, the words of which are LINE. */
enum starttls_heard starttls_reply_hear(struct starttls_dialogue *dialogue, const struct starttls_reply *reply,
                                        struct cursor line);

/* The same of one that begins with a number: the one of the table, or one that means no more than "no". */
enum starttls_heard starttls_code_hear(struct starttls_dialogue *dialogue, uint16_t code, struct cursor line,
                                       const struct starttls_reply *replies);

/* A line of a list that a dot alone ends (RFC 2449 section 5, RFC 3977 section 3.1.1), KEYWORD being the upgrade. */
enum starttls_heard starttls_dotted_hear(struct starttls_dialogue *dialogue, struct cursor line, const char *keyword);

#endif
