/* Failures made by hand, and a sink that remembers the summaries it was handed. */
#ifndef UNIT_FOLD_STORM_CASE_H
#define UNIT_FOLD_STORM_CASE_H

#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "fold/fold.h"
#include "run_suite.h"

#define START    (INT64_C(1795289400) * MOMENT_SECOND) /* 2026-11-21T19:30:00Z */
#define BURST    3
#define INTERVAL (10 * MOMENT_SECOND)

static const struct fold_options options = {.burst = BURST, .interval = INTERVAL, .key = {1, 2}};

/* The diag under construction and what it borrows. */
static struct diag diag;
static struct facts facts;
static char rule_id[32];
static const char *interface; /* that the next failure is seen on */
static struct rule rule;

/* What came out; texts of the last summary are copied, because they are only lent. */
#define SEEN_CAP 4096
static struct {
    unsigned count;
    uint64_t held; /* failures in all summaries */
    struct fold_summary each[SEEN_CAP];
    char rule_id[32], interface[32]; /* the latter "" where there is none */
} seen;

static inline void on_summary(void *context, const struct fold_summary *summary) {
    ck_assert_ptr_eq(context, &seen);
    ck_assert_uint_gt(summary->count, 0);
    ck_assert_int_le(summary->first, summary->last);
    ck_assert_uint_ge(summary->total, summary->count);
    ck_assert_uint_ge(summary->clients, 1);
    ck_assert_uint_le(summary->clients, summary->count);
    seen.held += summary->count;
    seen.each[seen.count % SEEN_CAP] = *summary;
    seen.count++;
    snprintf(seen.rule_id, sizeof seen.rule_id, "%s", summary->rule_id);
    snprintf(seen.interface, sizeof seen.interface, "%s", summary->interface != NULL ? summary->interface : "");
}

static inline const struct fold_summary *last_seen(void) {
    ck_assert_uint_gt(seen.count, 0);
    return &seen.each[(seen.count - 1) % SEEN_CAP];
}

/* A server certificate that 10.0.0.5 refused at api.example, 192.0.2.7:443. */
static inline void diag_make(void) {
    memset(&diag, 0, sizeof diag);
    memset(&rule, 0, sizeof rule);
    facts_reset(&facts);
    snprintf(rule_id, sizeof rule_id, "server-cert-expired");
    rule.id = rule_id;
    rule.confidence = RULE_OBSERVED;
    rule.at_fault = RULE_FAULT_SERVER;
    rule.narrows = true;
    diag.outcome = DIAG_FAILURE;
    diag.rule = &rule;
    diag.cause = "server_cert.expired";
    diag.facts = &facts;
    diag.connection.destination_port = 443;
    diag.connection.ip_version = 4;
    snprintf(diag.connection.source_address, sizeof diag.connection.source_address, "10.0.0.5");
    snprintf(diag.connection.destination_address, sizeof diag.connection.destination_address, "192.0.2.7");
    snprintf(diag.message, sizeof diag.message, "10.0.0.5 refused api.example");
    snprintf(diag.advice, sizeof diag.advice, "renew the certificate");
    facts_set_clean_text(&facts, FACT_CLIENT_SERVER_NAME, "api.example");
}

static inline void client_set(unsigned number) {
    snprintf(diag.connection.source_address, sizeof diag.connection.source_address, "10.%u.%u.%u", number >> 16 & 255,
             number >> 8 & 255, number & 255);
}

static inline void port_set(unsigned port) {
    diag.connection.destination_port = (uint16_t)port;
}

static inline struct fold *fold_make(void) {
    memset(&seen, 0, sizeof seen);
    interface = "eth0";
    diag_make();
    struct fold *fold = fold_new(&options, on_summary, &seen);
    ck_assert_ptr_nonnull(fold);
    return fold;
}

/* COUNT failures at TIME; returns how many of them were told. */
static inline unsigned told_of(struct fold *fold, unsigned count, int64_t time) {
    unsigned told = 0;
    for (unsigned i = 0; i < count; i++)
        told += fold_diag(fold, interface, &diag, time);
    return told;
}

#endif
