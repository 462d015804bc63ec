/* What the sizes of TLS 1.3's records say. The flights are those of real stacks, as captured: the lengths of record
 * bodies, written as "side and length" with "CCS" for the dummy ChangeCipherSpec and "a" for an alert in the clear. */
#include "tls/shape.h"

#include <ctype.h>

#include "tls_script.h"

enum {
    SHA256 = 0x1301, /* TLS_AES_128_GCM_SHA256 */
    SHA384 = 0x1302, /* TLS_AES_256_GCM_SHA384 */
    CCM_8 = 0x1305,  /* TLS_AES_128_CCM_8_SHA256: tags of 8 bytes */
    UNKNOWN = 0x1aff,
};

static size_t number(const char **at) {
    size_t value = 0;
    for (; isdigit((unsigned char)**at); (*at)++)
        value = value * 10 + (size_t)(**at - '0');
    return value;
}

/* Plays what came behind the ServerHello: "s27 s1753 c53 ca48 s19". */
static void play_records(struct script *script, const char *records) {
    enum side side = SIDE_SERVER;
    for (const char *at = records; *at != '\0';) {
        if (*at == ' ') {
            at++;
        } else if (*at == 'c' || *at == 's') {
            side = *at == 'c' ? SIDE_CLIENT : SIDE_SERVER;
            at++;
        } else if (*at == 'a') {
            at++;
            say_alert(script, side, 2, (unsigned)number(&at));
        } else if (*at == 'C') {
            say_change_cipher_spec(script, side);
            at++;
        } else if (isdigit((unsigned char)*at)) {
            say_encrypted(script, side, TLS_CONTENT_APPLICATION_DATA, number(&at));
        } else {
            ck_abort_msg("cannot read %s", at);
        }
    }
}

struct shape_case {
    const char *name;
    const char *records; /* behind the ServerHello */
    uint16_t suite;
    bool psk, early;
    enum tls_server_flight server_flight;
    enum tls_request request;
    enum tls_answer answer;
    enum tls_finished finished;
    enum tls_word server_word;
    enum tls_closing closing;
    enum tls_completion completion;
};

#define WHOLE         TLS_FLIGHT_WHOLE
#define BEGUN         TLS_FLIGHT_BEGUN
#define NO            TLS_REQUEST_NO
#define ASKING        TLS_REQUEST_LIKELY
#define ANSWERED      TLS_REQUEST_ANSWERED
#define NONE          TLS_WORD_NONE
#define ALERT         TLS_WORD_ALERT
#define MORE          TLS_WORD_MORE
#define BY_SIZE       TLS_FINISHED_BY_SIZE
#define JOINED        TLS_FINISHED_JOINED
#define NOT_SEEN      TLS_FINISHED_NOT_SEEN
#define PROVEN        TLS_COMPLETION_PROVEN
#define REFUSED       TLS_COMPLETION_REFUSED
#define UNFINISHED    TLS_COMPLETION_UNFINISHED
#define BY_CLIENT     TLS_CLOSING_CLIENT
#define BY_SERVER     TLS_CLOSING_SERVER
#define NOBODY        TLS_CLOSING_NONE
#define A_NONE        TLS_ANSWER_NONE
#define A_ALERT       TLS_ANSWER_ALERT
#define A_PLAIN       TLS_ANSWER_ALERT_PLAIN
#define A_FINISHED    TLS_ANSWER_FINISHED
#define A_EMPTY       TLS_ANSWER_CERTIFICATE_EMPTY
#define A_CERTIFICATE TLS_ANSWER_CERTIFICATE

static const struct shape_case cases[] = {
    /* --- flights that ask for nothing, and their good ends --- */
    {"apache, curl", "sC s36 s1753 s281 s69 cC c69 c99 s298 s298 s45", SHA384, false, false, WHOLE, NO, A_FINISHED,
     BY_SIZE, MORE, BY_CLIENT, PROVEN},
    {"haproxy, nss", "sC s27 s1753 s281 s53 c53 s250 s250 s19", SHA256, false, false, WHOLE, NO, A_FINISHED, BY_SIZE,
     MORE, BY_SERVER, PROVEN},
    {"jsse server pads", "s65 s1769 s297 s85 c69 c35 s2035", SHA384, false, false, WHOLE, NO, A_FINISHED, BY_SIZE, MORE,
     BY_CLIENT, PROVEN},
    {"nss server: one record", "sC s2083 cC c53 c63 s198 s154 s19", SHA256, false, false, WHOLE, NO, A_FINISHED,
     BY_SIZE, MORE, BY_SERVER, PROVEN},
    {"nss server has spoken, nobody else", "sC s2083", SHA256, false, false, BEGUN, TLS_REQUEST_UNKNOWN, A_NONE,
     NOT_SEEN, NONE, NOBODY, UNFINISHED},
    {"rustls, gnutls", "sC s27 s1753 s281 s69 cC c69 c19 s98 s19", SHA384, false, false, WHOLE, NO, A_FINISHED, BY_SIZE,
     MORE, BY_CLIENT, PROVEN},
    {"resumed", "sC s23 s53 cC c53 c100 s300", SHA256, true, false, WHOLE, NO, A_FINISHED, BY_SIZE, MORE, BY_CLIENT,
     PROVEN},
    {"resumed, EncryptedExtensions as long as Finished", "s53", SHA256, true, false, BEGUN, TLS_REQUEST_UNKNOWN, A_NONE,
     NOT_SEEN, NONE, NOBODY, UNFINISHED},
    {"resumed, boringssl: the flight in one record, then tickets", "sC s69 s470 cC c53 c35", SHA256, true, false, WHOLE,
     NO, A_FINISHED, BY_SIZE, NONE, BY_CLIENT, PROVEN},
    {"resumed, the server pads to 64", "sC s80 s80 cC c53 s80", SHA256, true, false, WHOLE, NO, A_FINISHED, BY_SIZE,
     MORE, BY_CLIENT, PROVEN},
    {"certificate longer than a record", "s27 s16401 s3000 s281 s53 c53", SHA256, false, false, WHOLE, NO, A_FINISHED,
     BY_SIZE, NONE, BY_CLIENT, PROVEN},

    /* --- tickets in the server's first flight prove nothing --- */
    {"go: early ticket", "sC s23 s1753 s281 s53 s147", SHA256, false, false, WHOLE, NO, A_NONE, NOT_SEEN, NONE,
     BY_CLIENT, UNFINISHED},
    {"gnutls: two early tickets, client refuses", "sC s29 s1753 s281 s53 s252 s252 cC c19", SHA256, false, false, WHOLE,
     NO, A_ALERT, NOT_SEEN, NONE, BY_CLIENT, UNFINISHED},
    {"go: early ticket, nothing asked, client leaves", "sC s23 s1753 s281 s53 s147 cC c53 c19", SHA256, false, false,
     WHOLE, NO, A_FINISHED, BY_SIZE, NONE, BY_CLIENT, PROVEN},

    /* --- the client refuses the server's certificate --- */
    {"chromium", "sC s27 s1753 s281 s53 cC c19", SHA256, false, false, WHOLE, NO, A_ALERT, NOT_SEEN, NONE, BY_CLIENT,
     UNFINISHED},
    {"jsse client pads", "sC s27 s1753 s281 s69 cC c35", SHA384, false, false, WHOLE, NO, A_ALERT, NOT_SEEN, NONE,
     BY_CLIENT, UNFINISHED},
    {"openssl client, in the clear", "sC s27 s1753 s281 s69 ca48", SHA384, false, false, WHOLE, NO, A_PLAIN, NOT_SEEN,
     NONE, BY_CLIENT, UNFINISHED},
    {"ccm_8: alert of 11", "sC s19 s1745 s273 s45 cC c11", CCM_8, false, false, WHOLE, NO, A_ALERT, NOT_SEEN, NONE,
     BY_CLIENT, UNFINISHED},
    {"ccm_8: Finished of 45", "sC s19 s1745 s273 s45 cC c45 c91 s242", CCM_8, false, false, WHOLE, NO, A_FINISHED,
     BY_SIZE, MORE, BY_CLIENT, PROVEN},
    {"the server pads to 64", "sC s80 s1744 s336 s80 cC c19", SHA256, false, false, WHOLE, TLS_REQUEST_UNKNOWN, A_ALERT,
     NOT_SEEN, NONE, BY_CLIENT, UNFINISHED},
    {"nss server: the flight in one record", "sC s2083 cC c19", SHA256, false, false, WHOLE, TLS_REQUEST_UNKNOWN,
     A_ALERT, NOT_SEEN, NONE, BY_CLIENT, UNFINISHED},
    {"only EncryptedExtensions, padded to 256, had come", "sC s272 cC c19", SHA256, false, false, BEGUN,
     TLS_REQUEST_UNKNOWN, A_ALERT, NOT_SEEN, NONE, BY_CLIENT, UNFINISHED},
    {"node: a bare FIN", "sC s32 s1753 s281 s69", SHA384, false, false, WHOLE, NO, A_NONE, NOT_SEEN, NONE, BY_CLIENT,
     UNFINISHED},

    /* --- the client has no certificate --- */
    {"apache", "sC s27 s112 s1753 s281 s69 cC c25 c69 s19", SHA384, false, false, WHOLE, ANSWERED, A_EMPTY, BY_SIZE,
     ALERT, BY_SERVER, REFUSED},
    {"jsse client, refused before its Finished", "sC s27 s112 s1753 s281 s69 cC c41 s19 c85", SHA384, false, false,
     WHOLE, ANSWERED, A_EMPTY, BY_SIZE, ALERT, BY_SERVER, REFUSED},
    {"caddy, jsse client", "sC s23 s112 s1753 s281 s53 cC c41 s19", SHA256, false, false, WHOLE, ANSWERED, A_EMPTY,
     NOT_SEEN, ALERT, BY_SERVER, REFUSED},
    {"go, firefox: one record", "sC s23 s112 s1753 s281 s53 cC c61 c453 s19", SHA256, false, false, WHOLE, ANSWERED,
     A_EMPTY, JOINED, ALERT, BY_SERVER, REFUSED},
    {"sha384: one record of 77", "sC s23 s112 s1753 s281 s69 cC c77 c453 s19", SHA384, false, false, WHOLE, ANSWERED,
     A_EMPTY, JOINED, ALERT, BY_SERVER, REFUSED},
    {"gnutls, a request on its way", "sC s23 s116 s1753 s281 s69 cC c25 c69 c63 s19", SHA384, false, false, WHOLE,
     ANSWERED, A_EMPTY, BY_SIZE, ALERT, BY_SERVER, REFUSED},
    {"jsse server", "sC s65 s166 s1769 s297 s85 cC c25 c69 c164 s35", SHA384, false, false, WHOLE, ANSWERED, A_EMPTY,
     BY_SIZE, ALERT, BY_SERVER, REFUSED},
    {"nginx lets it pass and answers", "sC s27 s112 s1753 s281 s69 cC c25 c69 c98 s282 s282 s406", SHA384, false, false,
     WHOLE, ANSWERED, A_EMPTY, BY_SIZE, MORE, BY_SERVER, PROVEN},

    /* --- the client's certificate is refused, or accepted --- */
    {"openssl server", "sC s49 s112 s1753 s281 s69 cC c1709 c281 c69 c267 s19", SHA384, false, false, WHOLE, ANSWERED,
     A_CERTIFICATE, BY_SIZE, ALERT, BY_SERVER, REFUSED},
    {"gnutls: two alerts", "sC s23 s116 s1753 s281 s69 cC c1709 c281 c69 s19 s19", SHA384, false, false, WHOLE,
     ANSWERED, A_CERTIFICATE, BY_SIZE, ALERT, BY_SERVER, REFUSED},
    {"caddy: at the Certificate", "sC s23 s112 s1753 s281 s53 cC c687 s19 c112", SHA256, false, false, WHOLE, ANSWERED,
     A_CERTIFICATE, NOT_SEEN, ALERT, BY_SERVER, REFUSED},
    {"go, nss client: one record", "sC s23 s112 s1753 s281 s53 c2009 c35 s19", SHA256, false, false, WHOLE, ANSWERED,
     A_CERTIFICATE, JOINED, ALERT, BY_SERVER, REFUSED},
    {"python, jsse client", "sC s23 s62 s1753 s281 s69 cC c1522 c113 c85 c79 s19", SHA384, false, false, WHOLE,
     ANSWERED, A_CERTIFICATE, BY_SIZE, ALERT, BY_SERVER, REFUSED},
    {"node: no word", "sC s23 s112 s1753 s281 s69 cC c1709 c281 c69 c99", SHA384, false, false, WHOLE, ANSWERED,
     A_CERTIFICATE, BY_SIZE, NONE, BY_SERVER, TLS_COMPLETION_DROPPED},
    {"accepted: the tickets come behind it", "sC s49 s112 s1753 s281 s69 cC c1506 c95 c69 c98 s900 s900", SHA384, false,
     false, WHOLE, ANSWERED, A_CERTIFICATE, BY_SIZE, MORE, BY_CLIENT, PROVEN},
    {"nss client, accepted", "sC s23 s112 s1753 s281 s53 c1621 s1630", SHA256, false, false, WHOLE, ANSWERED,
     A_CERTIFICATE, JOINED, MORE, BY_CLIENT, PROVEN},
    {"asked, not answered yet", "sC s23 s112 s1753 s281 s53", SHA256, false, false, WHOLE, ASKING, A_NONE, NOT_SEEN,
     NONE, BY_CLIENT, UNFINISHED},
    {"asked by a CertificateRequest as long as Finished", "sC s23 s53 s1753 s281 s53", SHA256, false, false, WHOLE,
     ASKING, A_NONE, NOT_SEEN, NONE, BY_CLIENT, UNFINISHED},

    /* --- refusals of the server where EncryptedExtensions belongs --- */
    {"go: alpn", "sC s19", SHA256, false, false, TLS_FLIGHT_NONE, TLS_REQUEST_UNKNOWN, A_NONE, NOT_SEEN, NONE,
     BY_SERVER, UNFINISHED},
    {"jsse: signatures", "sC s65 s35", SHA256, false, false, BEGUN, TLS_REQUEST_UNKNOWN, A_NONE, NOT_SEEN, NONE,
     BY_SERVER, UNFINISHED},

    /* --- the client's Finished is bad; or the idle close of a good one: the same sizes --- */
    {"Finished refused", "sC s27 s1753 s281 s53 cC c53 c99 s19", SHA256, false, false, WHOLE, NO, A_FINISHED, BY_SIZE,
     ALERT, BY_SERVER, REFUSED},
    {"jsse client closes with two alerts", "sC s27 s1753 s281 s69 cC c85 c35 c35 s19", SHA384, false, false, WHOLE, NO,
     A_FINISHED, BY_SIZE, ALERT, BY_CLIENT, PROVEN},
    {"a request of 18 bytes is no alert", "sC s27 s1753 s281 s69 cC c69 c35 s19", SHA384, false, false, WHOLE, NO,
     A_FINISHED, BY_SIZE, ALERT, BY_SERVER, REFUSED},
    {"client closes first", "sC s27 s1753 s281 s53 cC c53 c19 s19", SHA256, false, false, WHOLE, NO, A_FINISHED,
     BY_SIZE, ALERT, BY_CLIENT, PROVEN},
    {"nothing more was heard", "sC s27 s1753 s281 s53 cC c53", SHA256, false, false, WHOLE, NO, A_FINISHED, BY_SIZE,
     NONE, NOBODY, TLS_COMPLETION_OPEN},

    /* --- early data --- */
    {"early data goes on behind the ServerHello", "sC s31 c400 s53 c800 c21 c53 s300", SHA256, true, true, WHOLE, NO,
     A_FINISHED, BY_SIZE, MORE, BY_CLIENT, PROVEN},
    {"early data as long as Finished, ahead of the server's", "sC s31 c53 s53", SHA256, true, true, WHOLE, NO, A_NONE,
     NOT_SEEN, NONE, BY_CLIENT, UNFINISHED},
    {"cloudflare: EncryptedExtensions and Finished joined, data, EndOfEarlyData", "sC s72 s461 s57 c21 c53 s26", SHA256,
     true, true, WHOLE, NO, A_FINISHED, BY_SIZE, MORE, BY_CLIENT, PROVEN},
    {"early data of 53 bytes, no end of it", "sC s72 s461 s57 c53 s26", SHA256, true, true, BEGUN, TLS_REQUEST_UNKNOWN,
     A_NONE, NOT_SEEN, NONE, BY_CLIENT, UNFINISHED},
    {"EndOfEarlyData and Finished in one record", "sC s31 s53 c57 s300", SHA256, true, true, WHOLE, NO, A_FINISHED,
     JOINED, MORE, BY_CLIENT, PROVEN},
    {"early data refused, full handshake", "sC s31 s1753 s281 s53 c300 c53 s300", SHA256, false, true, WHOLE, NO,
     A_FINISHED, BY_SIZE, MORE, BY_CLIENT, PROVEN},

    /* --- sizes that fit nothing --- */
    {"padded to 512: undecided", "s512 s2048 s512 s512 c512 s512", SHA256, false, false, WHOLE, TLS_REQUEST_UNKNOWN,
     TLS_ANSWER_UNCLEAR, NOT_SEEN, MORE, NOBODY, TLS_COMPLETION_UNKNOWN},
    {"odd answer, then traffic", "s27 s1753 s281 s53 c90 s90 s90 c90 c90 s90", SHA256, false, false, WHOLE, NO,
     TLS_ANSWER_UNCLEAR, TLS_FINISHED_IMPLIED, MORE, NOBODY, PROVEN},
    {"odd answer, then little", "s27 s1753 s281 s53 c90 s90 s90", SHA256, false, false, WHOLE, NO, TLS_ANSWER_UNCLEAR,
     NOT_SEEN, MORE, BY_SERVER, TLS_COMPLETION_UNKNOWN},
    {"unknown suite: either hash", "s27 s1753 s281 s69 c53 s250", UNKNOWN, false, false, WHOLE, NO, A_FINISHED, BY_SIZE,
     MORE, BY_CLIENT, PROVEN},
};

static struct script_reader *play(const struct shape_case *row) {
    struct script *script = new_script(0x0303);
    struct script_reader *reader = new_reader(64 << 10);
    say_client_hello(script);
    if (row->early) say_encrypted(script, SIDE_CLIENT, TLS_CONTENT_APPLICATION_DATA, 500);
    say_server_hello(script, 0x0303, row->suite, HELLO_13 | (row->psk ? HELLO_PSK : 0));
    play_records(script, row->records);
    reader_play(reader, script, 0);
    free(script);
    return reader;
}

START_TEST(each_flight_says_what_it_can) {
    const struct shape_case *row = &cases[_i];
    struct script_reader *reader = play(row);
    struct tls_shape shape;
    tls_shape_read(&reader->conversation, &shape);
    ck_assert(shape.applies);
    ck_assert_msg(shape.server_flight == row->server_flight, "%s: server flight %d", row->name, shape.server_flight);
    ck_assert_msg(shape.request == row->request, "%s: request %d", row->name, shape.request);
    ck_assert_msg(shape.answer == row->answer, "%s: answer %d", row->name, shape.answer);
    ck_assert_msg(shape.finished == row->finished, "%s: finished %d", row->name, shape.finished);
    ck_assert_msg(shape.server_word == row->server_word, "%s: server word %d", row->name, shape.server_word);
    enum tls_completion completion = tls_shape_completion(&reader->conversation, row->closing);
    ck_assert_msg(completion == row->completion, "%s: completion %d", row->name, completion);
    ck_assert_msg(!shape.server_went_on || reader->conversation.phase == TLS_PHASE_DONE, "%s: phase", row->name);
    ck_assert_msg(shape.server_went_on || reader->conversation.phase != TLS_PHASE_DONE, "%s: phase", row->name);
    ck_assert_msg(shape.early_data == row->early, "%s: early data", row->name);
    free_reader(reader);
}
END_TEST

/* The event that an index points at: side and length. */
static void check_event(const struct script_reader *reader, int16_t index, enum side side, uint16_t length) {
    ck_assert_int_ge(index, 0);
    ck_assert_uint_lt((unsigned)index, reader->conversation.event_count);
    ck_assert_uint_eq(reader->conversation.events[index].side, side);
    ck_assert_uint_eq(reader->conversation.events[index].length, length);
}

START_TEST(indexes_point_at_the_records_meant) {
    static const struct shape_case refused = {.suite = SHA384,
                                              .records = "sC s27 s112 s1753 s281 s69 cC c1709 c281 c69 c63 c19 s19"};
    struct script_reader *reader = play(&refused);
    struct tls_shape shape;
    tls_shape_read(&reader->conversation, &shape);
    check_event(reader, shape.answer_event, SIDE_CLIENT, 1709);
    check_event(reader, shape.finished_event, SIDE_CLIENT, 69);
    check_event(reader, shape.client_word_event, SIDE_CLIENT, 63);
    check_event(reader, shape.client_closing, SIDE_CLIENT, 19);
    check_event(reader, shape.server_word_event, SIDE_SERVER, 19);
    ck_assert_int_eq(shape.server_alert, -1);
    ck_assert(shape.client_data);
    ck_assert_int_eq(shape.client_word, TLS_WORD_MORE);
    ck_assert_uint_eq(shape.server_records, 5);
    ck_assert_uint_eq(shape.client_records, 5);
    ck_assert_uint_eq(shape.later_records, 1);
    ck_assert_int_eq(shape.padding[SIDE_CLIENT], 0);
    ck_assert_int_eq(shape.padding[SIDE_SERVER], 0);
    free_reader(reader);
}
END_TEST

START_TEST(a_server_that_breaks_off_is_pointed_at) {
    static const struct shape_case rows[] = {
        {.suite = SHA256, .records = "sC s19"},                    /* Go: no protocol in common */
        {.suite = SHA384, .records = "sC s27 s1753 s281 s69 s19"}, /* openssl: the client was silent too long */
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct script_reader *reader = play(&rows[i]);
        struct tls_shape shape;
        tls_shape_read(&reader->conversation, &shape);
        check_event(reader, shape.server_alert, SIDE_SERVER, 19);
        ck_assert_int_eq(shape.answer, TLS_ANSWER_NONE);
        free_reader(reader);
    }
}
END_TEST

START_TEST(an_answer_to_early_data_is_told_from_a_refusal) {
    static const char *const answers[] = {"sC s23 s53 s87 s19", "sC s69 s87 s19", "sC s69 s470 s87 s19"};
    static const struct shape_case refusal = {.suite = SHA256, .psk = true, .early = true, .records = "sC s23 s19"};
    struct tls_shape shape;
    for (size_t i = 0; i < ARRAY_LENGTH(answers); i++) {
        const struct shape_case row = {.suite = SHA256, .psk = true, .early = true, .records = answers[i]};
        struct script_reader *reader = play(&row);
        tls_shape_read(&reader->conversation, &shape);
        ck_assert_msg(shape.early_ticket && shape.server_alert < 0, "%s", answers[i]);
        free_reader(reader);
    }
    struct script_reader *reader = play(&refusal);
    tls_shape_read(&reader->conversation, &shape);
    ck_assert(!shape.early_ticket && shape.server_alert >= 0);
    free_reader(reader);
}
END_TEST

START_TEST(an_early_ticket_is_told_from_a_late_one) {
    static const struct shape_case early = {.suite = SHA256, .records = "sC s23 s1753 s281 s53 s147 cC c53"};
    static const struct shape_case late = {.suite = SHA256, .records = "sC s23 s1753 s281 s53 cC c53 s147"};
    struct script_reader *reader = play(&early);
    struct tls_shape shape;
    tls_shape_read(&reader->conversation, &shape);
    ck_assert(shape.early_ticket && !shape.server_went_on);
    free_reader(reader);
    reader = play(&late);
    tls_shape_read(&reader->conversation, &shape);
    ck_assert(!shape.early_ticket && shape.server_went_on);
    free_reader(reader);
}
END_TEST

START_TEST(padding_is_found_out) {
    static const struct shape_case jsse = {.suite = SHA384, .records = "s65 s166 s1769 s297 s85 cC c41 c85"};
    struct script_reader *reader = play(&jsse);
    struct tls_shape shape;
    tls_shape_read(&reader->conversation, &shape);
    ck_assert_int_eq(shape.padding[SIDE_SERVER], 16);
    ck_assert_int_eq(shape.padding[SIDE_CLIENT], 16);
    free_reader(reader);
}
END_TEST

/* Where the client's flight was missed, its records have no place, and a refusal cannot be told from a farewell. */
START_TEST(what_was_missed_is_not_judged) {
    struct script *script = new_script(0x0303);
    struct script_reader *reader = new_reader(64 << 10);
    struct tls_shape shape;
    say_client_hello(script);
    say_server_hello(script, 0x0303, SHA256, HELLO_13);
    play_records(script, "sC s27 s1753 s281 s53");
    reader_play(reader, script, 0);
    reader_gap(reader, SIDE_CLIENT, 3, 64);
    script->count = 0;
    script->length = 0;
    play_records(script, "c53 s19");
    reader_play(reader, script, 0);
    tls_shape_read(&reader->conversation, &shape);
    ck_assert(shape.missed[SIDE_CLIENT] && !shape.missed[SIDE_SERVER]);
    ck_assert_int_eq(shape.answer, TLS_ANSWER_UNCLEAR);
    ck_assert_int_eq(shape.finished, TLS_FINISHED_NOT_SEEN);
    ck_assert_int_eq(tls_shape_completion(&reader->conversation, TLS_CLOSING_SERVER), TLS_COMPLETION_UNKNOWN);
    free_reader(reader);
    free(script);
}
END_TEST

START_TEST(older_versions_are_judged_by_their_phase) {
    struct script *script = new_script(0x0303);
    struct script_reader *reader = new_reader(64 << 10);
    struct tls_shape shape;
    say_client_hello(script);
    say_server_hello(script, 0x0303, 0xc02f, HELLO_PLAIN);
    reader_play(reader, script, 0);
    tls_shape_read(&reader->conversation, &shape);
    ck_assert(!shape.applies);
    ck_assert_int_eq(tls_shape_completion(&reader->conversation, TLS_CLOSING_SERVER), TLS_COMPLETION_UNFINISHED);
    reader_gap(reader, SIDE_SERVER, 3, 64);
    ck_assert_int_eq(tls_shape_completion(&reader->conversation, TLS_CLOSING_SERVER), TLS_COMPLETION_UNKNOWN);
    free_reader(reader);
    free(script);
}
END_TEST

START_TEST(an_empty_conversation_has_no_shape) {
    static const struct tls_conversation silence;
    struct tls_shape shape;
    tls_shape_read(&silence, &shape);
    ck_assert(!shape.applies);
    ck_assert_int_eq(shape.answer_event, -1);
    ck_assert_int_eq(tls_shape_completion(&silence, TLS_CLOSING_NONE), TLS_COMPLETION_UNFINISHED);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tls shape");
    TCase *tcase = tcase_create("shape");
    tcase_add_loop_test(tcase, each_flight_says_what_it_can, 0, (int)ARRAY_LENGTH(cases));
    tcase_add_test(tcase, indexes_point_at_the_records_meant);
    tcase_add_test(tcase, a_server_that_breaks_off_is_pointed_at);
    tcase_add_test(tcase, an_answer_to_early_data_is_told_from_a_refusal);
    tcase_add_test(tcase, an_early_ticket_is_told_from_a_late_one);
    tcase_add_test(tcase, padding_is_found_out);
    tcase_add_test(tcase, what_was_missed_is_not_judged);
    tcase_add_test(tcase, older_versions_are_judged_by_their_phase);
    tcase_add_test(tcase, an_empty_conversation_has_no_shape);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
