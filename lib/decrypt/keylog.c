#include "decrypt/keylog.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"

/* Places are counted from 1, so that zeroed memory is an empty table. */
#define NO_PLACE 0

/* One connection, in a chain of its bucket and in the list from the latest used to the least lately used. */
struct place {
    uint8_t random[KEYLOG_RANDOM_LENGTH];
    uint32_t chained, newer, older;
    struct keylog_secrets secrets;
};

struct keylog {
    struct siphash_key key;
    struct keylog_counters counters;
    uint32_t capacity, bucket_mask, newest, oldest;
    uint32_t *buckets;
    struct place *places; /* capacity + 1; the first is not used */
    char line[KEYLOG_LINE_CAP];
    size_t line_length;
    bool line_too_long; /* its rest is passed over */
};

enum { MASTER_LENGTH = 48, SHA256_LENGTH = 32, SHA384_LENGTH = 48 };

/* draft-ietf-tls-keylogfile section 2 */
static const struct {
    const char *name;
    enum keylog_label label;
} labels[] = {
    {"CLIENT_RANDOM", KEYLOG_MASTER},
    {"CLIENT_EARLY_TRAFFIC_SECRET", KEYLOG_CLIENT_EARLY},
    {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", KEYLOG_CLIENT_HANDSHAKE},
    {"SERVER_HANDSHAKE_TRAFFIC_SECRET", KEYLOG_SERVER_HANDSHAKE},
    {"CLIENT_TRAFFIC_SECRET_0", KEYLOG_CLIENT_TRAFFIC},
    {"SERVER_TRAFFIC_SECRET_0", KEYLOG_SERVER_TRAFFIC},
};

struct keylog *keylog_new(size_t capacity, const struct siphash_key *key) {
    enum { LARGEST = 1 << 24 };
    if (capacity == 0 || capacity > LARGEST) return NULL;
    struct keylog *keylog = calloc(1, sizeof *keylog);
    if (keylog == NULL) return NULL;
    uint32_t buckets = 1;
    while (buckets < capacity)
        buckets <<= 1;
    keylog->key = *key;
    keylog->capacity = (uint32_t)capacity;
    keylog->bucket_mask = buckets - 1;
    keylog->buckets = calloc(buckets, sizeof *keylog->buckets);
    keylog->places = calloc(capacity + 1, sizeof *keylog->places);
    if (keylog->buckets != NULL && keylog->places != NULL) return keylog;
    keylog_free(keylog);
    return NULL;
}

void keylog_free(struct keylog *keylog) {
    if (keylog == NULL) return;
    /* places are taken from the front, and those never taken were never written */
    if (keylog->places != NULL)
        OPENSSL_cleanse(keylog->places, (keylog->counters.connections + 1) * sizeof *keylog->places);
    free(keylog->places);
    free(keylog->buckets);
    OPENSSL_cleanse(keylog, sizeof *keylog);
    free(keylog);
}

static uint32_t *bucket_of(struct keylog *keylog, const uint8_t *random) {
    return &keylog->buckets[siphash(&keylog->key, random, KEYLOG_RANDOM_LENGTH) & keylog->bucket_mask];
}

static uint32_t place_find(struct keylog *keylog, const uint8_t *random) {
    uint32_t at = *bucket_of(keylog, random);
    while (at != NO_PLACE && memcmp(keylog->places[at].random, random, KEYLOG_RANDOM_LENGTH) != 0)
        at = keylog->places[at].chained;
    return at;
}

static void list_remove(struct keylog *keylog, uint32_t at) {
    struct place *place = &keylog->places[at];
    uint32_t *from_newer = place->newer != NO_PLACE ? &keylog->places[place->newer].older : &keylog->newest;
    uint32_t *from_older = place->older != NO_PLACE ? &keylog->places[place->older].newer : &keylog->oldest;
    *from_newer = place->older;
    *from_older = place->newer;
}

static void list_put_first(struct keylog *keylog, uint32_t at) {
    struct place *place = &keylog->places[at];
    place->newer = NO_PLACE;
    place->older = keylog->newest;
    if (keylog->newest != NO_PLACE)
        keylog->places[keylog->newest].newer = at;
    else
        keylog->oldest = at;
    keylog->newest = at;
}

/* Wipes the least lately used connection; returns its place. */
static uint32_t place_reclaim(struct keylog *keylog) {
    uint32_t at = keylog->oldest;
    struct place *place = &keylog->places[at];
    uint32_t *link = bucket_of(keylog, place->random);
    while (*link != at)
        link = &keylog->places[*link].chained;
    *link = place->chained;
    list_remove(keylog, at);
    OPENSSL_cleanse(place, sizeof *place);
    keylog->counters.forgotten++;
    return at;
}

static struct place *place_take(struct keylog *keylog, const uint8_t *random) {
    uint32_t at;
    if (keylog->counters.connections < keylog->capacity)
        at = (uint32_t)++keylog->counters.connections;
    else
        at = place_reclaim(keylog);
    struct place *place = &keylog->places[at];
    uint32_t *bucket = bucket_of(keylog, random);
    memcpy(place->random, random, KEYLOG_RANDOM_LENGTH);
    place->chained = *bucket;
    *bucket = at;
    list_put_first(keylog, at);
    return place;
}

const struct keylog_secrets *keylog_find(struct keylog *keylog, const uint8_t random[KEYLOG_RANDOM_LENGTH]) {
    uint32_t at = place_find(keylog, random);
    if (at == NO_PLACE) return NULL;
    list_remove(keylog, at);
    list_put_first(keylog, at);
    return &keylog->places[at].secrets;
}

static bool digit_read(uint8_t character, uint8_t *value) {
    if (character >= '0' && character <= '9')
        *value = (uint8_t)(character - '0');
    else if (character >= 'a' && character <= 'f')
        *value = (uint8_t)(character - 'a' + 10);
    else if (character >= 'A' && character <= 'F')
        *value = (uint8_t)(character - 'A' + 10);
    else
        return false;
    return true;
}

/* The next word, up to a space or the end; an empty one where two spaces follow each other. */
static struct cursor word_take(struct cursor *line) {
    struct cursor at = *line, word;
    size_t length = 0;
    uint8_t character;
    while (cursor_get_u8(&at, &character) && character != ' ')
        length++;
    if (!cursor_sub(line, length, &word)) word = cursor_rest(line);
    (void)!cursor_skip(line, 1);
    return word;
}

/* COUNT bytes as hexadecimal digits. */
static bool bytes_read(struct cursor *word, uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint8_t first, second, high, low;
        if (!cursor_get_u8(word, &first) || !cursor_get_u8(word, &second)) return false;
        if (!digit_read(first, &high) || !digit_read(second, &low)) return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool label_find(struct cursor word, enum keylog_label *label) {
    for (size_t i = 0; i < ARRAY_LENGTH(labels); i++) {
        struct cursor at = word;
        const uint8_t *bytes;
        size_t length = strlen(labels[i].name);
        if (cursor_remaining(&at) != length || !cursor_take(&at, length, &bytes)) continue;
        if (memcmp(bytes, labels[i].name, length) != 0) continue;
        *label = labels[i].label;
        return true;
    }
    return false;
}

static bool secret_read(struct cursor word, enum keylog_label label, struct keylog_secret *secret) {
    size_t length = cursor_remaining(&word) / 2;
    bool fits = label == KEYLOG_MASTER ? length == MASTER_LENGTH : length == SHA256_LENGTH || length == SHA384_LENGTH;
    if (!fits || cursor_remaining(&word) % 2 != 0 || !bytes_read(&word, secret->bytes, length)) return false;
    secret->length = (uint8_t)length;
    return true;
}

static void secret_keep(struct keylog *keylog, const uint8_t *random, enum keylog_label label,
                        const struct keylog_secret *secret) {
    uint32_t at = place_find(keylog, random);
    struct place *place = at != NO_PLACE ? &keylog->places[at] : place_take(keylog, random);
    place->secrets.of[label] = *secret;
    keylog->counters.lines++;
}

/* "<label> <client random> <secret>", the last two in hexadecimal digits; "#" begins a comment. */
static void line_read(struct keylog *keylog, struct cursor line) {
    uint8_t random[KEYLOG_RANDOM_LENGTH];
    struct keylog_secret secret;
    enum keylog_label label;
    struct cursor name = word_take(&line);
    if (!label_find(name, &label)) {
        keylog->counters.passed++;
        return;
    }
    struct cursor client_random = word_take(&line), digits = word_take(&line);
    bool good = cursor_remaining(&client_random) == sizeof random * 2 &&
                bytes_read(&client_random, random, sizeof random) && cursor_is_empty(&line) &&
                secret_read(digits, label, &secret);
    if (good)
        secret_keep(keylog, random, label, &secret);
    else
        keylog->counters.malformed++;
    OPENSSL_cleanse(&secret, sizeof secret);
}

/* The line that was gathered is whole. */
static void line_end(struct keylog *keylog) {
    size_t length = keylog->line_length;
    while (length > 0 && (keylog->line[length - 1] == '\r' || keylog->line[length - 1] == ' '))
        length--;
    if (keylog->line_too_long)
        keylog->counters.malformed++;
    else
        line_read(keylog, cursor_over(keylog->line, length));
    keylog_restart(keylog);
}

void keylog_append(struct keylog *keylog, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n')
            line_end(keylog);
        else if (keylog->line_length < sizeof keylog->line)
            keylog->line[keylog->line_length++] = bytes[i];
        else
            keylog->line_too_long = true;
    }
}

void keylog_end(struct keylog *keylog) {
    if (keylog->line_length > 0) line_end(keylog);
}

void keylog_restart(struct keylog *keylog) {
    OPENSSL_cleanse(keylog->line, keylog->line_length);
    keylog->line_length = 0;
    keylog->line_too_long = false;
}

const struct keylog_counters *keylog_counters(const struct keylog *keylog) {
    return &keylog->counters;
}
