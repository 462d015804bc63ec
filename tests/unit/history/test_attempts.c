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
                            .timestamps = true,
                            .maximum_segment_size = version == 4 ? 1460 : 1440,
                            .start = start,
                            .last_try = start,
                            .decided_at = start,
                            .opened_at = start + 25 * MS};
}

/* The opening against an IPv6 attempt at BEGIN that failed after FAILED_MS (0: was not answered): its SYN at OPENED_MS,
 * its first bytes TOOK_MS later. */
static const struct race {
    const char *name;
    const uint8_t *client, *server;
    uint8_t version;
    int64_t opened_ms, took_ms, failed_ms;
    uint16_t port;
    uint8_t ttl;
    bool lost;
} races[] = {
    {"IPv4 at once after the refusal", client, server, 4, 30, 20, 20, 443, 64, true},
    {"IPv4 first, not answered yet, IPv6 250 ms behind it", client, server, 4, -250, 270, 20, 443, 64, true},
    {"IPv4 open already, then IPv6", client, server, 4, -250, 20, 20, 443, 64, false},
    {"IPv4 while IPv6 is not answered", client, server, 4, 300, 20, 0, 443, 64, true},
    {"IPv4 half a second after the refusal: another errand", client, server, 4, 520, 20, 20, 443, 64, false},
    {"IPv4 a quarter of a second after the refusal", client, server, 4, 250, 20, 20, 443, 64, true},
    {"another address of the same family", client6, second_server, 6, 30, 20, 20, 443, 64, true},
    {"another address of the same family, beside a slow one", client6, second_server, 6, 250, 20, 0, 443, 64, true},
    {"another server of the same family, a tenth of a second after the refusal: a script goes on", client6,
     second_server, 6, 120, 20, 20, 443, 64, false},
    {"another server of the same family, open already: another errand", client6, second_server, 6, -100, 20, 20, 443,
     64, false},
    {"the same address again", client6, server6, 6, 30, 20, 20, 443, 64, false},
    {"long after the refusal", client, server, 4, 5000, 20, 20, 443, 64, false},
    {"long before", client, server, 4, -3000, 20, 20, 443, 64, false},
    {"another port", client, server, 4, 30, 20, 20, 993, 64, false},
    {"another client, at another distance", other_client, server, 4, 30, 20, 20, 443, 63, false},
    {"another client of the same family", other_client, second_server, 6, 30, 20, 20, 443, 64, false},
};

START_TEST(a_race_is_lost) {
    const struct race *race = &races[_i];
    struct attempt lost = attempt_at(client6, server6, 6, BEGIN);
    struct attempt opened = attempt_at(race->client, race->server, race->version, BEGIN + race->opened_ms * MS);
    lost.decided_at = BEGIN + race->failed_ms * MS;
    opened.opened_at = opened.start + race->took_ms * MS;
    opened.port = race->port;
    opened.ttl = race->ttl;
    attempts_note_opened(attempts, &opened);
    ck_assert_msg(attempts_opened_elsewhere(attempts, &lost) == race->lost, "%s", race->name);
}
END_TEST

/* Looks of an IPv4 opening right behind the refusal that are those of the client, or not. */
static const struct looks {
    const char *name;
    uint16_t maximum_segment_size;
    bool timestamps, lost;
} looks[] = {
    {"the same link", 1460, true, true},
    {"a SYN without MSS", 0, true, true},
    {"another link", 1452, true, false},
    {"another stack", 1460, false, false},
};

START_TEST(the_other_family_must_look_alike) {
    struct attempt lost = attempt_at(client6, server6, 6, BEGIN),
                   opened = attempt_at(client, server, 4, BEGIN + 21 * MS);
    lost.decided_at = BEGIN + 20 * MS;
    opened.maximum_segment_size = looks[_i].maximum_segment_size;
    opened.timestamps = looks[_i].timestamps;
    attempts_note_opened(attempts, &opened);
    ck_assert_msg(attempts_opened_elsewhere(attempts, &lost) == looks[_i].lost, "%s", looks[_i].name);
}
END_TEST

/* Who has won closes its other sockets: a client whose SYN is sent again after three seconds has nothing yet. */
START_TEST(who_goes_on_trying_has_not_won) {
    struct attempt lost = attempt_at(client6, server6, 6, BEGIN),
                   opened = attempt_at(client, server, 4, BEGIN + 250 * MS);
    attempts_note_opened(attempts, &opened);
    lost.last_try = BEGIN + 1000 * MS;
    ck_assert(attempts_opened_elsewhere(attempts, &lost));
    lost.last_try = BEGIN + 3000 * MS;
    ck_assert(!attempts_opened_elsewhere(attempts, &lost));
}
END_TEST

/* A gateway where somebody opens an IPv4 connection every 100 ms, and one IPv6 attempt that fails after 20 ms (or
 * is never answered: 0) at BEGIN. OWN_MS: the client's own opening; 0: it has no IPv4. */
static const struct crowd {
    const char *name;
    int64_t failed_ms, own_ms, away_ms;
    bool lost;
} crowds[] = {
    {"refused, and nothing but others", 20, 0, 0, false},
    {"refused, and IPv4 at once", 20, 21, 0, true},
    {"refused, seen beside the server: IPv4 a way there and back later", 20, 130, 80, true},
    {"not answered, and nothing but others", 0, 0, 0, false},
    {"not answered, and IPv4 after a browser's patience", 0, 250, 0, true},
};

START_TEST(a_crowd_is_no_race) {
    const struct crowd *crowd = &crowds[_i];
    struct attempt lost = attempt_at(client6, server6, 6, BEGIN);
    lost.decided_at = BEGIN + crowd->failed_ms * MS;
    for (int64_t ms = -2910; ms < 3000; ms += 100) { /* never at once behind the failure, nor at 190 to 330 ms */
        struct attempt other = attempt_at(other_client, second_server, 4, BEGIN + ms * MS);
        if (ms > 150 && ms < 350) continue;
        attempts_note_opened(attempts, &other);
    }
    struct attempt own = attempt_at(client, server, 4, BEGIN + crowd->own_ms * MS);
    own.away = crowd->away_ms * MS;
    if (crowd->own_ms != 0) attempts_note_opened(attempts, &own);
    ck_assert_msg(attempts_opened_elsewhere(attempts, &lost) == crowd->lost, "%s", crowd->name);
}
END_TEST

/* Behind NAT all clients have one address: that one of them opens something says nothing of another's refusal. */
START_TEST(one_address_of_many_clients) {
    struct attempt refused = attempt_at(client, server, 4, BEGIN);
    refused.decided_at = BEGIN + 20 * MS;
    for (int64_t ms = -380; ms < 600; ms += 100) {
        struct attempt other = attempt_at(client, second_server, 4, BEGIN + ms * MS + (ms > 0 ? 90 * MS : 0));
        attempts_note_opened(attempts, &other);
    }
    ck_assert(!attempts_opened_elsewhere(attempts, &refused));
}
END_TEST

/* Openings of a busy site do not push a race out of memory before it is judged, two seconds later. */
START_TEST(a_busy_site_remembers_its_races) {
    struct attempt lost = attempt_at(client6, server6, 6, BEGIN), own = attempt_at(client, server, 4, BEGIN + 21 * MS);
    lost.decided_at = BEGIN + 20 * MS;
    attempts_note_opened(attempts, &own);
    for (int i = 0; i < 2000; i++) {
        struct attempt other = attempt_at(other_client, second_server, 4, BEGIN + 1000 * MS + i * MS);
        other.port = 8443;
        attempts_note_opened(attempts, &other);
    }
    ck_assert(attempts_opened_elsewhere(attempts, &lost));
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
    {"eight ports, one every twelve seconds", 8, true, 12000, true},
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

/* The address of many clients behind NAT, a proxy, a monitor: it fails at many servers, and succeeds more often. */
START_TEST(who_mostly_succeeds_does_not_scan) {
    struct attempt failed = attempt_at(client, server, 4, BEGIN), opened = failed;
    for (unsigned i = 0; i < 40; i++) {
        uint8_t target[16] = {198, 51, 100, (uint8_t)i};
        failed.server = target;
        attempts_note_failed(attempts, &failed);
    }
    ck_assert(attempts_is_scan(attempts, &failed));
    for (unsigned i = 0; i < 41; i++)
        attempts_note_opened(attempts, &opened);
    ck_assert(!attempts_is_scan(attempts, &failed));
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

/* Time leapt: what was before is no rival and no part of a scan. */
START_TEST(what_was_forgotten_tells_nothing) {
    struct attempt opened = attempt_at(client, second_server, 4, BEGIN + 30 * MS), failed = opened;
    attempts_note_opened(attempts, &opened);
    struct attempt lost = attempt_at(client, server, 4, BEGIN);
    lost.decided_at = BEGIN + 20 * MS;
    for (unsigned i = 0; i < 20; i++) {
        failed.port = (uint16_t)(440 + i);
        attempts_note_failed(attempts, &failed);
    }
    ck_assert(attempts_opened_elsewhere(attempts, &lost));
    ck_assert(attempts_is_scan(attempts, &failed));
    attempts_forget(attempts);
    ck_assert(!attempts_opened_elsewhere(attempts, &lost));
    ck_assert(!attempts_is_scan(attempts, &failed));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("attempts");
    TCase *tcase = tcase_create("attempts");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, a_race_is_lost, 0, (int)ARRAY_LENGTH(races));
    tcase_add_loop_test(tcase, the_other_family_must_look_alike, 0, (int)ARRAY_LENGTH(looks));
    tcase_add_test(tcase, who_goes_on_trying_has_not_won);
    tcase_add_loop_test(tcase, a_crowd_is_no_race, 0, (int)ARRAY_LENGTH(crowds));
    tcase_add_test(tcase, one_address_of_many_clients);
    tcase_add_test(tcase, a_busy_site_remembers_its_races);
    tcase_add_test(tcase, nothing_opened_is_no_race);
    tcase_add_loop_test(tcase, a_scan_is_known, 0, (int)ARRAY_LENGTH(knockings));
    tcase_add_test(tcase, who_mostly_succeeds_does_not_scan);
    tcase_add_test(tcase, another_client_does_not_scan);
    tcase_add_test(tcase, what_was_forgotten_tells_nothing);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
