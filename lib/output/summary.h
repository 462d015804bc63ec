/* The sentence of a summary. Private to the room. */
#ifndef OUTPUT_SUMMARY_H
#define OUTPUT_SUMMARY_H

#include "base/text.h"
#include "fold/fold.h"

#define SUMMARY_SEVERITY      5 /* notice, whatever the failures were: docs/events.md, "Severity" */
#define SUMMARY_SENTENCE_SIZE (DIAG_MESSAGE_SIZE + FOLD_NAME_SIZE + 256)

/* "4711 more failures, server_cert.expired, at api.example (192.0.2.7:443) from 12 clients within 60 seconds; the last:
 * ...". Appends. */
void summary_sentence_append(const struct fold_summary *summary, struct text_writer *writer);

#endif
