/* Attempts to connect: races that were lost, and scans. */
#include <check.h>

#include "base/compiler.h"
#include "base/moment.h"
#include "history/attempts.h"
#include "run_suite.h"

#define BEGIN (INT64_C(1790000000) * MOMENT_SECOND)
#define MS    MOMENT_MILLISECOND

static const uint8_t client[16] = {10, 0, 0, 5}, other_client[16] = {10, 0, 0, 6};
static const uint8_t client6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 5};
static const uint8_t server[16] = {192, 0, 2, 7}, second_server[16] = {192, 0, 2, 8};
static const uint8_t server6[16] = {0x20, 0x01, 0x0d, 0xb8, 1, [15] = 7};

static struct attempts *attempts;

static void setup(void) {
    attempts = attempts_new(64);
    ck_assert_ptr_nonnull(attempts);
}

static void teardown(void) {
    attempts_free(attempts);
}

static struct attempt attempt_at(const uint8_t *from, const uint8_t *to, uint8_t version, int64_t start) {
    return (struct attempt){.client = from,
                            .server = to,
                            .port = 443,
                            .ip_version = version,
                            .ttl = 64,
                            .start = start,
                            .decided_at = start};
}

/* The opening against an IPv6 attempt at BEGIN that failed after FAILED_MS (0: was not answered). */
static const struct race {
    const char *name;
    const uint8_t *client, *server;
    uint8_t version;
    int64_t opened_ms, failed_ms;
    uint16_t port;
    uint8_t ttl;
    bool lost;
} races[] = {
    {"IPv4 at once after the refusal", client, server, 4, 30, 20, 443, 64, true},
    {"IPv4 first, IPv6 250 ms behind it", client, server, 4, -250, 20, 443, 64, true},
    {"IPv4 while IPv6 is not answered", client, server, 4, 300, 0, 443, 64, true},
    {"another address of the same family", client6, second_server, 6, 30, 20, 443, 64, true},
    {"the same address again", client6, server6, 6, 30, 20, 443, 64, false},
    {"long after the refusal", client, server, 4, 5000, 20, 443, 64, false},
    {"long before", client, server, 4, -3000, 20, 443, 64, false},
    {"another port", client, server, 4, 30, 20, 993, 64, false},
    {"another client, at another distance", other_client, server, 4, 30, 20, 443, 63, false},
    {"another client of the same family", other_client, second_server, 6, 30, 20, 443, 64, false},
};

START_TEST(a_race_is_lost) {
    const struct race *race = &races[_i];
    struct attempt lost = attempt_at(client6, server6, 6, BEGIN);
    struct attempt opened = attempt_at(race->client, race->server, race->version, BEGIN + race->opened_ms * MS);
    lost.decided_at = BEGIN + race->failed_ms * MS;
    opened.port = race->port;
    opened.ttl = race->ttl;
    attempts_note_opened(attempts, &opened);
    ck_assert_msg(attempts_opened_elsewhere(attempts, &lost) == race->lost, "%s", race->name);
}
END_TEST

START_TEST(nothing_opened_is_no_race) {
    struct attempt lost = attempt_at(client6, server6, 6, BEGIN);
    ck_assert(!attempts_opened_elsewhere(attempts, &lost));
}
END_TEST

/* Fails at COUNT targets, PAUSE ms apart: of other ports, or of other addresses. */
static const struct knocking {
    const char *name;
    unsigned count;
    bool ports;
    int64_t pause_ms;
    bool scan;
} knockings[] = {
    {"one server, again and again", 1, false, 100, false},
    {"a few servers of a pool", 6, false, 100, false},
    {"two ports of one server", 2, true, 100, false},
    {"eight ports of one server", 8, true, 100, true},
    {"twenty servers", 20, false, 100, true},
    {"twenty servers, one a minute", 20, false, 60000, false},
};

START_TEST(a_scan_is_known) {
    const struct knocking *knocking = &knockings[_i];
    struct attempt last = attempt_at(client, server, 4, BEGIN);
    for (unsigned i = 0; i < 20; i++) {
        uint8_t target[16] = {198, 51, 100, (uint8_t)(knocking->ports ? 0 : i % knocking->count)};
        last = attempt_at(client, server, 4, BEGIN + i * knocking->pause_ms * MS);
        last.server = target;
        if (knocking->ports) last.port = (uint16_t)(440 + i % knocking->count);
        attempts_note_failed(attempts, &last);
    }
    ck_assert_msg(attempts_is_scan(attempts, &last) == knocking->scan, "%s", knocking->name);
}
END_TEST

START_TEST(another_client_does_not_scan) {
    struct attempt quiet = attempt_at(other_client, server, 4, BEGIN);
    for (unsigned i = 0; i < 20; i++) {
        struct attempt failed = attempt_at(client, server, 4, BEGIN);
        failed.port = (uint16_t)(440 + i);
        attempts_note_failed(attempts, &failed);
    }
    ck_assert(!attempts_is_scan(attempts, &quiet));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("attempts");
    TCase *tcase = tcase_create("attempts");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, a_race_is_lost, 0, (int)ARRAY_LENGTH(races));
    tcase_add_test(tcase, nothing_opened_is_no_race);
    tcase_add_loop_test(tcase, a_scan_is_known, 0, (int)ARRAY_LENGTH(knockings));
    tcase_add_test(tcase, another_client_does_not_scan);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
