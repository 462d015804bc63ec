/* Makes large captures for the benchmark out of small ones: replays template connections under ever new client
 * addresses, interleaved, with bulk data between or SYNs before them. Checksums are not made good: no tool under
 * test looks at them. */
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PACKETS_CAP = 64, TEMPLATES_CAP = 8, ETHERNET = 14, SOURCE = ETHERNET + 12, PORTS = ETHERNET + 20, FULL = 1514 };

struct frame {
    struct pcap_pkthdr header;
    uint8_t *bytes;
    bool from_client;
};

struct template {
    struct frame frames[PACKETS_CAP];
    int count;
};

static struct template templates[TEMPLATES_CAP];
static int template_count;
static uint64_t clock_ns = UINT64_C(1790000000000000000); /* 2026-09-21: the templates' certificates are valid then */
static uint64_t gap_ns = 3000;                            /* between packets: about 300,000 a second */

static void die(const char *what) {
    fprintf(stderr, "make_traffic: %s\n", what);
    exit(1);
}

/* The client is whoever sent the template's first packet. */
static void template_load(const char *path) {
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *handle = pcap_open_offline(path, error);
    if (handle == NULL) die(error);
    if (template_count == TEMPLATES_CAP) die("too many templates");
    struct template *template = &templates[template_count++];
    struct pcap_pkthdr *header;
    const u_char *bytes;
    while (pcap_next_ex(handle, &header, &bytes) == 1 && template->count < PACKETS_CAP) {
        struct frame *frame = &template->frames[template->count++];
        frame->header = *header;
        frame->bytes = malloc(header->caplen);
        if (frame->bytes == NULL) die("no memory");
        memcpy(frame->bytes, bytes, header->caplen);
        frame->from_client =
            memcmp(frame->bytes + SOURCE, templates[template_count - 1].frames[0].bytes + SOURCE, 4) == 0;
    }
    pcap_close(handle);
    if (template->count == 0) die("an empty template");
}

static void frame_write(pcap_dumper_t *out, uint8_t *bytes, uint32_t length) {
    struct pcap_pkthdr header = {.caplen = length, .len = length};
    header.ts.tv_sec = (time_t)(clock_ns / 1000000000u);
    header.ts.tv_usec = (suseconds_t)(clock_ns % 1000000000u / 1000u);
    clock_ns += gap_ns;
    pcap_dump((u_char *)out, &header, bytes);
}

/* Gives the client of connection NUMBER an address and a port of its own. */
static void client_rewrite(uint8_t *bytes, bool from_client, uint32_t number) {
    uint8_t *address = bytes + (from_client ? SOURCE : SOURCE + 4);
    uint8_t *port = bytes + (from_client ? PORTS : PORTS + 2);
    uint32_t host = number / 50000, low = 10000 + number % 50000;
    address[0] = 10;
    address[1] = (uint8_t)(64 + (host >> 16 & 63));
    address[2] = (uint8_t)(host >> 8);
    address[3] = (uint8_t)host;
    port[0] = (uint8_t)(low >> 8);
    port[1] = (uint8_t)low;
}

static void replay(pcap_dumper_t *out, const struct template *template, int position, uint32_t number) {
    uint8_t copy[65536];
    const struct frame *frame = &template->frames[position];
    if (frame->header.caplen > sizeof copy) die("a frame too long");
    memcpy(copy, frame->bytes, frame->header.caplen);
    client_rewrite(copy, frame->from_client, number);
    frame_write(out, copy, frame->header.caplen);
}

/* A full frame of application data from the server of connection NUMBER, SEQUENCE bytes after its last. */
static void bulk(pcap_dumper_t *out, const struct template *template, uint32_t number, uint32_t sequence) {
    static uint8_t copy[FULL];
    const struct frame *like = NULL;
    for (int i = 0; i < template->count; i++)
        if (!template->frames[i].from_client) like = &template->frames[i];
    if (like == NULL) die("a template without a server");
    memset(copy, (int)(sequence & 0x7f), sizeof copy);
    memcpy(copy, like->bytes, ETHERNET + 20 + 32);
    copy[ETHERNET + 2] = (FULL - ETHERNET) >> 8;
    copy[ETHERNET + 3] = (FULL - ETHERNET) & 0xff;
    copy[PORTS + 13] = 0x10;
    for (int i = 0; i < 4; i++)
        copy[PORTS + 4 + i] = (uint8_t)(sequence >> (24 - 8 * i));
    client_rewrite(copy, false, number);
    frame_write(out, copy, FULL);
}

/* COUNT connections, WIDTH of them open at a time, a packet of each in turn. */
static void connections(pcap_dumper_t *out, uint32_t first, uint32_t count, uint32_t width, bool with_bulk) {
    int *position = calloc(width, sizeof *position);
    uint32_t *number = calloc(width, sizeof *number), next = 0, live = 0;
    if (position == NULL || number == NULL) die("no memory");
    for (uint32_t i = 0; i < width; i++) {
        position[i] = next < count ? 0 : -1;
        if (next < count) number[i] = first + next++, live++;
    }
    while (live > 0) {
        for (uint32_t i = 0; i < width; i++) {
            if (position[i] < 0) continue;
            const struct template *template = &templates[number[i] % (uint32_t)template_count];
            replay(out, template, position[i], number[i]);
            if (with_bulk && position[i] >= template->count - 4)
                for (uint32_t j = 0; j < 8; j++)
                    bulk(out, template, number[i], j * 1448);
            if (++position[i] < template->count) continue;
            position[i] = next < count ? 0 : -1;
            if (next < count)
                number[i] = first + next++;
            else
                live--;
        }
    }
    free(position);
    free(number);
}

/* COUNT SYNs of distinct connections. */
static void syns(pcap_dumper_t *out, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        replay(out, &templates[0], 0, i);
}

int main(int argc, char **argv) {
    if (argc < 5) die("usage: make_traffic handshakes|mix|bulk|syns COUNT OUT TEMPLATE ...");
    uint32_t count = (uint32_t)strtoul(argv[2], NULL, 10);
    for (int i = 4; i < argc; i++)
        template_load(argv[i]);
    pcap_t *dead = pcap_open_dead(DLT_EN10MB, 262144);
    pcap_dumper_t *out = pcap_dump_open(dead, argv[3]);
    if (out == NULL) die(pcap_geterr(dead));
    if (strcmp(argv[1], "handshakes") == 0)
        connections(out, 0, count, 1, false);
    else if (strcmp(argv[1], "mix") == 0)
        connections(out, 0, count, 500, true);
    else if (strcmp(argv[1], "bulk") == 0) {
        connections(out, 0, 100, 1, false);
        for (uint32_t i = 0; i < count; i++)
            bulk(out, &templates[0], i % 100, 1448 * (i / 100));
    } else if (strcmp(argv[1], "syns") == 0) {
        syns(out, count);
        connections(out, count, 1000, 1, false);
    } else
        die("what is to be made?");
    if (pcap_dump_flush(out) != 0) die("the disk is full");
    pcap_dump_close(out);
    pcap_close(dead);
    return 0;
}
