/* A TLS client or server on Mbed TLS 2.28 (TLS 1.2 and older): key=value arguments, see README.md for the keys. */
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>

#include "words.h"

struct endpoint {
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
    mbedtls_ssl_config settings;
    mbedtls_x509_crt certificate, trust;
    mbedtls_x509_crl revoked;
    mbedtls_pk_context key;
    const char *protocols[2];
    int suites[2];
};

static void complain(const char *who, int error) {
    char text[120];
    mbedtls_strerror(error, text, sizeof text);
    fprintf(stderr, "%s: -0x%04x %s\n", who, (unsigned)-error, text);
}

static int load(struct endpoint *endpoint, const struct words *words) {
    const char *trust = word(words, "trust"), *certificate = word(words, "cert"), *crl = word(words, "crl");
    if (trust != NULL && mbedtls_x509_crt_parse_file(&endpoint->trust, trust) != 0) return 0;
    if (crl != NULL && mbedtls_x509_crl_parse_file(&endpoint->revoked, crl) != 0) return 0;
    if (trust != NULL)
        mbedtls_ssl_conf_ca_chain(&endpoint->settings, &endpoint->trust, crl != NULL ? &endpoint->revoked : NULL);
    if (certificate == NULL) return 1;
    return mbedtls_x509_crt_parse_file(&endpoint->certificate, certificate) == 0 &&
           mbedtls_pk_parse_keyfile(&endpoint->key, word(words, "key"), NULL) == 0 &&
           mbedtls_ssl_conf_own_cert(&endpoint->settings, &endpoint->certificate, &endpoint->key) == 0;
}

static void restrict_offer(struct endpoint *endpoint, const struct words *words) {
    if (word(words, "alpn") != NULL) {
        endpoint->protocols[0] = word(words, "alpn");
        mbedtls_ssl_conf_alpn_protocols(&endpoint->settings, endpoint->protocols);
    }
    if (word(words, "ciphers") != NULL) {
        endpoint->suites[0] = mbedtls_ssl_get_ciphersuite_id(word(words, "ciphers"));
        mbedtls_ssl_conf_ciphersuites(&endpoint->settings, endpoint->suites);
    }
    mbedtls_ssl_conf_min_version(&endpoint->settings, 3, word_version(words, "min", 3));
    mbedtls_ssl_conf_max_version(&endpoint->settings, 3, word_version(words, "max", 3));
}

static int prepare(struct endpoint *endpoint, const struct words *words, int role) {
    mbedtls_entropy_init(&endpoint->entropy);
    mbedtls_ctr_drbg_init(&endpoint->random);
    mbedtls_ssl_config_init(&endpoint->settings);
    mbedtls_x509_crt_init(&endpoint->certificate);
    mbedtls_x509_crt_init(&endpoint->trust);
    mbedtls_x509_crl_init(&endpoint->revoked);
    mbedtls_pk_init(&endpoint->key);
    if (mbedtls_ctr_drbg_seed(&endpoint->random, mbedtls_entropy_func, &endpoint->entropy, NULL, 0) != 0 ||
        mbedtls_ssl_config_defaults(&endpoint->settings, role, MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT) != 0)
        return 0;
    mbedtls_ssl_conf_rng(&endpoint->settings, mbedtls_ctr_drbg_random, &endpoint->random);
    restrict_offer(endpoint, words);
    return load(endpoint, words);
}

static int serve_name(void *expected, mbedtls_ssl_context *tls, const unsigned char *name, size_t length) {
    (void)tls;
    return strlen(expected) == length && memcmp(expected, name, length) == 0 ? 0 : -1;
}

static void serve_one(struct endpoint *endpoint, int plain) {
    unsigned char buffer[4096];
    mbedtls_net_context net = {.fd = plain};
    mbedtls_ssl_context tls;
    mbedtls_ssl_init(&tls);
    int status = mbedtls_ssl_setup(&tls, &endpoint->settings);
    mbedtls_ssl_set_bio(&tls, &net, mbedtls_net_send, mbedtls_net_recv, NULL);
    if (status == 0) status = mbedtls_ssl_handshake(&tls);
    if (status != 0) {
        complain("server", status);
    } else {
        if (mbedtls_ssl_read(&tls, buffer, sizeof buffer) > 0)
            mbedtls_ssl_write(&tls, (const unsigned char *)ANSWER, strlen(ANSWER));
        mbedtls_ssl_close_notify(&tls);
    }
    mbedtls_ssl_free(&tls);
    close(plain);
}

static int server(struct endpoint *endpoint, const struct words *words) {
    int listener = words_listen(words);
    if (listener < 0) return 1;
    if (word_is(words, "client_auth", "require"))
        mbedtls_ssl_conf_authmode(&endpoint->settings, MBEDTLS_SSL_VERIFY_REQUIRED);
    if (word(words, "name") != NULL) mbedtls_ssl_conf_sni(&endpoint->settings, serve_name, (void *)word(words, "name"));
    for (;;) {
        int plain = accept(listener, NULL, NULL);
        if (plain < 0) return 1;
        words_patience(plain);
        serve_one(endpoint, plain);
    }
}

static int talk(mbedtls_ssl_context *tls, const struct words *words) {
    unsigned char buffer[4096];
    int status = mbedtls_ssl_handshake(tls);
    if (status != 0) {
        complain("client", status);
        return 1;
    }
    printf("%s %s\n", mbedtls_ssl_get_version(tls), mbedtls_ssl_get_ciphersuite(tls));
    if (!word_is(words, "request", "no")) {
        mbedtls_ssl_write(tls, (const unsigned char *)REQUEST, strlen(REQUEST));
        while (mbedtls_ssl_read(tls, buffer, sizeof buffer) > 0) {
        }
    }
    mbedtls_ssl_close_notify(tls);
    return 0;
}

static int client(struct endpoint *endpoint, const struct words *words) {
    mbedtls_net_context net = {.fd = words_connect(words)};
    mbedtls_ssl_context tls;
    if (net.fd < 0) return 1;
    mbedtls_ssl_conf_authmode(&endpoint->settings,
                              word_is(words, "verify", "no") ? MBEDTLS_SSL_VERIFY_NONE : MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_init(&tls);
    if (mbedtls_ssl_setup(&tls, &endpoint->settings) != 0) return 1;
    mbedtls_ssl_set_hostname(&tls, word(words, "name"));
    mbedtls_ssl_set_bio(&tls, &net, mbedtls_net_send, mbedtls_net_recv, NULL);
    int status = talk(&tls, words);
    mbedtls_ssl_free(&tls);
    close(net.fd);
    return status;
}

int main(int argc, char **argv) {
    static struct endpoint endpoint;
    if (argc < 2) return 2;
    struct words words = {.count = argc - 2, .list = argv + 2};
    int is_server = strcmp(argv[1], "server") == 0;
    if (!prepare(&endpoint, &words, is_server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT)) return 1;
    return is_server ? server(&endpoint, &words) : client(&endpoint, &words);
}
