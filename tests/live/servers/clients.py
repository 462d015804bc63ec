"""Real clients: the words to start each with. {trust}, {pki}, {port}, {address} and {folder} are filled in when it
runs; every server is shop.example in the client's /etc/hosts."""
import os
import shutil
from dataclasses import dataclass, replace

NAME = "shop.example"
HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"
SECONDS = 12.0


@dataclass(frozen=True)
class Client:
    """WORDS to run, TEXT to type (after HOLD seconds), until SECONDS are over."""
    words: tuple
    text: str = ""
    hold: float = 0.0
    seconds: float = SECONDS
    environment: tuple = ()

    @property
    def missing(self):
        """The program that is not installed, or nothing."""
        return "" if shutil.which(self.words[0]) else self.words[0]

    def of(self, identity):
        """The same client with a certificate of its own (OpenSSL and curl)."""
        return replace(self, words=self.words + {
            "openssl": ("-cert", f"{{pki}}/{identity}.crt", "-key", f"{{pki}}/{identity}.key", "-cert_chain",
                        f"{{pki}}/{identity}.rest"),
            "curl": ("--cert", f"{{pki}}/{identity}.chain", "--key", f"{{pki}}/{identity}.key"),
        }[self.words[0]])


def openssl(starttls="", *more, text="Q\n", hold=0.0):
    """s_client that verifies chain and name; STARTTLS is the protocol of the upgrade, "" for none."""
    upgrade = ("-starttls", starttls) if starttls else ()
    return Client(("openssl", "s_client", "-connect", NAME + ":{port}", *upgrade, "-CAfile", "{trust}",
                   "-verify_return_error", "-verify_hostname", NAME, "-servername", NAME, *more), text, hold)


def openssl_tls12(starttls="", *more):
    return openssl(starttls, "-tls1_2", *more)


def curl(url, *more):
    """URL has a {port}; it insists on TLS unless MORE says otherwise."""
    return Client(("curl", "-sS", "--ssl-reqd", "--cacert", "{trust}", "--max-time", "8", *more, url))


def mailing(url, *more):
    """curl sends a mail."""
    mail = curl(url, "--mail-from", "a@shop.example", "--mail-rcpt", "b@shop.example", "-T", "-", *more)
    return replace(mail, text="Subject: hello\n\nhello\n")


def curl_plain(url, *more):
    return Client(("curl", "-sS", "--max-time", "4", *more, url))


def gnutls(starttls="", *more):
    upgrade = ("--starttls-proto", starttls) if starttls else ()
    return Client(("gnutls-cli", "-p", "{port}", "--x509cafile", "{trust}", *upgrade, *more, NAME))


def swaks(*more):
    return Client(("swaks", "--server", NAME, "-p", "{port}", "--timeout", "6", "--from", "a@shop.example", "--to",
                   "b@shop.example", "--helo", "client.example", *more))


def posttls_finger(level):
    """Postfix's own client."""
    return Client(("posttls-finger", "-c", "-t", "6", "-T", "6", "-l", level, "-F", "{trust}", "-L", "summary",
                   "[{address}]:{port}", NAME))


def lftp(commands, ssl="true"):
    settings = ("set net:timeout 5; set net:max-retries 1; set net:reconnect-interval-base 1; set ssl:ca-file {trust}; "
                f"set ftp:ssl-allow-anonymous true; set ftp:ssl-force {ssl}; ")
    return Client(("lftp", "-c", settings + commands), environment=(("HOME", "{folder}"),))


def ldapsearch(url, *more, verify="demand"):
    return Client(("ldapsearch", "-x", "-LLL", "-o", "nettimeout=6", "-H", url, "-s", "base", "-b", "", *more, "+"),
                  environment=(("LDAPTLS_CACERT", "{trust}"), ("LDAPTLS_REQCERT", verify)))


def psql(mode, *more):
    """MORE are parameters of libpq."""
    settings = [f"host={NAME}", "port={port}", "user=postgres", "dbname=postgres", f"sslmode={mode}",
                "sslrootcert={trust}", "connect_timeout=6", "gssencmode=disable", *more]
    return Client(("psql", "-X", "-At", "-c", "select 1", " ".join(settings)), environment=(("HOME", "{folder}"),))


def mariadb(*more):
    return Client(("mariadb", "--no-defaults", "-h", NAME, "-P", "{port}", "--protocol=tcp", "-u", "visitor",
                   "--connect-timeout=6", *more, "-e", "select 1"))


def talker(text):
    """Connects, says TEXT at once, and waits for what comes: a client that was told the wrong port."""
    return Client((PYTHON, os.path.join(HERE, "talker.py"), "{address}", "{port}", text))
