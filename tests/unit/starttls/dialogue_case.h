/* Dialogues as tables: who says what, and what must be known at the end. */
#ifndef DIALOGUE_CASE_H
#define DIALOGUE_CASE_H

#include "base/compiler.h"
#include "run_suite.h"
#include "starttls/dialogue.h"

/* What one side says in one go. A text of which LENGTH is 0 ends at its NUL; with NULL the dialogue is over. */
struct said {
    enum side side;
    const char *text;
    size_t length;
};
#define SAYS_CAP 14

struct dialogue_case {
    const char *name;
    struct said says[SAYS_CAP];
    enum starttls_protocol protocol;
    enum starttls_step last; /* what the last unit led to */
    bool asked;
    enum starttls_answer answer;
    bool listed, offered, went_on, left;
    bool hidden;       /* the client's packets are not captured */
    const char *words; /* of the refusal; NULL: none */
    unsigned code;     /* 0: none */
};

/* What most dialogues come to. */
#define GRANTED       .last = STARTTLS_TLS, .asked = true, .answer = STARTTLS_GRANTED
#define REFUSED(said) .last = STARTTLS_ON, .asked = true, .answer = STARTTLS_REFUSED, .words = (said)
#define REFUSED_AND_WENT_ON(said)                                                                                      \
    .last = STARTTLS_PLAIN, .asked = true, .answer = STARTTLS_REFUSED, .went_on = true, .words = (said)
#define OFFERED             .listed = true, .offered = true
#define LEFT_FOR_WANT_OF_IT .last = STARTTLS_ON, .listed = true, .left = true

/* One side's stream as the flow would offer it: what was left over comes again, with more. */
struct stream {
    unsigned char bytes[8192];
    size_t length;
};

struct heard {
    struct starttls_dialogue dialogue;
    struct stream stream[SIDE_COUNT];
    enum starttls_step last;
    bool over; /* TLS, plain or unknown: nothing more is offered */
};

static inline void heard_init(struct heard *heard) {
    memset(heard, 0, sizeof *heard);
    starttls_dialogue_init(&heard->dialogue);
    heard->last = STARTTLS_WAIT;
}

/* Offers what waits on SIDE, from a heap block of exactly its size. */
static inline void stream_offer(struct heard *heard, enum side side) {
    struct stream *stream = &heard->stream[side];
    unsigned char *copy = exact_copy(stream->bytes, stream->length);
    struct cursor input = cursor_over(copy, stream->length);
    while (!heard->over && !cursor_is_empty(&input)) {
        size_t before = cursor_remaining(&input);
        enum starttls_step step = starttls_dialogue_read(&heard->dialogue, side, 1000, &input);
        if (step == STARTTLS_WAIT) {
            ck_assert_uint_eq(cursor_remaining(&input), before);
            break;
        }
        heard->last = step;
        heard->over = step != STARTTLS_ON;
    }
    stream->length = cursor_remaining(&input);
    if (!cursor_copy(&input, stream->bytes, stream->length)) ck_abort();
    free(copy);
}

static inline size_t said_length(const struct said *said) {
    return said->length != 0 ? said->length : strlen(said->text);
}

/* SIDE sends LENGTH bytes in segments of at most CHUNK. */
static inline void heard_say(struct heard *heard, enum side side, const void *bytes, size_t length, size_t chunk) {
    struct cursor rest = cursor_over(bytes, length);
    while (!cursor_is_empty(&rest) && !heard->over) {
        struct stream *stream = &heard->stream[side];
        size_t part = cursor_remaining(&rest) < chunk ? cursor_remaining(&rest) : chunk;
        ck_assert_uint_le(stream->length + part, sizeof stream->bytes);
        if (!cursor_copy(&rest, stream->bytes + stream->length, part)) ck_abort();
        stream->length += part;
        stream_offer(heard, side);
    }
}

static inline void case_run(const struct dialogue_case *tested, struct heard *heard, size_t chunk) {
    heard_init(heard);
    for (size_t i = 0, unheard = 0; i < SAYS_CAP && tested->says[i].text != NULL; i++) {
        const struct said *said = &tested->says[i];
        if (tested->hidden && said->side == SIDE_CLIENT) {
            unheard += said_length(said);
            starttls_dialogue_hide_client(&heard->dialogue, (uint32_t)unheard);
        } else {
            heard_say(heard, said->side, said->text, said_length(said), chunk);
        }
    }
}

static inline void case_check(const struct dialogue_case *tested, const struct heard *heard) {
    const struct starttls_dialogue *dialogue = &heard->dialogue;
    ck_assert_msg(dialogue->protocol == tested->protocol, "%s: protocol %u", tested->name, dialogue->protocol);
    ck_assert_msg(heard->last == tested->last, "%s: step %d", tested->name, heard->last);
    ck_assert_msg(dialogue->asked == tested->asked, "%s: asked %d", tested->name, dialogue->asked);
    ck_assert_msg(dialogue->answer == tested->answer, "%s: answer %u", tested->name, dialogue->answer);
    ck_assert_msg(dialogue->listed == tested->listed, "%s: listed %d", tested->name, dialogue->listed);
    ck_assert_msg(dialogue->offered == tested->offered, "%s: offered %d", tested->name, dialogue->offered);
    ck_assert_msg(dialogue->went_on == tested->went_on, "%s: went_on %d", tested->name, dialogue->went_on);
    ck_assert_msg(dialogue->left == tested->left, "%s: left %d", tested->name, dialogue->left);
    size_t length = tested->words != NULL ? strlen(tested->words) : 0;
    ck_assert_msg(dialogue->words_length == length, "%s: %u bytes of words", tested->name, dialogue->words_length);
    if (length > 0) ck_assert_mem_eq(dialogue->words, tested->words, length);
    ck_assert_msg((dialogue->has_code ? dialogue->code : 0) == tested->code, "%s: code %u", tested->name,
                  dialogue->code);
    bool tls = tested->last == STARTTLS_TLS;
    ck_assert_msg(dialogue->tls[SIDE_CLIENT] == tls && dialogue->tls[SIDE_SERVER] == tls, "%s: tls", tested->name);
}

/* Segments of every size that could matter must give the same. */
static inline void case_hold(const struct dialogue_case *tested) {
    static const size_t chunks[] = {8192, 1, 2, 3, 5, 7, 16, 61};
    static struct heard heard;
    for (size_t i = 0; i < ARRAY_LENGTH(chunks); i++) {
        case_run(tested, &heard, chunks[i]);
        case_check(tested, &heard);
    }
}

/* Every dialogue broken off at every byte, and with each byte flipped: nothing is read that was not sent (the sanitizer
 * sees to that), and what is known stays within its bounds. */
static inline void bounds_check(const struct starttls_dialogue *dialogue) {
    ck_assert_uint_lt(dialogue->protocol, STARTTLS_PROTOCOL_COUNT);
    ck_assert_uint_le(dialogue->answer, STARTTLS_REFUSED);
    ck_assert_uint_le(dialogue->words_length, STARTTLS_WORDS_KEPT);
    ck_assert_uint_le(dialogue->target_length, STARTTLS_TARGET_KEPT);
    ck_assert(dialogue->asked || dialogue->answer == STARTTLS_UNANSWERED);
    ck_assert(!dialogue->tls[SIDE_CLIENT] || dialogue->answer == STARTTLS_GRANTED);
}

static inline void case_sweep(const struct dialogue_case *tested) {
    static struct heard heard;
    for (size_t spoilt = 0; spoilt < SAYS_CAP && tested->says[spoilt].text != NULL; spoilt++) {
        size_t length = said_length(&tested->says[spoilt]);
        for (size_t at = 0; at < 2 * length; at++) {
            unsigned char *bytes = exact_copy(tested->says[spoilt].text, length);
            if (at < length) bytes[at] ^= 0xff;
            heard_init(&heard);
            for (size_t i = 0; i < SAYS_CAP && tested->says[i].text != NULL; i++) {
                const struct said *said = &tested->says[i];
                if (tested->hidden && said->side == SIDE_CLIENT)
                    starttls_dialogue_hide_client(&heard.dialogue, (uint32_t)said_length(said));
                else if (i != spoilt)
                    heard_say(&heard, said->side, said->text, said_length(said), 8192);
                else
                    heard_say(&heard, said->side, bytes, at < length ? length : at - length, 8192);
            }
            bounds_check(&heard.dialogue);
            free(bytes);
        }
    }
}

#define C(text)                                                                                                        \
    { SIDE_CLIENT, text, 0 }
#define S(text)                                                                                                        \
    { SIDE_SERVER, text, 0 }
#define C_BYTES(text)                                                                                                  \
    { SIDE_CLIENT, text, sizeof(text) - 1 }
#define S_BYTES(text)                                                                                                  \
    { SIDE_SERVER, text, sizeof(text) - 1 }

/* The main of a program whose table is CASES. */
#define DIALOGUE_MAIN(title)                                                                                           \
    START_TEST(dialogue_is_followed) {                                                                                 \
        case_hold(&cases[_i]);                                                                                         \
    }                                                                                                                  \
    END_TEST                                                                                                           \
    START_TEST(dialogue_is_swept) {                                                                                    \
        case_sweep(&cases[_i]);                                                                                        \
    }                                                                                                                  \
    END_TEST                                                                                                           \
    int main(void) {                                                                                                   \
        Suite *suite = suite_create(title);                                                                            \
        TCase *tests = tcase_create(title);                                                                            \
        tcase_set_timeout(tests, 120);                                                                                 \
        tcase_add_loop_test(tests, dialogue_is_followed, 0, (int)ARRAY_LENGTH(cases));                                 \
        tcase_add_loop_test(tests, dialogue_is_swept, 0, (int)ARRAY_LENGTH(cases));                                    \
        suite_add_tcase(suite, tests);                                                                                 \
        return run_suite(suite);                                                                                       \
    }

#endif
