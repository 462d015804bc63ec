"""A server that does one wrong thing: `raw_server.py ADDRESS PORT MODE`; the modes are in MODES."""
import socket
import struct
import sys
import threading

import hellos
from relay import finish

HTTP_REFUSAL = b"HTTP/1.1 400 Bad Request\r\nServer: lab\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
GREETINGS = {
    "ssh": b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\r\n",
    "smtp": b"220 mail.example ESMTP ready\r\n",
    "ftp": b"220 (vsFTPd 3.0.3)\r\n",
}


def read_hello(connection):
    """Reads one whole record, or what comes before the peer is silent or gone."""
    connection.settimeout(5.0)
    data = b""
    try:
        while len(data) < 5 or len(data) < 5 + struct.unpack(">H", data[3:5])[0]:
            part = connection.recv(65536)
            if not part:
                break
            data += part
    except OSError:
        pass
    return data


def after_hello(ending, answer=b""):
    def act(connection):
        read_hello(connection)
        if answer:
            connection.sendall(answer)
        finish(connection, ending)
    return act


def at_once(ending, greeting=b""):
    def act(connection):
        if greeting:
            connection.sendall(greeting)
        finish(connection, ending)
    return act


def greet_and_complain(greeting):
    """A mail or shell server: greets, reads the hello as if it were text, complains and leaves."""
    def act(connection):
        connection.sendall(greeting)
        read_hello(connection)
        if not greeting.startswith(b"SSH"):
            connection.sendall(b"500 5.5.1 Command unrecognized\r\n")
        finish(connection, "close")
    return act


MODES = {
    "silent": after_hello("stall"),
    "close": after_hello("close"),
    "reset": after_hello("reset"),
    "close_at_once": at_once("close"),
    "http": after_hello("close", HTTP_REFUSAL),
    "ssh": greet_and_complain(GREETINGS["ssh"]),
    "smtp": greet_and_complain(GREETINGS["smtp"]),
    "ftp": greet_and_complain(GREETINGS["ftp"]),
    "garbage": after_hello("close", b"\x00\x01\x02\x03\x04\x05\x06\x07"),
    "tls10": after_hello("stall", hellos.server_hello(version=hellos.TLS10)),
    "unoffered_suite": after_hello("stall", hellos.server_hello(suite=0x0005)),
    "spoiled_server_hello": after_hello("stall", hellos.record(22, b"\x02\x00\x00\x10" + b"\x03\x03" + b"\0" * 14)),
}
for number in (10, 20, 21, 22, 30, 40, 42, 43, 46, 47, 48, 49, 50, 60, 70, 71, 80, 86, 90, 109, 110, 112, 115, 116,
               120, 121):
    MODES[f"alert_{number}"] = after_hello("close", hellos.alert(2, number))
MODES["warning_close_notify"] = after_hello("close", hellos.alert(1, 0))


def main():
    address, port, mode = sys.argv[1:4]
    with socket.create_server((address, int(port)), backlog=64) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=guarded, args=(MODES[mode], connection), daemon=True).start()


def guarded(act, connection):
    try:
        act(connection)
    except OSError:
        pass
    finally:
        connection.close()


if __name__ == "__main__":
    main()
