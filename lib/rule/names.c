#include "rule/rule.h"

const char *rule_confidence_name(enum rule_confidence confidence) {
    static const char *const names[] = {
        [RULE_INFERRED] = "inferred", [RULE_OBSERVED] = "observed", [RULE_CONFIRMED] = "confirmed"};
    return names[confidence];
}

const char *rule_fault_name(enum rule_fault fault) {
    static const char *const names[] = {[RULE_FAULT_CLIENT] = "client",
                                        [RULE_FAULT_SERVER] = "server",
                                        [RULE_FAULT_PATH] = "path",
                                        [RULE_FAULT_UNKNOWN] = "unknown"};
    return names[fault];
}
