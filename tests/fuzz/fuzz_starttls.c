/* Dialogues before TLS: each input is a row of says, a byte for the side and one for the length in front of each. What
 * one side says is offered from a block of exactly its size. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "starttls/dialogue.h"
#include "starttls/recognise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
    if (!holds) abort();
}

/* What waits of a side, as the flow keeps it. */
struct waiting {
    uint8_t bytes[4096];
    size_t length;
};

static void state_check(const struct starttls_dialogue *dialogue) {
    check(dialogue->protocol < STARTTLS_PROTOCOL_COUNT);
    check(dialogue->words_length <= STARTTLS_WORDS_KEPT && dialogue->target_length <= STARTTLS_TARGET_KEPT);
    check(dialogue->opening_length[SIDE_CLIENT] <= STARTTLS_OPENING_KEPT);
    check(dialogue->opening_length[SIDE_SERVER] <= STARTTLS_OPENING_KEPT);
    check(dialogue->answer != STARTTLS_REFUSED || dialogue->asked);
    check(!dialogue->tls[SIDE_CLIENT] || dialogue->answer == STARTTLS_GRANTED);
    check(dialogue->units <= STARTTLS_UNITS_CAP + 1);
}

/* False where the dialogue is over. */
static bool offer(struct starttls_dialogue *dialogue, enum side side, struct waiting *waiting) {
    uint8_t *copy = malloc(waiting->length > 0 ? waiting->length : 1);
    enum starttls_step step = STARTTLS_ON;
    if (copy == NULL) return false;
    memcpy(copy, waiting->bytes, waiting->length);
    struct cursor input = cursor_over(copy, waiting->length);
    (void)starttls_speech_name(side, input);
    while (step == STARTTLS_ON && !cursor_is_empty(&input)) {
        size_t before = cursor_remaining(&input);
        step = starttls_dialogue_read(dialogue, side, 1, &input);
        check(cursor_remaining(&input) < before || step != STARTTLS_ON);
        state_check(dialogue);
    }
    waiting->length = cursor_remaining(&input);
    check(cursor_copy(&input, waiting->bytes, waiting->length));
    free(copy);
    return step == STARTTLS_ON || step == STARTTLS_WAIT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct waiting waiting[SIDE_COUNT];
    struct starttls_dialogue dialogue;
    struct cursor input = cursor_over(data, size), says;
    uint8_t head;
    starttls_dialogue_init(&dialogue);
    waiting[SIDE_CLIENT].length = waiting[SIDE_SERVER].length = 0;
    while (cursor_get_u8(&input, &head) && cursor_get_u8_prefixed(&input, &says)) {
        struct waiting *mine = &waiting[head & 1];
        size_t length = cursor_remaining(&says);
        if (head == 0xfd) starttls_dialogue_hide_client(&dialogue, (uint32_t)length);
        if (head == 0xff) starttls_dialogue_gap(&dialogue, SIDE_SERVER);
        if (mine->length + length > sizeof mine->bytes) break;
        check(cursor_copy(&says, mine->bytes + mine->length, length));
        mine->length += length;
        if (!offer(&dialogue, head & 1, mine)) break;
    }
    return 0;
}
