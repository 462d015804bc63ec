"""ClientHellos and ServerHellos by hand (RFC 8446, section 4.1.2; RFC 5246, section 7.4.1), whole or spoiled."""
import os
import struct

TLS10, TLS11, TLS12, TLS13 = 0x0301, 0x0302, 0x0303, 0x0304
HANDSHAKE = 22
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, SERVER_HELLO_DONE = 1, 2, 11, 14
RSA_AES128_GCM = 0x009C
ORDINARY_SUITES = (0xC02F, 0xC030, 0xCCA8, 0xC02B, 0xC02C, RSA_AES128_GCM, 0x009D, 0x002F, 0x0035)
TLS13_SUITES = (0x1301, 0x1302, 0x1303)
SERVER_NAME, SUPPORTED_GROUPS, SIGNATURES, KEY_SHARE, VERSIONS, PSK_MODES, PSK, PADDING = 0, 10, 13, 51, 43, 45, 41, 21


def vector(data, width):
    return len(data).to_bytes(width, "big") + data


def words(values):
    return b"".join(struct.pack(">H", value) for value in values)


def record(kind, body, version=TLS10):
    return bytes([kind]) + struct.pack(">HH", version, len(body)) + body


def message(kind, body):
    return bytes([kind]) + vector(body, 3)


def extension(number, data):
    return struct.pack(">H", number) + vector(data, 2)


def server_name(name, declared=None):
    entry = b"\0" + vector(name, 2)
    size = len(entry) if declared is None else declared
    return extension(SERVER_NAME, struct.pack(">H", size) + entry)


def ordinary_extensions(tls13):
    share = vector(struct.pack(">H", 29) + vector(os.urandom(32), 2), 2)
    listed = [
        server_name(b"shop.example"),
        extension(SUPPORTED_GROUPS, vector(words((29, 23, 24)), 2)),
        extension(SIGNATURES, vector(words((0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501)), 2)),
        extension(11, vector(b"\0", 1)),
        extension(23, b""),
    ]
    if tls13:
        listed += [extension(VERSIONS, vector(words((TLS13, TLS12)), 1)), extension(PSK_MODES, vector(b"\1", 1)),
                   extension(KEY_SHARE, share)]
    return listed


def hello_body(version=TLS12, suites=ORDINARY_SUITES, extensions=None, session=b"", compressions=b"\0",
               suite_bytes=None):
    listed = ordinary_extensions(False) if extensions is None else extensions
    suite_list = words(suites) if suite_bytes is None else suite_bytes
    return (struct.pack(">H", version) + os.urandom(32) + vector(session, 1) + vector(suite_list, 2)
            + vector(compressions, 1) + vector(b"".join(listed), 2))


def client_hello(**keys):
    return record(HANDSHAKE, message(CLIENT_HELLO, hello_body(**keys)))


def without(number, tls13=True):
    prefix = struct.pack(">H", number)
    return [item for item in ordinary_extensions(tls13) if item[:2] != prefix]


def _tls13(extensions):
    return client_hello(suites=TLS13_SUITES, session=os.urandom(32), extensions=extensions)


def _extensions_length():
    body = hello_body(extensions=[])
    return record(HANDSHAKE, message(CLIENT_HELLO, body[:-2] + b"\x00\x20" + b"".join(ordinary_extensions(False))[:8]))


def _truncated():
    body = hello_body()
    return record(HANDSHAKE, message(CLIENT_HELLO, body[:60]))


def _psk_not_last():
    identity = vector(vector(os.urandom(32), 2) + struct.pack(">I", 0), 2)
    binder = vector(vector(os.urandom(32), 1), 2)
    return _tls13([extension(PSK, identity + binder)] + ordinary_extensions(True))


# Every way of spoiling a ClientHello that the laboratory sends: name -> (bytes, what is wrong with it).
SPOILED = {
    "bad_server_name": (lambda: client_hello(extensions=[server_name(b"shop.example", declared=200)]
                                             + without(SERVER_NAME, False)),
                        "the server name list claims more bytes than its extension has"),
    "duplicate_extension": (lambda: client_hello(extensions=ordinary_extensions(False) + [
        extension(SUPPORTED_GROUPS, vector(words((29,)), 2))]), "supported_groups comes twice"),
    "extensions_length": (_extensions_length, "the extensions claim more bytes than the message has"),
    "long_session_id": (lambda: client_hello(session=os.urandom(40)), "a session id of 40 bytes; 32 is the most"),
    "no_null_compression": (lambda: client_hello(compressions=b"\1"), "no null compression method"),
    "no_suites": (lambda: client_hello(suites=()), "an empty list of cipher suites"),
    "odd_suite_list": (lambda: client_hello(suite_bytes=words(ORDINARY_SUITES) + b"\0"),
                       "a list of cipher suites of odd length"),
    "psk_not_last": (_psk_not_last, "pre_shared_key is not the last extension"),
    "missing_signature_algorithms": (lambda: _tls13(without(SIGNATURES)),
                                     "a TLS 1.3 hello without signature_algorithms"),
    "trailing_bytes": (lambda: record(HANDSHAKE, message(CLIENT_HELLO, hello_body() + b"\0\0\0\0")),
                       "bytes after the extensions"),
    "truncated": (_truncated, "the message ends inside the list of cipher suites"),
    "record_too_long": (lambda: client_hello(extensions=ordinary_extensions(False) + [extension(PADDING,
                                                                                                bytes(18000))]),
                        "a record of more than 18,000 bytes; 16,384 is the most"),
}


def unknown_version():
    """A hello that offers only version 0x0305, which does not exist."""
    return _tls13(without(VERSIONS) + [extension(VERSIONS, vector(words((0x0305,)), 1))])


def ssl3():
    """An SSL 3.0 hello, without extensions."""
    body = struct.pack(">H", 0x0300) + os.urandom(32) + vector(b"", 1) + vector(words((0x002F, 0x000A)), 2) \
        + vector(b"\0", 1)
    return record(HANDSHAKE, message(CLIENT_HELLO, body), 0x0300)


def ssl2():
    """A hello in the SSLv2 format (RFC 5246, appendix E.2) that offers SSL 2.0 only."""
    body = b"\x01\x00\x02" + struct.pack(">HHH", 9, 0, 16) + bytes.fromhex("0700c0050080030080") + os.urandom(16)
    return struct.pack(">H", 0x8000 | len(body)) + body


def server_hello(version=TLS12, suite=RSA_AES128_GCM, extensions=b"\xff\x01\x00\x01\x00"):
    body = struct.pack(">H", version) + os.urandom(32) + vector(b"", 1) + struct.pack(">HB", suite, 0)
    return record(HANDSHAKE, message(SERVER_HELLO, body + vector(extensions, 2)), min(version, TLS12))


def alert(level, description, version=TLS12):
    return record(21, bytes([level, description]), version)
