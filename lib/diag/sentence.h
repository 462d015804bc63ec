/* Sentences that belong to no rule. Each writes one into BUFFER of SIZE bytes. */
#ifndef DIAG_SENTENCE_H
#define DIAG_SENTENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "facts/facts.h"

void sentence_success(const struct facts *facts, char *buffer, size_t size);

/* Says what was not seen, or that nothing explains what was. */
void sentence_unknown(const struct facts *facts, char *buffer, size_t size);

/* What the capture lacks, for the evidence; false where it lacks nothing. */
bool sentence_gaps(const struct facts *facts, char *buffer, size_t size);
bool sentence_one_sided(const struct facts *facts, char *buffer, size_t size);

/* Where the chain comes from that a verdict about a hidden one rests on. */
bool sentence_learned(const struct facts *facts, char *buffer, size_t size);

#endif
