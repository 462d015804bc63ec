#include "capture/handle.h"

#include <linux/filter.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "report.h"

/* What a failed pcap_activate() means, and what to do about it. */
static const struct {
    int result;
    enum handle_trouble trouble;
    const char *advice;
} activation_table[] = {
    {PCAP_ERROR_NO_SUCH_DEVICE, HANDLE_ABSENT, "\"ip link\" lists the interfaces there are"},
    {PCAP_ERROR_IFACE_NOT_UP, HANDLE_DOWN, "bring it up with \"ip link set dev NAME up\""},
    {PCAP_ERROR_PERM_DENIED, HANDLE_REFUSED, "run it as root or give it CAP_NET_RAW"},
    {PCAP_ERROR_PROMISC_PERM_DENIED, HANDLE_REFUSED, "run it as root or give it CAP_NET_RAW"},
};

static bool is_any(const char *name) {
    return strcmp(name, "any") == 0;
}

static pcap_t *handle_create(const char *name, const struct options *options, char *error, size_t size) {
    char detail[PCAP_ERRBUF_SIZE] = "";
    pcap_t *handle = pcap_create(name, detail);
    if (handle == NULL) {
        snprintf(error, size, "cannot watch %s: %s", name, detail);
        return NULL;
    }
    pcap_set_snaplen(handle, options->snaplen);
    pcap_set_promisc(handle, !is_any(name));
    pcap_set_timeout(handle, HANDLE_BLOCK_AGE);
    pcap_set_buffer_size(handle, (int)options->buffer);
    pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
    return handle;
}

static enum handle_trouble activate(pcap_t *handle, const char *name, char *error, size_t size) {
    int result = pcap_activate(handle);
    const char *detail = pcap_geterr(handle), *advice = "see the message";
    enum handle_trouble trouble = HANDLE_REFUSED;
    if (result > 0) report_note("watching %s, though: %s", name, pcap_statustostr(result));
    if (result >= 0) return HANDLE_FINE;
    for (size_t i = 0; i < ARRAY_LENGTH(activation_table); i++)
        if (activation_table[i].result == result) {
            trouble = activation_table[i].trouble;
            advice = activation_table[i].advice;
        }
    snprintf(error, size, "cannot watch %s: %s; %s", name, detail[0] != '\0' ? detail : pcap_statustostr(result),
             advice);
    return trouble;
}

/* What is set up once the handle is active. */
static bool prepare(pcap_t *handle, const char *name, const struct options *options, char *error, size_t size) {
    char detail[PCAP_ERRBUF_SIZE] = "";
    /* the newer cooked header says which interface a packet came from; where it is not offered the older one does */
    if (is_any(name)) (void)pcap_set_datalink(handle, DLT_LINUX_SLL2);
    if (pcap_setnonblock(handle, 1, detail) != 0) {
        snprintf(error, size, "cannot watch %s without waiting: %s", name, detail);
        return false;
    }
    return options->filter == NULL || handle_filter_set(handle, options->filter, error, size);
}

pcap_t *handle_open(const char *name, const struct options *options, enum handle_trouble *trouble, char *error,
                    size_t size) {
    *trouble = HANDLE_REFUSED;
    pcap_t *handle = handle_create(name, options, error, size);
    if (handle == NULL) return NULL;
    *trouble = activate(handle, name, error, size);
    if (*trouble == HANDLE_FINE) {
        if (prepare(handle, name, options, error, size)) return handle;
        *trouble = HANDLE_REFUSED;
    }
    pcap_close(handle);
    return NULL;
}

static bool filter_compile(pcap_t *handle, const char *filter, struct bpf_program *program, char *error, size_t size) {
    if (pcap_compile(handle, program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0) return true;
    snprintf(error, size, "the filter \"%s\" makes no sense: %s; see pcap-filter(7)", filter, pcap_geterr(handle));
    return false;
}

bool handle_filter_set(pcap_t *handle, const char *filter, char *error, size_t size) {
    struct bpf_program program;
    if (filter == NULL) filter = "";
    if (!filter_compile(handle, filter, &program, error, size)) return false;
    bool set = pcap_setfilter(handle, &program) == 0;
    if (!set) snprintf(error, size, "the filter \"%s\" cannot be set: %s", filter, pcap_geterr(handle));
    pcap_freecode(&program);
    return set;
}

void handle_silence(pcap_t *handle) {
    struct sock_filter nothing = {.code = BPF_RET | BPF_K, .k = 0};
    struct sock_fprog program = {.len = 1, .filter = &nothing};
    (void)setsockopt(pcap_fileno(handle), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

bool handle_filter_check(int link_type, int snaplen, const char *filter, char *error, size_t size) {
    struct bpf_program program;
    pcap_t *dead = pcap_open_dead(link_type, snaplen);
    if (dead == NULL) {
        snprintf(error, size, "there is not enough memory for the filter \"%s\"", filter);
        return false;
    }
    bool good = filter_compile(dead, filter, &program, error, size);
    if (good) pcap_freecode(&program);
    pcap_close(dead);
    return good;
}
