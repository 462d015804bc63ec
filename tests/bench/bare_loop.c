/* The yardstick: libpcap's own loop over a capture, touching nothing but the header. */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>

static uint64_t packets, bytes;

static void count(u_char *user, const struct pcap_pkthdr *header, const u_char *frame) {
    (void)user;
    (void)frame;
    packets++;
    bytes += header->len;
}

int main(int argc, char **argv) {
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *handle = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
    if (handle == NULL) return 1;
    int result = pcap_loop(handle, -1, count, NULL);
    pcap_close(handle);
    printf("%" PRIu64 " packets, %" PRIu64 " bytes\n", packets, bytes);
    return result < 0;
}
