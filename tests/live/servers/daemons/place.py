"""What a scenario wants of a server, and where the server lives."""
import os
import pwd
import shutil
from dataclasses import dataclass


@dataclass(frozen=True)
class Server:
    """A daemon and how it is set up. CERTIFICATE: an identity of lab.certificates, "" for a server without TLS.
    OPTIONS: (name, value) pairs of the daemon's own language, or flags that daemons/ explains."""
    daemon: str
    certificate: str = "good"
    options: tuple = ()

    def option(self, name, otherwise=""):
        return dict(self.options).get(name, otherwise)


@dataclass(frozen=True)
class Place:
    """FOLDER: the daemon's alone, removed behind it."""
    folder: str
    certificates: object

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        """Writes a file of the daemon's; returns its path."""
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def make(self, name, user="root"):
        """Makes a folder that belongs to USER; returns its path."""
        os.makedirs(self.path(name), exist_ok=True)
        os.chown(self.path(name), *_ids(user))
        return self.path(name)

    def identity(self, name, user="root"):
        """Copies of the chain and of the key, which only USER can read. Returns their paths."""
        chain, key = self.path("chain.pem"), self.path("key.pem")
        shutil.copyfile(self.certificates.chain(name), chain)
        shutil.copyfile(self.certificates.key(name), key)
        os.chown(key, *_ids(user))
        os.chmod(key, 0o600)
        return chain, key


def _ids(user):
    entry = pwd.getpwnam(user)
    return entry.pw_uid, entry.pw_gid


def as_user(user):
    """Words to put before a command that refuses to be root."""
    return ["setpriv", f"--reuid={user}", f"--regid={_ids(user)[1]}", "--clear-groups", "--"]
