/* What an engine is given to judge with: the rule table and the trusted roots, read from files. */
#ifndef DAEMON_SETUP_H
#define DAEMON_SETUP_H

#include "rule/rule.h"
#include "x509/x509.h"

/* Loads every *.json of FOLDER (NULL: the shipped rules), then those of the folder LOCAL, whose rules override by id
 * (NULL, or a folder that does not exist: none). NULL after having reported why. */
MUST_USE struct rule_table *setup_rules(const char *folder, const char *local);

/* The folder of the shipped rules: beside the program, else where it was to be installed. Writes into PATH. */
void setup_rules_folder(char *path, size_t size);

/* Reads trusted roots from PATH, a PEM file or a folder of them (NULL: the system's, and then having none is only
 * reported). *ROOTS says how many. NULL after having reported why. */
MUST_USE struct x509_inspector *setup_trust(const char *path, const struct siphash_key *key, unsigned *roots);

#endif
