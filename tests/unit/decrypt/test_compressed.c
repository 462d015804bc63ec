/* CompressedCertificate (RFC 8879) out of a decrypted flight. */
#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include "sealed_scene.h"

enum { ALGORITHM_ZLIB = 1, ALGORITHM_BROTLI = 2, ALGORITHM_ZSTD = 3, MESSAGE_CAP = 3000, LIST_CAP = 1 << 17 };

static size_t compress_with(unsigned algorithm, const uint8_t *plain, size_t length, uint8_t *out, size_t room) {
    uLongf zlib_room = room;
    switch (algorithm) {
    case ALGORITHM_BROTLI:
        ck_assert(BrotliEncoderCompress(11, 22, BROTLI_MODE_GENERIC, length, plain, &room, out) == BROTLI_TRUE);
        return room;
    case ALGORITHM_ZSTD:
        room = ZSTD_compress(out, room, plain, length, 3);
        ck_assert(!ZSTD_isError(room));
        return room;
    default:
        ck_assert_int_eq(compress2(out, &zlib_room, plain, length, 9), Z_OK);
        return zlib_room;
    }
}

/* RFC 8879 section 4 */
struct compressed {
    uint16_t algorithm;
    uint32_t announced; /* uncompressed_length */
    size_t length;
    uint8_t message[MESSAGE_CAP];
};

static struct compressed compressed_make(unsigned algorithm, const uint8_t *plain, size_t length) {
    struct compressed made = {.algorithm = (uint16_t)algorithm, .announced = (uint32_t)length};
    made.length = compress_with(algorithm, plain, length, made.message, sizeof made.message);
    return made;
}

static struct script_bytes *compressed_write(const struct compressed *compressed) {
    struct script_bytes *body = new_bytes();
    put_u16(body, compressed->algorithm);
    put_u24(body, compressed->announced);
    put_u24(body, (unsigned)compressed->length);
    put(body, compressed->message, compressed->length);
    return body;
}

/* Plays a handshake of which SIDE's certificate is BODY; true where there is a Certificate to read then. */
static bool play(enum side side, const uint8_t *body, size_t length, struct scene **played) {
    char trace[1024];
    struct cursor kept;
    struct scene *scene = scene_new(false);
    bool server = side == SIDE_SERVER;
    if (!server) say_flight(scene, true);
    say_hidden_message(scene, side, server ? SEAL_SERVER : SEAL_CLIENT, TLS_MESSAGE_COMPRESSED_CERTIFICATE, body,
                       length);
    scene_play(scene, 0, trace, sizeof trace);
    ck_assert_str_eq(trace, server ? "C:1 S:2 S:c S:25" : "C:1 S:2 S:c S:8 S:13 S:11 S:15 S:20 C:25");
    bool readable = tls_conversation_message(&scene->replay.conversation,
                                             server ? TLS_SLOT_SERVER_CERTIFICATE : TLS_SLOT_CLIENT_CERTIFICATE, &kept);
    if (played != NULL)
        *played = scene;
    else
        scene_free(scene);
    return readable;
}

static bool play_compressed(enum side side, const struct compressed *compressed, struct scene **played) {
    struct script_bytes *body = compressed_write(compressed);
    bool readable = play(side, body->data, body->length, played);
    free(body);
    return readable;
}

START_TEST(a_compressed_certificate_is_read) {
    struct compressed made = compressed_make((unsigned)_i, certificate_13, sizeof certificate_13);
    struct scene *scene;
    ck_assert(play_compressed(SIDE_SERVER, &made, &scene));
    check_kept(scene, TLS_SLOT_SERVER_CERTIFICATE, certificate_12, sizeof certificate_12);
    check_kept(scene, TLS_SLOT_CERTIFICATE_STATUS, status, sizeof status);
    scene_free(scene);
    ck_assert(play_compressed(SIDE_CLIENT, &made, &scene));
    check_kept(scene, TLS_SLOT_CLIENT_CERTIFICATE, certificate_12, sizeof certificate_12);
    scene_free(scene);
}
END_TEST

/* "The decompressed message MUST be of the length that uncompressed_length announces." */
START_TEST(a_length_that_is_not_kept_is_not_believed) {
    struct compressed made = compressed_make((unsigned)_i, certificate_13, sizeof certificate_13);
    static const uint32_t wrong[] = {0,     1,       sizeof certificate_13 - 1, sizeof certificate_13 + 1, 65536,
                                     65537, 0xffffff};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        made.announced = wrong[i];
        ck_assert_msg(!play_compressed(SIDE_SERVER, &made, NULL), "%u bytes announced", wrong[i]);
    }
}
END_TEST

START_TEST(bytes_behind_the_end_are_not_passed_over) {
    struct compressed made = compressed_make((unsigned)_i, certificate_13, sizeof certificate_13);
    made.message[made.length++] = 0;
    ck_assert(!play_compressed(SIDE_SERVER, &made, NULL));
    made.length--;
    struct script_bytes *body = compressed_write(&made);
    put_u8(body, 0);
    ck_assert(!play(SIDE_SERVER, body->data, body->length, NULL));
    free(body);
}
END_TEST

START_TEST(an_unknown_algorithm_is_not_read) {
    static const uint16_t unknown[] = {0, 4, 0x0100, 0x0300, 0xffff};
    struct compressed made = compressed_make(ALGORITHM_ZLIB, certificate_13, sizeof certificate_13);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        made.algorithm = unknown[i];
        ck_assert(!play_compressed(SIDE_SERVER, &made, NULL));
    }
}
END_TEST

/* A list of one certificate of zeros, LENGTH bytes in all: the longest that is kept, and one byte more. */
START_TEST(a_bomb_is_not_expanded) {
    static uint8_t list[LIST_CAP];
    static const struct {
        size_t length;
        bool wanted;
    } bombs[] = {{65536, true}, {65537, false}, {LIST_CAP, false}};
    for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++) {
        unsigned inside = (unsigned)bombs[i].length - 4, certificate = inside - 5;
        uint8_t head[] = {0,
                          (uint8_t)(inside >> 16),
                          (uint8_t)(inside >> 8),
                          (uint8_t)inside,
                          (uint8_t)(certificate >> 16),
                          (uint8_t)(certificate >> 8),
                          (uint8_t)certificate};
        memcpy(list, head, sizeof head);
        struct compressed made = compressed_make((unsigned)_i, list, bombs[i].length);
        ck_assert_int_eq(play_compressed(SIDE_SERVER, &made, NULL), bombs[i].wanted);
        made.announced = 65536;
        ck_assert_int_eq(play_compressed(SIDE_SERVER, &made, NULL), bombs[i].wanted);
    }
}
END_TEST

/* Half a message never passes for a whole one. */
START_TEST(every_prefix_is_refused) {
    struct compressed made = compressed_make((unsigned)_i, certificate_13, sizeof certificate_13);
    struct script_bytes *body = compressed_write(&made);
    for (size_t length = 0; length < body->length; length++)
        ck_assert(!play(SIDE_SERVER, body->data, length, NULL));
    while (--made.length > 0) /* whole by its own account */
        ck_assert(!play_compressed(SIDE_SERVER, &made, NULL));
    free(body);
}
END_TEST

/* zlib has a checksum: what is read is what was compressed (there are bits that mean nothing). Of the others only that
 * nothing breaks can be said, which the sanitizers see to. */
START_TEST(every_flipped_byte_is_survived) {
    struct compressed made = compressed_make((unsigned)_i, certificate_13, sizeof certificate_13);
    size_t length = 2 + 3 + 3 + made.length;
    for (size_t bit = 0; bit < length * 8; bit++) {
        struct script_bytes *changed = compressed_write(&made);
        struct scene *scene;
        changed->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        bool readable = play(SIDE_SERVER, changed->data, changed->length, &scene);
        if (readable && _i == ALGORITHM_ZLIB)
            check_kept(scene, TLS_SLOT_SERVER_CERTIFICATE, certificate_12, sizeof certificate_12);
        scene_free(scene);
        free(changed);
    }
}
END_TEST

/* In plain text there is no such message: TLS 1.2 has no compressed certificates. */
START_TEST(it_is_not_kept_from_plain_text) {
    struct compressed made = compressed_make(ALGORITHM_ZLIB, certificate_13, sizeof certificate_13);
    struct script_bytes *body = compressed_write(&made);
    struct script *script = new_script(0x0303);
    struct script_reader *reader = new_reader(1 << 20);
    say_client_hello(script);
    say_server_hello(script, 0x0303, 0xc02f, 0);
    say_message(script, SIDE_SERVER, TLS_MESSAGE_COMPRESSED_CERTIFICATE, body->data, body->length);
    reader_play(reader, script, 0);
    ck_assert(!reader->conversation.kept[TLS_SLOT_SERVER_CERTIFICATE].seen);
    free_reader(reader);
    free(script);
    free(body);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("compressed");
    TCase *cases = tcase_create("all");
    tcase_add_loop_test(cases, a_compressed_certificate_is_read, ALGORITHM_ZLIB, ALGORITHM_ZSTD + 1);
    tcase_add_loop_test(cases, a_length_that_is_not_kept_is_not_believed, ALGORITHM_ZLIB, ALGORITHM_ZSTD + 1);
    tcase_add_loop_test(cases, bytes_behind_the_end_are_not_passed_over, ALGORITHM_ZLIB, ALGORITHM_ZSTD + 1);
    tcase_add_loop_test(cases, a_bomb_is_not_expanded, ALGORITHM_ZLIB, ALGORITHM_ZSTD + 1);
    tcase_add_loop_test(cases, every_prefix_is_refused, ALGORITHM_ZLIB, ALGORITHM_ZSTD + 1);
    tcase_add_loop_test(cases, every_flipped_byte_is_survived, ALGORITHM_ZLIB, ALGORITHM_ZSTD + 1);
    tcase_add_test(cases, an_unknown_algorithm_is_not_read);
    tcase_add_test(cases, it_is_not_kept_from_plain_text);
    tcase_set_timeout(cases, 120);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
