/* Sends the frames of a capture out of an interface at a steady rate: the load for the live benchmark. Meant for a
 * veth pair between namespaces made for the purpose. */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

enum { BATCH = 32, FRAMES_CAP = 400000 };

static struct iovec frames[FRAMES_CAP];
static size_t frame_count;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void frames_load(const char *path) {
    char error[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *bytes;
    pcap_t *handle = pcap_open_offline(path, error);
    if (handle == NULL) die(path);
    while (frame_count < FRAMES_CAP && pcap_next_ex(handle, &header, &bytes) == 1) {
        frames[frame_count].iov_len = header->caplen;
        frames[frame_count].iov_base = malloc(header->caplen);
        if (frames[frame_count].iov_base == NULL) die("malloc");
        memcpy(frames[frame_count++].iov_base, bytes, header->caplen);
    }
    pcap_close(handle);
    if (frame_count == 0) die("no frames");
}

static int socket_open(const char *interface) {
    int bypass = 1, descriptor = socket(AF_PACKET, SOCK_RAW, 0);
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface)};
    if (descriptor < 0) die("socket");
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) die(interface);
    setsockopt(descriptor, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof bypass);
    return descriptor;
}

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* A batch at a time, each not before its moment. */
static void blast(int descriptor, uint64_t total, uint64_t rate) {
    struct mmsghdr messages[BATCH];
    int64_t start = now_ns();
    memset(messages, 0, sizeof messages);
    for (uint64_t sent = 0; sent < total;) {
        for (unsigned i = 0; i < BATCH; i++) {
            messages[i].msg_hdr.msg_iov = &frames[(sent + i) % frame_count];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
        int result = sendmmsg(descriptor, messages, BATCH, 0);
        if (result < 0) die("sendmmsg");
        sent += (uint64_t)result;
        int64_t due = start + (int64_t)(sent * 1000000000 / rate);
        while (now_ns() < due) {
        }
    }
    double seconds = (double)(now_ns() - start) / 1e9;
    printf("%.0f packets a second\n", (double)total / seconds);
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fputs("usage: blast INTERFACE CAPTURE PACKETS RATE\n", stderr);
        return 2;
    }
    frames_load(argv[2]);
    blast(socket_open(argv[1]), strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
    return 0;
}
