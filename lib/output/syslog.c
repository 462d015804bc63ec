/* RFC 5424: HEADER SP STRUCTURED-DATA SP MSG. MSG is UTF-8 without the mark in front that section 6.4 would like to
 * see: what reads JSON out of it stumbles over the mark. */
#include <inttypes.h>

#include "base/moment.h"
#include "output/output.h"

#define FACILITY_DAEMON 3   /* section 6.2.1 */
#define VERSION         1   /* section 6.2.2 */
#define HOSTNAME_MAX    255 /* section 6.2.4 */
#define MSGID_MAX       32  /* section 6.2.7 */

/* A field of the header is of printable ASCII without blanks (section 6), or the NILVALUE. */
static void header_field_append(const char *text, size_t most, struct text_writer *writer) {
    size_t length = 0;
    text_append(writer, " ");
    for (; text != NULL && text[length] != '\0' && length < most; length++)
        text_append_format(writer, "%c", text[length] > ' ' && text[length] < 0x7f ? text[length] : '_');
    if (length == 0) text_append(writer, "-");
}

void output_syslog(int severity, int64_t time, const char *hostname, uint64_t process, const char *message_id,
                   const char *line, size_t length, struct text_writer *writer) {
    char timestamp[MOMENT_TEXT_SIZE];
    moment_format(time, timestamp); /* section 6.2.3: its form is that of our events */
    text_append_format(writer, "<%d>%d ", FACILITY_DAEMON * 8 + severity, VERSION);
    text_append(writer, timestamp);
    header_field_append(hostname, HOSTNAME_MAX, writer);
    text_append_format(writer, " tlswhyd %" PRIu64, process);
    header_field_append(message_id, MSGID_MAX, writer);
    text_append(writer, " - ");
    text_append_format(writer, "%.*s", (int)length, line);
}
