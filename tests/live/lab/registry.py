"""Every stack of the laboratory: those that the rules were written against, and the further ones."""
import shutil

from . import clients, further, servers

SERVERS = {**servers.SERVERS, **further.SERVERS}
CLIENTS = {**clients.CLIENTS, **further.CLIENTS}
FURTHER = frozenset(further.SERVERS)


def missing():
    """(servers, clients) whose program is not installed."""
    lacking_servers = [name for name, (_, program) in SERVERS.items() if not shutil.which(program)]
    lacking_clients = [name for name, (_, program) in CLIENTS.items() if not shutil.which(program)]
    return lacking_servers, lacking_clients + ([] if clients.has_curl_gnutls() else ["curlgnutls"])
