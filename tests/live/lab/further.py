"""Further stacks, which no rule was written against: NSS, Erlang, Mbed TLS, wolfSSL and rustls.

They grade what was learned from the others (docs/accuracy.md): tables/further.py was written, and scored, before any
rule was changed for them.
"""
import os
import subprocess

from .clients import Call
from .clients import endpoint_words as client_words
from .servers import STACKS
from .servers import endpoint_words as server_words

COMMAND_SECONDS = 20
NSS_VERSIONS = {"1.0": "tls1.0", "1.1": "tls1.1", "1.2": "tls1.2", "1.3": "tls1.3"}


def nss_database(folder, pki, identity):
    """Makes a certificate database in FOLDER that trusts the laboratory's root; returns its name for NSS's tools."""
    path = os.path.join(folder, "nss-" + (identity or "nobody"))
    os.makedirs(path, exist_ok=True)
    name = "sql:" + path
    _run("certutil", "-N", "-d", name, "--empty-password")
    _run("certutil", "-A", "-d", name, "-n", "root", "-t", "CT,,", "-i", pki.trust)
    if identity:
        bundle = os.path.join(path, "identity.p12")
        _run("openssl", "pkcs12", "-export", "-in", pki.chain(identity), "-inkey", pki.key(identity), "-name", identity,
             "-passout", "pass:lab", "-out", bundle)
        _run("pk12util", "-i", bundle, "-d", name, "-W", "lab", "-K", "")
    return name


def _run(*command):
    subprocess.run(command, check=True, capture_output=True, timeout=COMMAND_SECONDS)


def _nss_range(end):
    return f"{NSS_VERSIONS[end.minimum]}:{NSS_VERSIONS[end.maximum]}"


def nss_server(server, place):
    if server.ciphers or server.suites or server.crl or server.dh_bits or server.alpn:
        return None
    command = ["selfserv", "-d", nss_database(place.folder, place.certificates, server.identity), "-p", str(place.port),
               "-n", server.identity, "-V", _nss_range(server), "-w", "", "-D"]
    if server.client_auth:
        command += ["-r"] * (2 if server.client_auth == "require" else 1)
    for flag, value in (("-a", server.name), ("-I", server.groups), ("-J", server.signatures)):
        command += [flag, value] if value else []
    return command + list(server.extra)


def nss_client(client, target):
    if client.ciphers or client.suites or client.crl or client.alpn or client.weak:
        return None
    command = ["tstclnt", "-h", target.address, "-p", str(target.port),
               "-d", nss_database(target.folder, target.certificates, client.identity), "-V", _nss_range(client)]
    if client.identity:
        command += ["-n", client.identity, "-w", ""]
    for flag, value in (("-a", client.name), ("-I", client.groups), ("-J", client.signatures)):
        command += [flag, value] if value else []
    if not client.verify:
        command.append("-o")
    return [Call(command + list(client.extra), client.text if client.request else "")]


def _simple(end):
    """Whether an endpoint program can be set up as END wants: the words of stacks/README.md and no more."""
    return not (end.ciphers or end.suites or end.groups or end.signatures or end.extra)


def _program(stack, built):
    if stack == "erlang":
        return ["escript", os.path.join(STACKS, "erlang_endpoint.escript")]
    return [os.path.join(built, f"{stack}_endpoint")]


def server_of(stack, newest):
    """How the endpoint program of STACK is started as a server; it speaks nothing newer than NEWEST."""
    def start(server, place):
        if not _simple(server) or server.crl or server.dh_bits or server.minimum > newest:
            return None
        return [*_program(stack, place.built), "server", *server_words(server, place)]
    return start


def client_of(stack, newest):
    """The same for a client."""
    def run(client, target):
        if not _simple(client) or client.minimum > newest or (stack == "rustls" and not (client.verify and client.name)):
            return None
        return [Call([*_program(stack, target.built), "client", *client_words(client, target)])]
    return run


# name -> (how it is started, the program that must be there)
SERVERS = {
    "nss": (nss_server, "selfserv"),
    "erlang": (server_of("erlang", "1.3"), "escript"),
    "mbedtls": (server_of("mbedtls", "1.2"), "gcc"),
    "wolfssl": (server_of("wolfssl", "1.3"), "gcc"),
    "rustls": (server_of("rustls", "1.3"), "cargo"),
}
CLIENTS = {
    "nss": (nss_client, "tstclnt"),
    "erlang": (client_of("erlang", "1.3"), "escript"),
    "mbedtls": (client_of("mbedtls", "1.2"), "gcc"),
    "wolfssl": (client_of("wolfssl", "1.3"), "gcc"),
    "rustls": (client_of("rustls", "1.3"), "cargo"),
}
