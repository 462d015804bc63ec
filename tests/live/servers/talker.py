"""`talker.py ADDRESS PORT TEXT`: says TEXT (with \\r\\n for line ends) at once and reads until the other side closes."""
import socket
import sys

SECONDS = 4


def main():
    address, port, text = sys.argv[1:4]
    with socket.create_connection((address, int(port)), SECONDS) as connection:
        connection.sendall(text.replace("\\r\\n", "\r\n").encode())
        try:
            while connection.recv(4096):
                pass
        except OSError:
            pass
    return 1


if __name__ == "__main__":
    sys.exit(main())
