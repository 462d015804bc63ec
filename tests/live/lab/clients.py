"""The table of client stacks: how a Client is run on each."""
import ctypes
import os
from dataclasses import dataclass, replace

from .namespaces import bracketed
from .servers import HERE, OPENSSL_VERSIONS, PYTHON, STACKS, gnutls_priority
from .certificates import SERVER_NAME

REQUEST = "GET / HTTP/1.0\r\n\r\n"


@dataclass(frozen=True)
class Client:
    """What a scenario wants of its client; a stack that cannot express it is not used for that scenario."""
    stack: str = "openssl"
    minimum: str = "1.2"
    maximum: str = "1.3"
    ciphers: str = ""
    suites: str = ""
    groups: str = ""
    signatures: str = ""
    alpn: str = ""
    name: str = SERVER_NAME         # "" for a hello without SNI
    verify: bool = True
    crl: bool = False
    identity: str = ""              # of its client certificate
    weak: bool = False              # accept what OpenSSL holds too weak by default
    mode: str = ""                  # of the raw client
    priority: str = ""              # GnuTLS's own spelling
    seconds: float = 8.0            # it is ended after that
    hold: float = 0.15              # before it types its request
    request: bool = True
    early_data: bool = False        # GnuTLS only
    text: str = REQUEST             # what s_client and gnutls-cli are given to type
    runs: tuple = ((),)             # more words for each run, one after the other
    extra: tuple = ()


@dataclass(frozen=True)
class Call:
    """One command line of a client."""
    command: list
    text: str = ""


def openssl(client, target):
    pki = target.certificates
    command = ["openssl", "s_client", "-connect", f"{bracketed(target.address)}:{target.port}", "-ign_eof",
               "-CAfile", pki.trust,
               "-min_protocol", OPENSSL_VERSIONS[client.minimum], "-max_protocol", OPENSSL_VERSIONS[client.maximum]]
    if client.verify:
        command.append("-verify_return_error")
        if client.name:
            command += ["-verify_hostname", client.name]
    command += ["-servername", client.name] if client.name else ["-noservername"]
    for flag, value in (("-cipher", _ciphers(client)), ("-ciphersuites", client.suites), ("-groups", client.groups),
                        ("-sigalgs", client.signatures), ("-alpn", client.alpn)):
        if value:
            command += [flag, value]
    if client.identity:
        command += pki.chain_words(client.identity)
    if client.crl:
        command += ["-CRL", pki.path("issuing.crl"), "-crl_check"]
    if not client.request:
        command.remove("-ign_eof")
    words = [word.replace("{folder}", target.folder) for word in client.extra]
    runs = [[word.replace("{folder}", target.folder) for word in run] for run in client.runs]
    return [Call(command + words + run, client.text if client.request else "") for run in runs]


def _ciphers(client):
    if client.weak or client.minimum < "1.2" or client.maximum < "1.2" or "weak" in client.identity:
        return f"{client.ciphers or 'DEFAULT'}:@SECLEVEL=0"
    return client.ciphers


def gnutls(client, target):
    if client.ciphers or client.suites or client.groups or client.signatures or client.weak:
        return None
    pki = target.certificates
    command = ["gnutls-cli", target.address, "--port", str(target.port), "--x509cafile", pki.trust,
               "--priority", gnutls_priority(client.minimum, client.maximum, client.priority)]
    if client.name:
        command += ["--sni-hostname", client.name, "--verify-hostname", client.name]
    else:
        command.append("--disable-sni")
    if not client.verify:
        command.append("--insecure")
    if client.alpn:
        command += ["--alpn", client.alpn]
    if client.identity:
        command += ["--x509certfile", pki.chain(client.identity), "--x509keyfile", pki.key(client.identity)]
    if client.crl:
        command += ["--x509crlfile", pki.path("issuing.crl")]
    if client.early_data:
        path = os.path.join(target.folder, "early.txt")
        with open(path, "w", encoding="ascii") as file:
            file.write(REQUEST)
        command += ["--earlydata", path]
    return [Call(command + list(client.extra), client.text if client.request else "")]


def curl(client, target):
    if not client.name or client.signatures:
        return None
    pki, address = target.certificates, bracketed(target.address)
    command = ["curl", "-sS", "-o", "/dev/null", "--noproxy", "*", "--max-time", str(client.seconds - 1),
               "--cacert", pki.trust, "--connect-to", f"{client.name}:{target.port}:{address}:{target.port}",
               f"--tlsv{client.minimum}", "--tls-max", client.maximum]
    for flag, value in (("--ciphers", _ciphers(client)), ("--tls13-ciphers", client.suites),
                        ("--curves", client.groups)):
        if value:
            command += [flag, value]
    if client.alpn:
        return None
    if client.identity:
        command += ["--cert", pki.chain(client.identity), "--key", pki.key(client.identity)]
    if client.crl:
        command += ["--crlfile", pki.path("issuing.crl")]
    if not client.verify:
        command.append("--insecure")
    return [Call([*command, *client.extra, f"https://{client.name}:{target.port}/"])]


def endpoint_words(client, target):
    pki = target.certificates
    words = {"address": target.address, "port": target.port, "name": client.name, "trust": pki.trust,
             "min": client.minimum, "max": client.maximum, "alpn": client.alpn,
             "verify": "" if client.verify else "no", "check_name": "" if client.verify and client.name else "no",
             "request": "" if client.request else "no"}
    if client.identity:
        words |= {"cert": pki.chain(client.identity), "key": pki.key(client.identity)}
    if client.crl:
        words["crl"] = pki.path("issuing.crl")
    return [f"{key}={value}" for key, value in words.items() if value] + list(client.extra)


def curlgnutls(client, target):
    if not client.name or client.alpn or _odd(client) or client.weak:
        return None
    return [Call([PYTHON, os.path.join(STACKS, "curl_gnutls.py"), "client", *endpoint_words(client, target)])]


def _odd(client):
    return client.ciphers or client.suites or client.groups or client.signatures


def python(client, target):
    if client.suites or client.groups or client.signatures:
        return None
    ciphers = _ciphers(client)
    return [Call([PYTHON, os.path.join(STACKS, "python_endpoint.py"), "client", *endpoint_words(client, target),
                  *([f"ciphers={ciphers}"] if ciphers else [])])]


def node(client, target):
    words = endpoint_words(client, target)
    for key, value in (("ciphers", _ciphers(client)), ("group", client.groups), ("signatures", client.signatures)):
        words += [f"{key}={value}"] if value else []
    if client.suites:
        return None
    return [Call(["node", os.path.join(STACKS, "node_endpoint.js"), "client", *words])]


def java(client, target):
    if _odd(client) or client.crl or client.minimum < "1.2" or client.maximum < "1.2" or not client.verify:
        return None
    return [Call(["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", target.built, "Endpoint", "client",
                  *endpoint_words(client, target)])]


def go(client, target):
    if _odd(client) or client.crl or (client.verify and not client.name):
        return None
    return [Call([os.path.join(target.built, "endpoint"), "client", *endpoint_words(client, target)])]


def raw(client, target):
    return [Call([PYTHON, os.path.join(HERE, "raw_client.py"), target.address, str(target.port), client.mode])]


def has_curl_gnutls():
    try:
        ctypes.CDLL("libcurl-gnutls.so.4")
        return True
    except OSError:
        return False


# name -> (how it is run, the program that must be there)
CLIENTS = {
    "openssl": (openssl, "openssl"),
    "gnutls": (gnutls, "gnutls-cli"),
    "curl": (curl, "curl"),
    "curlgnutls": (curlgnutls, PYTHON),
    "python": (python, PYTHON),
    "node": (node, "node"),
    "java": (java, "javac"),
    "go": (go, "go"),
    "raw": (raw, PYTHON),
}


def with_stack(client, stack):
    return replace(client, stack=stack)
