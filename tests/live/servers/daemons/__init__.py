"""The table of servers: how each is set up in a folder of its own and started in the foreground."""
import shutil

from . import databases, directories, files, mail, messages, proxies
from .place import Place, Server

__all__ = ["Place", "Server", "DAEMONS", "missing"]

# name: (what sets it up, the Debian package, a program that must be there)
DAEMONS = {
    "postfix": (mail.postfix, "postfix", "/usr/sbin/postfix"),
    "dovecot": (mail.dovecot, "dovecot-core", "/usr/lib/dovecot/managesieve-login"),
    "vsftpd": (files.vsftpd, "vsftpd", "/usr/sbin/vsftpd"),
    "nginx": (files.nginx, "nginx", "/usr/sbin/nginx"),
    "slapd": (directories.slapd, "slapd", "/usr/sbin/slapd"),
    "postgres": (databases.postgres, "postgresql", "/usr/bin/pg_config"),
    "mariadb": (databases.mariadb, "mariadb-server", "/usr/sbin/mariadbd"),
    "tinyproxy": (proxies.tinyproxy, "tinyproxy", "/usr/bin/tinyproxy"),
    "microsocks": (proxies.microsocks, "microsocks", "/usr/bin/microsocks"),
    "dante": (proxies.dante, "dante-server", "/usr/sbin/danted"),
    "prosody": (messages.prosody, "prosody", "/usr/bin/prosody"),
}


def missing(name):
    """The package without which the daemon NAME cannot run here; "" where it is installed."""
    _, package, program = DAEMONS[name]
    return "" if shutil.which(program) else package
