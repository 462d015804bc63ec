#include "judgement.h"

#include <string.h>
#include <sys/random.h>

#include "report.h"
#include "setup.h"

int judgement_load(struct judgement *judgement, const struct options *options, const struct siphash_key *key) {
    *judgement = (struct judgement){0};
    judgement->rules = setup_rules(options->rules, options->local_rules);
    if (judgement->rules == NULL) return EXIT_USAGE;
    judgement->inspector = setup_trust(options->trust, key, &judgement->roots);
    if (judgement->inspector != NULL) return EXIT_OK;
    judgement_done(judgement);
    return EXIT_FAILED;
}

void judgement_done(struct judgement *judgement) {
    x509_inspector_free(judgement->inspector);
    rule_table_free(judgement->rules);
    *judgement = (struct judgement){0};
}

bool judgement_key_make(struct siphash_key *key) {
    if (getrandom(key, sizeof *key, 0) == (ssize_t)sizeof *key) return true;
    report("the kernel gives no random numbers: start again later");
    return false;
}

void judgement_apply(const struct judgement *judgement, const struct options *options,
                     struct engine_options *engine_options) {
    struct engine_options defaults;
    engine_options_default(&defaults);
    bool own_ports = options->tls_port_count > 0;
    memcpy(engine_options->tls_ports, own_ports ? options->tls_ports : defaults.tls_ports,
           sizeof engine_options->tls_ports);
    engine_options->tls_port_count = own_ports ? options->tls_port_count : defaults.tls_port_count;
    engine_options->successes = options->all;
    engine_options->suspects = options->suspects || options->all;
    engine_options->rules = judgement->rules;
    engine_options->inspector = judgement->inspector;
}
