/* A TLS client or server on wolfSSL: key=value arguments, see README.md for the keys. */
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

#include "words.h"

static WOLFSSL_METHOD *method_for(const struct words *words, int server) {
    int least = word_version(words, "min", 3), most = word_version(words, "max", 4);
    if (least == 4) return server ? wolfTLSv1_3_server_method() : wolfTLSv1_3_client_method();
    if (most == 3) return server ? wolfTLSv1_2_server_method() : wolfTLSv1_2_client_method();
    return server ? wolfSSLv23_server_method() : wolfSSLv23_client_method();
}

static int load(WOLFSSL_CTX *context, const struct words *words) {
    const char *trust = word(words, "trust"), *certificate = word(words, "cert"), *ciphers = word(words, "ciphers");
    /* the method alone does not keep TLS 1.1 out */
    if (wolfSSL_CTX_SetMinVersion(context, word_version(words, "min", 3)) != WOLFSSL_SUCCESS) return 0;
    if (trust != NULL && wolfSSL_CTX_load_verify_locations(context, trust, NULL) != WOLFSSL_SUCCESS) return 0;
    if (ciphers != NULL && wolfSSL_CTX_set_cipher_list(context, ciphers) != WOLFSSL_SUCCESS) return 0;
    if (certificate == NULL) return 1;
    return wolfSSL_CTX_use_certificate_chain_file(context, certificate) == WOLFSSL_SUCCESS &&
           wolfSSL_CTX_use_PrivateKey_file(context, word(words, "key"), WOLFSSL_FILETYPE_PEM) == WOLFSSL_SUCCESS;
}

static void complain(WOLFSSL *tls, const char *who) {
    char text[80];
    fprintf(stderr, "%s: %s\n", who, wolfSSL_ERR_error_string((unsigned long)wolfSSL_get_error(tls, -1), text));
}

static void offer_protocols(WOLFSSL *tls, const struct words *words) {
    char list[100];
    const char *protocols = word(words, "alpn");
    if (protocols == NULL) return;
    snprintf(list, sizeof list, "%s", protocols);
    wolfSSL_UseALPN(tls, list, (unsigned)strlen(list), WOLFSSL_ALPN_FAILED_ON_MISMATCH);
}

static void serve_one(WOLFSSL_CTX *context, const struct words *words, int plain) {
    char buffer[4096];
    WOLFSSL *tls = wolfSSL_new(context);
    wolfSSL_set_fd(tls, plain);
    offer_protocols(tls, words);
    if (wolfSSL_accept(tls) != WOLFSSL_SUCCESS) {
        complain(tls, "server");
    } else {
        if (wolfSSL_read(tls, buffer, sizeof buffer) > 0) wolfSSL_write(tls, ANSWER, (int)strlen(ANSWER));
        wolfSSL_shutdown(tls);
    }
    wolfSSL_free(tls);
    close(plain);
}

static int server(const struct words *words) {
    WOLFSSL_CTX *context = wolfSSL_CTX_new(method_for(words, 1));
    const char *name = word(words, "name");
    int listener = words_listen(words);
    if (context == NULL || listener < 0 || !load(context, words)) return 1;
    if (word_is(words, "client_auth", "require"))
        wolfSSL_CTX_set_verify(context, WOLFSSL_VERIFY_PEER | WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    else if (word(words, "client_auth") != NULL)
        wolfSSL_CTX_set_verify(context, WOLFSSL_VERIFY_PEER, NULL);
    if (name != NULL) {
        wolfSSL_CTX_UseSNI(context, WOLFSSL_SNI_HOST_NAME, name, (word16)strlen(name));
        wolfSSL_CTX_SNI_SetOptions(context, WOLFSSL_SNI_HOST_NAME, WOLFSSL_SNI_ABORT_ON_ABSENCE);
    }
    for (;;) {
        int plain = accept(listener, NULL, NULL);
        if (plain < 0) return 1;
        words_patience(plain);
        serve_one(context, words, plain);
    }
}

static int talk(WOLFSSL *tls, const struct words *words) {
    char buffer[4096];
    if (wolfSSL_connect(tls) != WOLFSSL_SUCCESS) {
        complain(tls, "client");
        return 1;
    }
    printf("%s %s\n", wolfSSL_get_version(tls), wolfSSL_get_cipher(tls));
    if (!word_is(words, "request", "no")) {
        wolfSSL_write(tls, REQUEST, (int)strlen(REQUEST));
        while (wolfSSL_read(tls, buffer, sizeof buffer) > 0) {
        }
    }
    wolfSSL_shutdown(tls);
    return 0;
}

static int client(const struct words *words) {
    WOLFSSL_CTX *context = wolfSSL_CTX_new(method_for(words, 0));
    const char *name = word(words, "name");
    if (context == NULL || !load(context, words)) return 1;
    wolfSSL_CTX_set_verify(context, word_is(words, "verify", "no") ? WOLFSSL_VERIFY_NONE : WOLFSSL_VERIFY_PEER, NULL);
    WOLFSSL *tls = wolfSSL_new(context);
    int plain = words_connect(words);
    if (tls == NULL || plain < 0) return 1;
    if (name != NULL) {
        wolfSSL_UseSNI(tls, WOLFSSL_SNI_HOST_NAME, name, (word16)strlen(name));
        if (!word_is(words, "check_name", "no")) wolfSSL_check_domain_name(tls, name);
    }
    offer_protocols(tls, words);
    wolfSSL_set_fd(tls, plain);
    int status = talk(tls, words);
    wolfSSL_free(tls);
    close(plain);
    return status;
}

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    struct words words = {.count = argc - 2, .list = argv + 2};
    wolfSSL_Init();
    return strcmp(argv[1], "server") == 0 ? server(&words) : client(&words);
}
