/* Filling a new entry of the cache. Private to the room. */
#ifndef X509_STUDY_H
#define X509_STUDY_H

#include "cache.h"

/* Reads and judges the chain of an entry that x509_cache_add() made, and learns its CAs. False where memory is short.
 */
MUST_USE bool x509_entry_study(struct x509_entry *entry, const struct x509_roots *roots, struct x509_learned *learned);

/* Why PATH of ENTRY, which ends at no trusted root, does so: X509_FAULT_MISSING_INTERMEDIATE or X509_FAULT_UNKNOWN_CA.
 * Asks what was learned, and remembers the answer until more is learned. */
enum x509_fault x509_entry_trust_fault(struct x509_entry *entry, const struct x509_path *path,
                                       const struct x509_roots *roots, struct x509_learned *learned);

#endif
