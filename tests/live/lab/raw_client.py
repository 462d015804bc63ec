"""A client that does not speak TLS properly: `raw_client.py ADDRESS PORT MODE`; the modes are in MODES."""
import os
import socket
import struct
import sys
import time

import hellos

REPLY_SECONDS = 5.0


def send_and_listen(make):
    """Sends bytes, listens until the server closes or falls silent, and leaves by FIN."""
    def act(connection):
        connection.sendall(make())
        connection.settimeout(REPLY_SECONDS)
        received = 0
        while True:
            part = connection.recv(65536)
            if not part:
                break
            received += len(part)
        print("received", received)
    return act


def send_and_leave(make, pause=0.3):
    """Sends bytes and closes without waiting for an answer."""
    def act(connection):
        connection.sendall(make())
        time.sleep(pause)
    return act


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def pause(seconds):
    def act(_connection):
        time.sleep(seconds)
    return act


def reset_after_hello(connection):
    connection.sendall(hellos.client_hello())
    time.sleep(0.3)
    reset(connection)


def text(words):
    return lambda: words


MODES = {
    "connect_and_close": pause(0),
    "connect_and_wait": pause(1.5),
    "connect_and_reset": reset,
    "http": send_and_listen(text(b"GET / HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: lab\r\n\r\n")),
    "http_post": send_and_listen(text(b"POST /api HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 2\r\n\r\n{}")),
    "http2_preface": send_and_listen(text(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
    "ssh": send_and_listen(text(b"SSH-2.0-OpenSSH_9.2p1\r\n")),
    "smtp": send_and_listen(text(b"EHLO client.example\r\n")),
    "garbage": send_and_listen(lambda: b"\x00\x00\x00\x2f" + os.urandom(43)),
    "unknown_version": send_and_listen(hellos.unknown_version),
    "ssl3": send_and_listen(hellos.ssl3),
    "ssl2": send_and_listen(hellos.ssl2),
    "hello_and_reset": reset_after_hello,
    "hello_and_leave": send_and_leave(hellos.client_hello),
}
for name, (make_hello, _why) in hellos.SPOILED.items():
    MODES[f"spoiled_{name}"] = send_and_listen(make_hello)


def main():
    address, port, mode = sys.argv[1:4]
    try:
        with socket.create_connection((address, int(port)), timeout=5.0) as connection:
            MODES[mode](connection)
    except OSError as error:
        print("client:", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
