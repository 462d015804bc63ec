"""The table of server stacks: how a Server is started on each."""
import os
from dataclasses import dataclass

from .namespaces import bracketed

HERE = os.path.dirname(os.path.abspath(__file__))
STACKS = os.path.join(HERE, "stacks")
PYTHON = "/usr/bin/python3"
OPENSSL_VERSIONS = {"1.0": "TLSv1", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}
ALL_VERSIONS = ("1.0", "1.1", "1.2", "1.3")


@dataclass(frozen=True)
class Server:
    """What a scenario wants of its server; a stack that cannot express it is not used for that scenario."""
    stack: str = "openssl"
    identity: str = "good"
    minimum: str = "1.2"
    maximum: str = "1.3"
    ciphers: str = ""               # OpenSSL's names, TLS 1.2 and older
    suites: str = ""                # TLS 1.3
    groups: str = ""
    signatures: str = ""
    alpn: str = ""
    name: str = ""                  # the only name served
    client_auth: str = ""           # "require" or "request"
    crl: bool = False
    dh_bits: int = 0
    mode: str = ""                  # of the raw server; of the Python one: close_at_once, large
    priority: str = ""              # GnuTLS's own spelling
    extra: tuple = ()               # words for that stack's own command line


@dataclass(frozen=True)
class Place:
    """Where a server is to listen and where its files go."""
    address: str
    port: int
    certificates: object
    folder: str
    built: str                      # folder of the compiled endpoints


def weak_allowed(server):
    """Whether the set-up needs OpenSSL to accept what it holds too weak by default."""
    weak_identity = "weak" in server.identity
    return weak_identity or server.dh_bits or server.minimum < "1.2" or server.maximum < "1.2"


def cipher_string(server):
    listed = server.ciphers or "DEFAULT"
    return f"{listed}:@SECLEVEL=0" if weak_allowed(server) else server.ciphers


def openssl(server, place):
    pki = place.certificates
    command = ["openssl", "s_server", "-accept", f"{bracketed(place.address)}:{place.port}", "-www",
               *pki.chain_words(server.identity),
               "-min_protocol", OPENSSL_VERSIONS[server.minimum], "-max_protocol", OPENSSL_VERSIONS[server.maximum]]
    _add(command, "-cipher", cipher_string(server))
    _add(command, "-ciphersuites", server.suites)
    _add(command, "-groups", server.groups)
    _add(command, "-sigalgs", server.signatures)
    _add(command, "-alpn", server.alpn)
    if server.name:
        command += ["-servername", server.name, "-servername_fatal",
                    "-cert2", pki.path(f"{server.identity}.crt"), "-key2", pki.key(server.identity)]
    if server.client_auth:
        command += ["-Verify" if server.client_auth == "require" else "-verify", "3",
                    "-CAfile", pki.trust, "-verify_return_error"]
    if server.crl:
        command += ["-CRL", pki.path("issuing.crl"), "-crl_check"]
    if server.dh_bits:
        command += ["-dhparam", pki.path(f"dh{server.dh_bits}.pem")]
    return command + list(server.extra)


def _add(command, flag, value):
    if value:
        command += [flag, value]


NGINX = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr info;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  ssl_protocols {protocols};
  {settings}
  {strict}
  server {{
    listen {address}:{port} ssl{default};
    server_name {name};
    ssl_certificate {chain};
    ssl_certificate_key {key};
    {client}
    return 200 "hello\\n";
  }}
}}
"""


def nginx(server, place):
    pki = place.certificates
    settings = []
    if cipher_string(server):
        settings.append(f"ssl_ciphers {cipher_string(server)};")
    if server.groups:
        settings.append(f"ssl_ecdh_curve {server.groups};")
    if server.suites:
        settings.append(f"ssl_conf_command Ciphersuites {server.suites};")
    if server.dh_bits:
        settings.append(f"ssl_dhparam {pki.path(f'dh{server.dh_bits}.pem')};")
    strict = f"server {{ listen {bracketed(place.address)}:{place.port} ssl default_server; ssl_reject_handshake on; }}"
    client = ""
    if server.client_auth:
        client = f"ssl_verify_client {'on' if server.client_auth == 'require' else 'optional'}; " \
                 f"ssl_client_certificate {pki.trust}; ssl_verify_depth 3;"
    versions = [OPENSSL_VERSIONS[v] for v in ALL_VERSIONS if server.minimum <= v <= server.maximum]
    text = NGINX.format(folder=place.folder, protocols=" ".join(versions), settings=" ".join(settings),
                        strict=strict if server.name else "", address=bracketed(place.address), port=place.port,
                        default="" if server.name else " default_server", name=server.name or "_",
                        chain=pki.chain(server.identity), key=pki.key(server.identity), client=client)
    path = os.path.join(place.folder, "nginx.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return ["nginx", "-e", "stderr", "-p", place.folder, "-c", path]


GNUTLS_VERSIONS = {"1.0": "+VERS-TLS1.0", "1.1": "+VERS-TLS1.1", "1.2": "+VERS-TLS1.2", "1.3": "+VERS-TLS1.3"}


def gnutls_priority(minimum, maximum, more=""):
    base = "LEGACY" if minimum < "1.2" else "NORMAL"
    versions = ":".join(GNUTLS_VERSIONS[v] for v in ALL_VERSIONS if minimum <= v <= maximum)
    return f"{base}:-VERS-ALL:{versions}" + (f":{more}" if more else "")


def gnutls(server, place):
    if server.ciphers or server.suites or server.groups or server.signatures or server.crl:
        return None
    pki = place.certificates
    command = ["gnutls-serv", "--http", "--port", str(place.port), "--x509certfile", pki.chain(server.identity),
               "--x509keyfile", pki.key(server.identity),
               "--priority", gnutls_priority(server.minimum, server.maximum, server.priority)]
    if server.client_auth:
        command += ["--x509cafile", pki.trust, "--verify-client-cert"]
        command += ["--require-client-cert"] if server.client_auth == "require" else []
    else:
        command.append("--disable-client-cert")
    if server.alpn:
        command += ["--alpn", server.alpn, "--alpn-fatal"]
    if server.dh_bits:
        command += ["--dhparams", pki.path(f"dh{server.dh_bits}.pem")]
    if server.name:
        command += ["--sni-hostname", server.name, "--sni-hostname-fatal"]
    return command + list(server.extra)


def endpoint_words(server, place):
    pki = place.certificates
    words = {"address": place.address, "port": place.port, "cert": pki.chain(server.identity),
             "key": pki.key(server.identity), "min": server.minimum, "max": server.maximum, "alpn": server.alpn,
             "name": server.name, "client_auth": server.client_auth, "trust": pki.trust if server.client_auth else ""}
    return [f"{key}={value}" for key, value in words.items() if value]


def _special(server):
    return server.suites or server.groups or server.signatures or server.crl or server.dh_bits or server.extra


def python(server, place):
    if _special(server):
        return None
    words = endpoint_words(server, place) + ([f"mode={server.mode}"] if server.mode else [])
    ciphers = cipher_string(server)
    return [PYTHON, os.path.join(STACKS, "python_endpoint.py"), "server", *words,
            *([f"ciphers={ciphers}"] if ciphers else [])]


def node(server, place):
    if _special(server):
        return None
    words = endpoint_words(server, place)
    ciphers = cipher_string(server)
    return ["node", os.path.join(STACKS, "node_endpoint.js"), "server", *words,
            *([f"ciphers={ciphers}"] if ciphers else [])]


def java(server, place):
    if _special(server) or server.ciphers or server.minimum < "1.2":
        return None
    return ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", place.built, "Endpoint", "server",
            *endpoint_words(server, place)]


def go(server, place):
    if _special(server) or server.ciphers:
        return None
    return [os.path.join(place.built, "endpoint"), "server", *endpoint_words(server, place)]


def raw(server, place):
    return [PYTHON, os.path.join(HERE, "raw_server.py"), place.address, str(place.port), server.mode]


def none(_server, _place):
    """Nothing listens."""
    return []


# name -> (how it is started, the program that must be there)
SERVERS = {
    "openssl": (openssl, "openssl"),
    "nginx": (nginx, "nginx"),
    "gnutls": (gnutls, "gnutls-serv"),
    "python": (python, PYTHON),
    "node": (node, "node"),
    "java": (java, "javac"),
    "go": (go, "go"),
    "raw": (raw, PYTHON),
    "none": (none, PYTHON),
}
