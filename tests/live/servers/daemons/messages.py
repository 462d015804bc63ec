"""Messages: Prosody for XMPP."""

XMPP, XMPP_SERVER, XMPP_TLS = 5222, 5269, 5223

PROSODY = """
run_as_root = true
pidfile = "{folder}/pid"
data_path = "{folder}"
plugin_paths = {{}}
modules_enabled = {{ {modules} "saslauth", "disco" }}
modules_disabled = {{ "s2s_auth_certs" }}
log = {{ info = "*console" }}
interfaces = {{ "0.0.0.0" }}
c2s_require_encryption = false
s2s_require_encryption = false
c2s_direct_tls_ports = {{ {direct} }}
"""
SSL = """
ssl = {{ certificate = "{chain}", key = "{key}" }}
"""


def prosody(server, place):
    """Without a certificate the module for TLS is not loaded."""
    tls = bool(server.certificate)
    text = PROSODY.format(folder=place.make("data"), modules='"tls",' if tls else "", direct="5223" if tls else "")
    if tls:
        chain, key = place.identity(server.certificate)
        text += SSL.format(chain=chain, key=key)
    text += 'VirtualHost "shop.example"\n'
    return ["prosody", "-F", "--config", place.write("prosody.cfg.lua", text)], XMPP
