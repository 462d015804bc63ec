"""Makes every certificate that the laboratory needs, with the openssl command.

Two authorities, "root" (which the clients, the servers and tlswhyd trust) and "stranger" (which nobody trusts),
each with an intermediate; below them one identity for each way of being wrong. An identity is a set of files: NAME.key
(PKCS #8), NAME.crt (the leaf), NAME.rest (what is sent after it) and NAME.chain (both).
"""
import base64
import datetime
import os
import subprocess
from dataclasses import dataclass

SERVER_NAME = "shop.example"
OTHER_NAME = "other.example"
AUTHORITY_DAYS = (-400, 3650)
OPENSSL_SECONDS = 60
# The first and the second Oakley group (RFC 2409, section 6): too small, both of them.
_COMMON = ("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
           "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A63")
SMALL_GROUPS = {768: _COMMON + "A3620FFFFFFFFFFFFFFFF",
                1024: _COMMON + "7ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF"}

CONFIGURATION = """
[ca]
default_ca = lab
[lab]
database = {folder}/index.txt
new_certs_dir = {folder}/issued
rand_serial = yes
default_md = sha256
default_crl_days = 30
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
[req]
distinguished_name = empty
[empty]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""

LEAF_SECTION = """
[{section}]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature{encipherment}
extendedKeyUsage = {usage}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
{more}
"""


@dataclass(frozen=True)
class Leaf:
    """One end-entity certificate and what its owner sends with it."""
    name: str
    usage: str = "serverAuth"
    host: str = SERVER_NAME
    days: tuple = (-30, 335)            # validity, days from now
    key: str = "rsa2048"
    issuer: str = "issuing"             # "" for self-signed
    digest: str = "sha256"
    chain: tuple = ("issuing",)         # certificates that follow the leaf
    more: str = ""                      # further extension lines
    revoked: bool = False
    spoil_signature: bool = False


SERVER_LEAVES = [
    Leaf("good"),
    Leaf("good_ec", key="ec256"),
    Leaf("good_ed25519", key="ed25519"),
    Leaf("expired", days=(-93, -3)),
    Leaf("not_yet_valid", days=(5, 95)),
    Leaf("self_signed", issuer="", chain=()),
    Leaf("wrong_name", host=OTHER_NAME),
    Leaf("wrong_usage", usage="clientAuth"),
    Leaf("weak_key", key="rsa1024"),
    Leaf("weak_hash", digest="sha1"),
    Leaf("missing_intermediate", chain=()),
    Leaf("unknown_ca", issuer="stranger_issuing", chain=("stranger_issuing",)),
    Leaf("unknown_ca_with_root", issuer="stranger_issuing", chain=("stranger_issuing", "stranger")),
    Leaf("with_root", chain=("issuing", "root")),
    Leaf("unordered", chain=("root", "issuing")),
    Leaf("bad_signature", spoil_signature=True),
    Leaf("expired_intermediate", issuer="old_issuing", chain=("old_issuing",)),
    Leaf("must_staple", more="tlsfeature = status_request"),
    Leaf("revoked", revoked=True),
]

CLIENT_LEAVES = [
    Leaf("client_good", usage="clientAuth", host="alice.example"),
    Leaf("client_good_ec", usage="clientAuth", host="alice.example", key="ec256"),
    Leaf("client_expired", usage="clientAuth", host="alice.example", days=(-93, -3)),
    Leaf("client_not_yet_valid", usage="clientAuth", host="alice.example", days=(5, 95)),
    Leaf("client_self_signed", usage="clientAuth", host="alice.example", issuer="", chain=()),
    Leaf("client_unknown_ca", usage="clientAuth", host="alice.example", issuer="stranger_issuing",
         chain=("stranger_issuing",)),
    Leaf("client_missing_intermediate", usage="clientAuth", host="alice.example", chain=()),
    Leaf("client_wrong_usage", usage="serverAuth", host="alice.example"),
    Leaf("client_weak_key", usage="clientAuth", host="alice.example", key="rsa1024"),
    Leaf("client_weak_hash", usage="clientAuth", host="alice.example", digest="sha1"),
    Leaf("client_revoked", usage="clientAuth", host="alice.example", revoked=True),
    Leaf("client_ed25519", usage="clientAuth", host="alice.example", key="ed25519"),
]

KEYS = {
    "rsa2048": ("RSA", "rsa_keygen_bits:2048"),
    "rsa1024": ("RSA", "rsa_keygen_bits:1024"),
    "ec256": ("EC", "ec_paramgen_curve:P-256"),
    "ed25519": ("ED25519", ""),
}


class Certificates:
    """Everything below FOLDER; made once for a run."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(self.path("issued"), exist_ok=True)
        open(self.path("index.txt"), "w", encoding="ascii").close()
        with open(self.path("ca.cnf"), "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(folder=folder))

    def path(self, name):
        return os.path.join(self.folder, name)

    def make(self):
        """Makes all of it: about five seconds."""
        for kind in KEYS:
            self._key(f"{kind}.leaf", kind)
        self._authority("root", "Lab Root", "", AUTHORITY_DAYS)
        self._authority("issuing", "Lab Issuing CA", "root", AUTHORITY_DAYS)
        self._authority("old_issuing", "Lab Old Issuing CA", "root", (-400, -10))
        self._authority("stranger", "Stranger Root", "", AUTHORITY_DAYS)
        self._authority("stranger_issuing", "Stranger Issuing CA", "stranger", AUTHORITY_DAYS)
        for leaf in SERVER_LEAVES + CLIENT_LEAVES:
            self._leaf(leaf)
        self._openssl("ca", "-config", self.path("ca.cnf"), "-gencrl", "-cert", self.path("issuing.crt"),
                      "-keyfile", self.path("issuing.key"), "-out", self.path("issuing.crl"))
        for bits, prime in SMALL_GROUPS.items():
            with open(self.path(f"dh{bits}.pem"), "w", encoding="ascii") as file:
                file.write(dh_parameters(bytes.fromhex(prime), 2))
        return self

    @property
    def trust(self):
        return self.path("root.crt")

    def chain(self, name):
        return self.path(f"{name}.chain")

    def rest(self, name):
        return self.path(f"{name}.rest")

    def chain_words(self, name):
        """Words for s_server and s_client: the certificate, its key, and what is to be sent with it."""
        words = ["-cert", self.path(f"{name}.crt"), "-key", self.key(name)]
        return words + (["-cert_chain", self.rest(name)] if os.path.getsize(self.rest(name)) else [])

    def key(self, name):
        return self.path(f"{name}.key")

    def _openssl(self, *words):
        done = subprocess.run(["openssl", *words], capture_output=True, text=True, timeout=OPENSSL_SECONDS,
                              check=False)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {' '.join(words)}: {done.stderr.strip()}")

    def _key(self, name, kind):
        algorithm, option = KEYS[kind]
        words = ["genpkey", "-algorithm", algorithm, "-out", self.key(name)]
        self._openssl(*words, *(["-pkeyopt", option] if option else []))

    def _authority(self, name, subject, issuer, days):
        self._key(name, "rsa2048")
        self._issue(name, f"/CN={subject}", issuer, days, "sha256", self.path("ca.cnf"),
                    "intermediate" if issuer else "root")

    def _leaf(self, leaf):
        extensions = self.path(f"{leaf.name}.cnf")
        more = leaf.more + f"\nsubjectAltName = DNS:{leaf.host}" + (f",DNS:www.{leaf.host}" if leaf.host else "")
        encipherment = ",keyEncipherment" if leaf.key.startswith("rsa") else ""
        with open(extensions, "w", encoding="ascii") as file:
            file.write(LEAF_SECTION.format(section="leaf", usage=leaf.usage, more=more, encipherment=encipherment))
        if not os.path.exists(self.key(leaf.name)):
            os.symlink(f"{leaf.key}.leaf.key", self.key(leaf.name))
        self._issue(leaf.name, f"/CN={leaf.host}", leaf.issuer, leaf.days, leaf.digest, extensions, "leaf")
        if leaf.revoked:
            self._openssl("ca", "-config", self.path("ca.cnf"), "-revoke", self.path(f"{leaf.name}.crt"),
                          "-crl_reason", "keyCompromise", "-cert", self.path("issuing.crt"),
                          "-keyfile", self.path("issuing.key"))
        if leaf.spoil_signature:
            spoil_signature(self.path(f"{leaf.name}.crt"))
        self._join(self.rest(leaf.name), leaf.chain)
        self._join(self.chain(leaf.name), (leaf.name, *leaf.chain))

    def _join(self, path, names):
        with open(path, "w", encoding="ascii") as out:
            for name in names:
                with open(self.path(f"{name}.crt"), encoding="ascii") as part:
                    out.write(part.read())

    def _issue(self, name, subject, issuer, days, digest, extensions, section):
        request = self.path(f"{name}.csr")
        self._openssl("req", "-new", "-config", self.path("ca.cnf"), "-key", self.key(name), "-subj", subject,
                      "-out", request)
        signer = ["-cert", self.path(f"{issuer}.crt"), "-keyfile", self.key(issuer)] if issuer else \
            ["-selfsign", "-keyfile", self.key(name)]
        start, end = (_moment(day) for day in days)
        self._openssl("ca", "-batch", "-notext", "-config", self.path("ca.cnf"), "-in", request, *signer,
                      "-startdate", start, "-enddate", end, "-md", digest, "-extfile", extensions,
                      "-extensions", section, "-out", self.path(f"{name}.crt"))


def _integer(data):
    """DER of a positive INTEGER."""
    return b"\x02" + _length(len(data) + (data[0] >> 7)) + (b"\0" if data[0] & 0x80 else b"") + data


def _length(size):
    return bytes([size]) if size < 0x80 else b"\x81" + bytes([size]) if size < 0x100 else b"\x82" + size.to_bytes(2,
                                                                                                                  "big")


def dh_parameters(prime, generator):
    """PEM of DHParameter (PKCS #3): making a new group of such a size would take long, and gain nothing."""
    body = _integer(prime) + _integer(bytes([generator]))
    text = base64.encodebytes(b"\x30" + _length(len(body)) + body).decode("ascii")
    return f"-----BEGIN DH PARAMETERS-----\n{text}-----END DH PARAMETERS-----\n"


def _moment(days):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return moment.strftime("%Y%m%d%H%M%SZ")


def spoil_signature(path):
    """Flips a bit in the last byte of a PEM certificate: the end of its signature."""
    with open(path, encoding="ascii") as file:
        lines = [line for line in file.read().splitlines() if line and "-----" not in line]
    der = bytearray(base64.b64decode("".join(lines)))
    der[-1] ^= 0x01
    body = base64.encodebytes(bytes(der)).decode("ascii")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n")
