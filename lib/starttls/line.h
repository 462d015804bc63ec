/* Protocols of lines: framing, words, reply codes. Private to the room. */
#ifndef STARTTLS_LINE_H
#define STARTTLS_LINE_H

#include "protocol.h"

/* The next line of at most STARTTLS_LINE_LONGEST bytes, without its CR LF. */
enum starttls_framed starttls_line_get(struct cursor *input, struct cursor *line);

/* The frame function of protocols whose both sides send lines. Of one that is longer the beginning is heard, and the
 * rest passed over. */
enum starttls_framed starttls_line_frame(struct starttls_dialogue *dialogue, enum side side, struct cursor *input,
                                         struct cursor *unit);

/* Whether BYTES begin with PREFIX, letters of either case; undecided where they end inside it. */
enum starttls_recognition starttls_prefix(struct cursor bytes, const char *prefix);
/* The same for a NULL-terminated list of prefixes: the best of their answers. */
enum starttls_recognition starttls_prefix_among(struct cursor bytes, const char *const *prefixes);

/* Whether LINE begins with PREFIX, letters of either case; *LINE moves past it. */
MUST_USE bool starttls_take_prefix(struct cursor *line, const char *prefix);
/* The same, and the word ends there: end of line, a space or a tab, which *LINE moves past. */
MUST_USE bool starttls_take_word(struct cursor *line, const char *word);
/* Whether LINE begins with one of the words of a NULL-terminated list. */
bool starttls_begins_with_word(struct cursor line, const char *const *words);
/* Whether TEXT stands in LINE, letters of either case, and not inside a longer word. */
bool starttls_has_word(struct cursor line, const char *text);
/* Takes the bytes up to the next space, or all. */
void starttls_take_token(struct cursor *line, struct cursor *token);

/* "250-" or "250 " or "250": RFC 5321 section 4.2, RFC 959 section 4.2; MORE: the reply goes on in the next line. */
MUST_USE bool starttls_code_get(struct cursor *line, uint16_t *code, bool *more);
/* Letters, digits, "_" and "-". */
bool starttls_is_word_byte(uint8_t byte);
/* Decimal digits; false where there are none or the value is over 32 bits. */
MUST_USE bool starttls_number_get(struct cursor *line, uint32_t *number);

#endif
