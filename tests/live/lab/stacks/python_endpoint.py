"""A TLS client or server on Python's ssl module: key=value arguments, see stacks/README.md for the keys."""
import socket
import ssl
import sys
import threading

VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
            "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
ANSWER = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nhello\n"
SERVER_SECONDS = 20
LARGE = 3_000_000


def configure(context, options):
    if options.get("min"):
        context.minimum_version = VERSIONS[options["min"]]
    if options.get("max"):
        context.maximum_version = VERSIONS[options["max"]]
    if options.get("ciphers"):
        context.set_ciphers(options["ciphers"])
    if options.get("group"):
        context.set_ecdh_curve(options["group"])
    if options.get("alpn"):
        context.set_alpn_protocols(options["alpn"].split(","))
    if options.get("cert"):
        context.load_cert_chain(options["cert"], options["key"])


def serve_one(connection, context, mode):
    connection.settimeout(SERVER_SECONDS)
    try:
        with context.wrap_socket(connection, server_side=True) as tls:
            if mode == "ask_later" and tls.recv(4096):
                tls.verify_client_post_handshake()
                tls.sendall(b"one moment\n")
                tls.recv(4096)
                tls.sendall(ANSWER)
            elif mode not in ("close_at_once", "ask_later") and tls.recv(4096):
                tls.sendall(ANSWER + (b"x" * LARGE if mode == "large" else b""))
            tls.unwrap()
    except (OSError, ValueError) as error:
        print("server:", error, flush=True)
    finally:
        connection.close()


def server(options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    configure(context, options)
    context.post_handshake_auth = options.get("mode") == "ask_later"
    if options.get("client_auth"):
        required = options["client_auth"] == "require"
        context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
        context.load_verify_locations(options["trust"])
    if options.get("name"):
        def by_name(_tls, name, _context):
            return None if name == options["name"] else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        context.sni_callback = by_name
    with socket.create_server((options["address"], int(options["port"])), backlog=32) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve_one, args=(connection, context, options.get("mode")), daemon=True).start()


def client(options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = options.get("check_name", "yes") == "yes"
    context.verify_mode = ssl.CERT_REQUIRED if options.get("verify", "yes") == "yes" else ssl.CERT_NONE
    context.load_verify_locations(options["trust"])
    if options.get("crl"):
        context.load_verify_locations(options["crl"])
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    configure(context, options)
    session = None
    for _ in range(int(options.get("count", "1"))):
        plain = socket.create_connection((options["address"], int(options["port"])), timeout=8)
        with context.wrap_socket(plain, server_hostname=options.get("name") or None, session=session) as tls:
            if options.get("request", "yes") == "yes":
                tls.sendall(b"GET / HTTP/1.0\r\n\r\n")
                while tls.recv(4096):
                    pass
            session = tls.session
            print(tls.version(), tls.cipher(), "resumed" if tls.session_reused else "full")


def main():
    role = sys.argv[1]
    options = dict(word.split("=", 1) for word in sys.argv[2:])
    try:
        {"server": server, "client": client}[role](options)
    except (OSError, ValueError) as error:
        print(f"{role}: {error}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
