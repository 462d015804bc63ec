/* --keylog: the file that secrets come from. It may grow, be cut or be replaced while the daemon runs. */
#ifndef DAEMON_KEYLOG_FILE_H
#define DAEMON_KEYLOG_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "decrypt/keylog.h"
#include "engine/engine.h"

struct keylog_file {
    const char *path;      /* borrowed */
    struct keylog *keylog; /* owned */
    int descriptor;        /* -1 where the file is not there (yet) */
    off_t offset;          /* read up to here */
    dev_t device;          /* of the file that is open */
    ino_t inode;
    bool grows;      /* live: what is appended later is read too */
    bool complained; /* that it cannot be read was reported */
};

/* Opens PATH and reads what is there; GROWS says whether more is to come, and then the file need not exist yet. Makes
 * sure that no core dump holds secrets. False after having reported why. */
MUST_USE bool keylog_file_open(struct keylog_file *file, const char *path, bool grows, const struct siphash_key *key);

/* Opens it as keylog_file_open() does, and lets engines with these options read it. PATH may be NULL: no key log. */
MUST_USE bool keylog_file_attach(struct keylog_file *file, const char *path, bool grows,
                                 struct engine_options *engine_options);

/* Takes the secrets that the capture file PATH brings along (pcapng, Decryption Secrets Blocks) and lets engines with
 * these options read them, beside those of a key log that was attached before. A file without them, standard input
 * ("-") and a file that cannot be read change nothing. False where memory is short, which is reported. */
MUST_USE bool keylog_file_attach_capture(struct keylog_file *file, const char *path,
                                         struct engine_options *engine_options);

/* Reads what was appended since. CONTEXT is the keylog_file; fit for engine_options.keylog_refresh. */
void keylog_file_refresh(void *context);

/* Closes and wipes. */
void keylog_file_close(struct keylog_file *file);

#endif
