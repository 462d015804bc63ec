#include "forms.h"

#include <string.h>
#include <unistd.h>

/* The event as a line of JSON, made when it is first asked for. Its length without newline; 0 where memory is short. */
static size_t line_make(struct forms *forms, const struct event *event) {
    if (forms->written) return forms->length;
    forms->written = true;
    if (event->diag != NULL)
        forms->length = output_json(event->diag, &event->observer, event->sequence, forms->line);
    else if (event->summary != NULL)
        forms->length = output_json_summary(event->summary, &event->observer, event->sequence, forms->line);
    else
        forms->length = output_json_notice(event->notice, &event->observer, event->sequence, forms->line);
    return forms->length;
}

static size_t json_write(struct forms *forms, const struct event *event, const char **bytes) {
    size_t length = line_make(forms, event);
    if (length == 0) return 0;
    forms->line[length] = '\n';
    *bytes = forms->line;
    return length + 1;
}

static size_t text_write(struct forms *forms, const struct event *event, const char **bytes) {
    struct text_writer writer = text_writer_over(forms->text, sizeof forms->text);
    if (event->diag != NULL)
        output_text(event->diag, forms->colour, &writer);
    else if (event->summary != NULL)
        output_text_summary(event->summary, forms->colour, &writer);
    else
        output_text_notice(event->notice, forms->colour, &writer);
    *bytes = forms->text;
    return writer.length;
}

static size_t journal_write(struct forms *forms, const struct event *event, const char **bytes) {
    struct text_writer writer = text_writer_over(forms->text, sizeof forms->text);
    size_t length = line_make(forms, event);
    if (length == 0) return 0;
    if (event->diag != NULL)
        output_journal_diag(event->diag, &event->observer, event->sequence, forms->line, length, &writer);
    else if (event->summary != NULL)
        output_journal_summary(event->summary, &event->observer, event->sequence, forms->line, length, &writer);
    else
        output_journal_notice(event->notice, &event->observer, event->sequence, forms->line, length, &writer);
    *bytes = forms->text;
    return writer.length;
}

/* What syslog's header says of an event. */
struct heading {
    int severity;
    int64_t time;
    const char *id;
};

static struct heading heading_of(const struct event *event) {
    if (event->diag != NULL)
        return (struct heading){output_severity(event->diag, NULL), event->diag->connection.end, event->diag->cause};
    if (event->summary != NULL)
        return (struct heading){OUTPUT_SUMMARY_SEVERITY, event->summary->last, event->summary->cause};
    return (struct heading){event->notice->severity, event->notice->time, event->notice->code};
}

static size_t syslog_write(struct forms *forms, const struct event *event, const char **bytes) {
    struct text_writer writer = text_writer_over(forms->text, sizeof forms->text);
    struct heading heading = heading_of(event);
    size_t length = line_make(forms, event);
    if (length == 0) return 0;
    output_syslog(heading.severity, heading.time, event->observer.hostname, (uint64_t)getpid(), heading.id, forms->line,
                  length, &writer);
    *bytes = forms->text;
    return writer.length;
}

static size_t (*const writers[FORMS])(struct forms *, const struct event *, const char **) = {
    [FORM_JSON] = json_write,
    [FORM_TEXT] = text_write,
    [FORM_JOURNAL] = journal_write,
    [FORM_SYSLOG] = syslog_write,
};

void forms_begin(struct forms *forms) {
    forms->written = false;
    forms->length = 0;
}

size_t forms_write(struct forms *forms, const struct event *event, enum form form, const char **bytes) {
    return writers[form](forms, event, bytes);
}
