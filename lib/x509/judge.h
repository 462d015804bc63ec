/* What is wrong with a path, whatever the time and the name asked for. Private to the room. */
#ifndef X509_JUDGE_H
#define X509_JUDGE_H

#include "chain.h"

/* Adds to path->verdict: malformed or unknown critical extensions, issuers that are no CA, path length, name
 * constraints (bad_chain), a self-signed leaf, usage and weakness. */
void x509_path_judge(const struct x509_chain *chain, const struct x509_roots *roots, enum x509_purpose purpose,
                     struct x509_path *path);

#endif
