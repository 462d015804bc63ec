/* A handshake on a stage: a flow and a conversation filled by hand, and the facts that are built out of them. Times are
 * milliseconds since the SYN. */
#ifndef UNIT_FACTS_SCENE_H
#define UNIT_FACTS_SCENE_H

#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "facts_build/build.h"
#include "run_suite.h"
#include "tls/names.h"

#define SCENE_START    (INT64_C(1760000000) * MOMENT_SECOND)
#define SCENE_AT(ms)   (SCENE_START + (int64_t)(ms)*MOMENT_MILLISECOND)
#define SCENE_HELLO_MS 2

struct scene {
    struct flow flow;
    struct tls_conversation conversation;
    struct facts_sources sources;
    struct facts facts;
    uint8_t hello[4096];
    size_t hello_length;
};

/* What a ClientHello offers; lists end with 0, NULL: the extension is left out. */
struct scene_offer {
    uint16_t legacy_version; /* 0: TLS 1.2 */
    const uint16_t *suites, *versions, *groups, *signatures;
    const char *name, *protocol;
    bool psk;
};

static inline void scene_put(struct scene *scene, const void *bytes, size_t length) {
    if (scene->hello_length + length > sizeof scene->hello) abort();
    memcpy(scene->hello + scene->hello_length, bytes, length);
    scene->hello_length += length;
}

static inline void scene_put_u16(struct scene *scene, unsigned value) {
    uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    scene_put(scene, bytes, 2);
}

static inline size_t scene_list_length(const uint16_t *list) {
    size_t count = 0;
    while (list[count] != 0)
        count++;
    return count;
}

static inline void scene_put_list(struct scene *scene, const uint16_t *list) {
    for (size_t i = 0; list[i] != 0; i++)
        scene_put_u16(scene, list[i]);
}

/* extension_type, its length, and a list with a 16-bit length of its own. */
static inline void scene_put_extension(struct scene *scene, unsigned type, const uint16_t *list) {
    size_t length = 2 * scene_list_length(list);
    scene_put_u16(scene, type);
    scene_put_u16(scene, (unsigned)length + 2);
    scene_put_u16(scene, (unsigned)length);
    scene_put_list(scene, list);
}

static inline void scene_put_versions(struct scene *scene, const uint16_t *versions) {
    uint8_t length = (uint8_t)(2 * scene_list_length(versions));
    scene_put_u16(scene, 43);
    scene_put_u16(scene, length + 1U);
    scene_put(scene, &length, 1);
    scene_put_list(scene, versions);
}

static inline void scene_put_name(struct scene *scene, const char *name) {
    size_t length = strlen(name);
    scene_put_u16(scene, 0);
    scene_put_u16(scene, (unsigned)length + 5);
    scene_put_u16(scene, (unsigned)length + 3);
    scene_put(scene, "\0", 1); /* host_name */
    scene_put_u16(scene, (unsigned)length);
    scene_put(scene, name, length);
}

static inline void scene_put_protocol(struct scene *scene, const char *protocol) {
    uint8_t length = (uint8_t)strlen(protocol);
    scene_put_u16(scene, 16);
    scene_put_u16(scene, length + 3U);
    scene_put_u16(scene, length + 1U);
    scene_put(scene, &length, 1);
    scene_put(scene, protocol, length);
}

/* pre_shared_key with one identity of 4 bytes and a binder of 32 (RFC 8446 section 4.2.11). */
static inline void scene_put_psk(struct scene *scene) {
    static const uint8_t identity[] = {0, 10, 0, 4, 'p', 's', 'k', '1', 0, 0, 0, 0}, binder[33] = {32};
    scene_put_u16(scene, 41);
    scene_put_u16(scene, sizeof identity + 2 + sizeof binder);
    scene_put(scene, identity, sizeof identity);
    scene_put_u16(scene, sizeof binder);
    scene_put(scene, binder, sizeof binder);
}

static inline void scene_put_extensions(struct scene *scene, const struct scene_offer *offer) {
    if (offer->name != NULL) scene_put_name(scene, offer->name);
    if (offer->groups != NULL) scene_put_extension(scene, 10, offer->groups);
    if (offer->signatures != NULL) scene_put_extension(scene, 13, offer->signatures);
    if (offer->protocol != NULL) scene_put_protocol(scene, offer->protocol);
    if (offer->versions != NULL) scene_put_versions(scene, offer->versions);
    if (offer->psk) scene_put_psk(scene);
}

/* One event of the conversation. */
static inline void scene_event(struct scene *scene, int ms, enum side side, enum tls_event_kind kind, unsigned type,
                               unsigned code, unsigned length) {
    struct tls_conversation *conversation = &scene->conversation;
    conversation->events[conversation->event_count++] = (struct tls_event){.time = SCENE_AT(ms),
                                                                           .side = (uint8_t)side,
                                                                           .kind = (uint8_t)kind,
                                                                           .type = (uint8_t)type,
                                                                           .code = (uint8_t)code,
                                                                           .length = (uint16_t)length,
                                                                           .version = TLS_VERSION_12};
    struct tls_direction *direction = &conversation->direction[side];
    if (kind == TLS_EVENT_NOT_TLS) return;
    direction->started = true;
    direction->records++;
    if (kind == TLS_EVENT_ALERT) direction->alerts++;
    if (kind == TLS_EVENT_ENCRYPTED) direction->encrypted_records++;
}

/* A ClientHello that the client sent SCENE_HELLO_MS after its SYN (RFC 8446 section 4.1.2). */
static inline void scene_hello(struct scene *scene, const struct scene_offer *offer) {
    static const uint8_t random_and_session[33] = {7};
    scene_put_u16(scene, offer->legacy_version != 0 ? offer->legacy_version : TLS_VERSION_12);
    scene_put(scene, random_and_session, sizeof random_and_session);
    scene_put_u16(scene, 2 * (unsigned)scene_list_length(offer->suites));
    scene_put_list(scene, offer->suites);
    scene_put(scene, "\1\0", 2); /* one compression method: null */
    size_t mark = scene->hello_length;
    scene_put_u16(scene, 0);
    scene_put_extensions(scene, offer);
    size_t length = scene->hello_length - mark - 2;
    scene->hello[mark] = (uint8_t)(length >> 8);
    scene->hello[mark + 1] = (uint8_t)length;
    if (length == 0) scene->hello_length = mark;
    struct tls_kept *kept = &scene->conversation.kept[TLS_SLOT_CLIENT_HELLO];
    kept->bytes = scene->hello;
    kept->length = kept->full_length = (uint32_t)scene->hello_length;
    kept->seen = true;
    kept->time = scene->conversation.hello_time = SCENE_AT(SCENE_HELLO_MS);
    scene->conversation.phase = TLS_PHASE_CLIENT_HELLO;
    scene->conversation.hello_segments = 1;
    scene_event(scene, SCENE_HELLO_MS, SIDE_CLIENT, TLS_EVENT_MESSAGE, TLS_MESSAGE_CLIENT_HELLO, 0,
                (unsigned)scene->hello_length);
}

/* A connection whose TCP handshake went through within one millisecond, and nothing more. */
static inline void scene_begin(struct scene *scene) {
    memset(scene, 0, sizeof *scene);
    struct flow_half *client = &scene->flow.half[SIDE_CLIENT], *server = &scene->flow.half[SIDE_SERVER];
    scene->flow.ip_version = 4;
    scene->flow.port[SIDE_SERVER] = 443;
    scene->flow.start_time = SCENE_AT(0);
    *client = (struct flow_half){.syn_seen = true, .syn_count = 1, .packets = 3, .started = true, .ttl_syn = 64};
    *server = (struct flow_half){.syn_seen = true, .packets = 2, .started = true, .ttl_syn = 57};
    client->syn_time = SCENE_AT(0);
    server->syn_time = SCENE_AT(1);
    client->next_sequence = client->highest_sequence = client->acknowledged = 1000;
    server->next_sequence = server->highest_sequence = server->acknowledged = 5000;
    client->acknowledged_valid = server->acknowledged_valid = true;
    scene->sources = (struct facts_sources){.flow = &scene->flow,
                                            .conversation = &scene->conversation,
                                            .why = FLOW_END_CLOSED,
                                            .now = SCENE_AT(1000),
                                            .tls_port = true};
}

/* The first FIN or RST. */
static inline void scene_close(struct scene *scene, int ms, enum side side, bool reset) {
    scene->flow.first_end_valid = true;
    scene->flow.first_end_side = (uint8_t)side;
    scene->flow.first_end_reset = reset;
    scene->flow.first_end_time = SCENE_AT(ms);
}

static inline void scene_build(struct scene *scene) {
    facts_build(&scene->facts, &scene->sources);
}

/* The word or text of a fact, "-" where it is absent: never NULL, for comparing. */
static inline const char *scene_word(const struct scene *scene, enum fact fact) {
    return facts_has(&scene->facts, fact) ? facts_text(&scene->facts, fact) : "-";
}

/* "yes", "no" or "-" of a BOOLEAN. */
static inline const char *scene_flag(const struct scene *scene, enum fact fact) {
    if (!facts_has(&scene->facts, fact)) return "-";
    return facts_is(&scene->facts, fact) ? "yes" : "no";
}

#endif
