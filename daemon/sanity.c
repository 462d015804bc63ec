#include "sanity.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "outputs/outputs.h"
#include "report.h"

/* Links whose filters differ: a filter that none of them takes is none. */
static const int link_types[] = {DLT_EN10MB, DLT_LINUX_SLL2, DLT_RAW};

/* Names are looked up while a filter is compiled, which may fail today and not tomorrow (pcap_compile(3)). */
static bool is_about_a_name(const char *problem) {
    return strncmp(problem, "unknown ", strlen("unknown ")) == 0;
}

/* False with libpcap's words in PROBLEM. */
static bool filter_compiles(const char *filter, int link_type, int snaplen, char *problem, size_t size) {
    struct bpf_program program;
    pcap_t *dead = pcap_open_dead(link_type, snaplen);
    if (dead == NULL) return true; /* short of memory: whoever opens the capture will say so */
    bool good = pcap_compile(dead, &program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (good)
        pcap_freecode(&program);
    else
        snprintf(problem, size, "%s", pcap_geterr(dead));
    pcap_close(dead);
    return good;
}

static bool filter_is_sane(const struct options *options) {
    char first[PCAP_ERRBUF_SIZE] = "", later[PCAP_ERRBUF_SIZE];
    if (options->filter == NULL) return true;
    for (size_t i = 0; i < ARRAY_LENGTH(link_types); i++) {
        char *problem = i == 0 ? first : later;
        if (filter_compiles(options->filter, link_types[i], options->snaplen, problem, PCAP_ERRBUF_SIZE)) return true;
        if (is_about_a_name(problem)) return true;
    }
    report("the filter \"%s\" makes no sense: %s; see pcap-filter(7)", options->filter, first);
    return false;
}

static bool user_is_sane(const struct options *options) {
    errno = 0;
    /* where the users cannot be asked, whoever gives root up will say so */
    if (options->user == NULL || getpwnam(options->user) != NULL || errno != 0) return true;
    report("there is no user \"%s\": create it, or name another as user", options->user);
    return false;
}

int sanity_check(const struct options *options) {
    return filter_is_sane(options) && user_is_sane(options) && outputs_are_distinct(options) ? EXIT_OK : EXIT_USAGE;
}
