"""Directories: slapd for LDAP."""

LDAP, LDAPS = 389, 636

SLAPD = """
include /etc/ldap/schema/core.schema
pidfile {folder}/pid
"""


def slapd(server, place):
    """Options are directives."""
    text = SLAPD.format(folder=place.folder)
    listeners = "ldap://0.0.0.0:389/"
    if server.certificate:
        chain, key = place.identity(server.certificate)
        text += f"TLSCertificateFile {chain}\nTLSCertificateKeyFile {key}\n"
        text += f"TLSCACertificateFile {place.certificates.trust}\n"
        listeners += " ldaps://0.0.0.0:636/"
    text += "".join(f"{name} {value}\n" for name, value in server.options)
    return ["slapd", "-d", "0", "-h", listeners, "-f", place.write("slapd.conf", text)], LDAP
