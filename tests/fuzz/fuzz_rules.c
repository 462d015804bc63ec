/* Rule files: whatever is in them, they load or are refused with a sentence; what loads can be matched and filled. */
#include <stdint.h>
#include <stdlib.h>

#include "diag/diag.h"
#include "facts/connection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One fact of each type, so that conditions have something to look at. */
static void facts_fill(struct facts *facts) {
    struct facts_endpoint client = {.address = "10.0.0.5", .port = 51234}, server = {.address = "::1", .port = 443};
    facts_reset(facts);
    facts_set_name(facts, FACT_END_KIND, "alert");
    facts_set_name(facts, FACT_END_BY, "client");
    facts_set_name(facts, FACT_ALERT_NAME, "unknown_ca");
    facts_set_integer(facts, FACT_ALERT_NUMBER, 48);
    facts_set_version(facts, FACT_HANDSHAKE_VERSION, 0x0303);
    facts_set_milliseconds(facts, FACT_END_MS, 1500000);
    facts_set_moment(facts, FACT_SERVER_CERT_NOT_AFTER, 1000000000);
    facts_set_boolean(facts, FACT_CLIENT_HELLO_SEEN, true);
    facts_list_begin(facts, FACT_CLIENT_ALPN);
    facts_list_add_text(facts, FACT_CLIENT_ALPN, "h2", 2);
    facts_set_connection(facts, &client, &server, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct facts facts;
    static struct diag diag;
    char error[256] = "";
    struct rule_table *table = rule_table_new();
    if (table == NULL) return 0;
    bool fine = rule_table_add(table, "fuzz.json", (const char *)data, size, false, error, sizeof(error));
    if (fine != (error[0] == '\0')) abort(); /* refused without a word, or loaded with one */
    if (fine == (rule_table_count(table) == 0)) abort();
    facts_fill(&facts);
    diag_judge(&diag, &facts, table);
    rule_table_free(table);
    return 0;
}
