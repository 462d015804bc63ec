"""An HTTPS request by libcurl on GnuTLS (Debian's curl command is on OpenSSL): key=value arguments."""
import ctypes
import ctypes.util
import sys

LIBRARY = "libcurl-gnutls.so.4"
# Option numbers of curl.h: 0 long, 10000 string.
STRING = {"url": 10002, "connect_to": 10243, "trust": 10065, "cert": 10025, "key": 10087, "crl": 10169}
NUMBER = {"timeout_ms": 155, "verify": 64, "check_name": 81, "versions": 32, "no_body": 44}
VERSIONS = {"1.0": 4, "1.1": 5, "1.2": 6, "1.3": 7}
CONNECT_TO_LIST = 10243


def main():
    options = dict(word.split("=", 1) for word in sys.argv[2:])
    curl = ctypes.CDLL(LIBRARY)
    curl.curl_easy_init.restype = ctypes.c_void_p
    curl.curl_slist_append.restype = ctypes.c_void_p
    curl.curl_easy_strerror.restype = ctypes.c_char_p
    curl.curl_global_init(3)
    handle = ctypes.c_void_p(curl.curl_easy_init())

    def text(name, value):
        curl.curl_easy_setopt(handle, STRING[name], ctypes.c_char_p(value.encode()))

    def number(name, value):
        curl.curl_easy_setopt(handle, NUMBER[name], ctypes.c_long(value))

    name, port = options["name"], options["port"]
    hops = curl.curl_slist_append(None, f"{name}:{port}:{options['address']}:{port}".encode())
    curl.curl_easy_setopt(handle, CONNECT_TO_LIST, ctypes.c_void_p(hops))
    text("url", f"https://{name}:{port}/")
    for key in ("trust", "cert", "key", "crl"):
        if options.get(key):
            text(key, options[key])
    number("timeout_ms", 8000)
    number("versions", VERSIONS[options.get("min") or "1.2"] + (VERSIONS[options.get("max") or "1.3"] << 16))
    if options.get("verify") == "no":
        number("verify", 0)
        number("check_name", 0)
    sys.stdout.flush()
    status = curl.curl_easy_perform(handle)
    print("client:", curl.curl_easy_strerror(status).decode())
    return 0 if status == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
