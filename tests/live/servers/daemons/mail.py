"""Mail: Postfix for SMTP, Dovecot for IMAP, POP3 and ManageSieve."""

SMTP, SMTPS, SUBMISSION = 25, 465, 587
IMAP, IMAPS, POP3, POP3S, SIEVE = 143, 993, 110, 995, 4190

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = /dev/stdout
myhostname = shop.example
mydestination = shop.example
inet_interfaces = all
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
local_transport = discard
default_transport = discard
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_tls_security_level = {level}
"""
# Where no TLS is configured, the services for it are there all the same, as an administrator leaves them behind.
MASTER = """
smtp inet n - n - - smtpd
smtps inet n - n - - smtpd
  -o smtpd_tls_wrappermode={wrapper}
submission inet n - n - - smtpd
  -o smtpd_tls_security_level={submission}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def postfix(server, place):
    """Options are parameters of main.cf; certificate "lost": TLS is on, and its files are not there."""
    main = MAIN.format(folder=place.folder, level="may" if server.certificate else "none")
    if server.certificate == "lost":
        main += f"smtpd_tls_cert_file = {place.path('lost.pem')}\nsmtpd_tls_key_file = {place.path('lost.key')}\n"
    elif server.certificate:
        chain, key = place.identity(server.certificate)
        main += f"smtpd_tls_chain_files = {key}, {chain}\nsmtpd_tls_CAfile = {place.certificates.trust}\n"
    main += "".join(f"{name} = {value}\n" for name, value in server.options)
    encrypted = bool(server.certificate)
    place.make("queue")
    place.make("data", "postfix")
    place.write("main.cf", main)
    place.write("master.cf", MASTER.format(wrapper="yes" if encrypted else "no",
                                           submission="encrypt" if encrypted else "none"))
    return ["postfix", "-c", place.folder, "start-fg"], SUBMISSION


DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
protocols = imap pop3 sieve
listen = *
auth_mechanisms = plain
disable_plaintext_auth = no
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%u
}}
mail_location = maildir:~/Maildir
first_valid_uid = 1
service managesieve-login {{
  inet_listener sieve {{
    port = 4190
  }}
}}
"""


def dovecot(server, place):
    """Options are settings."""
    text = DOVECOT.format(folder=place.folder)
    if server.certificate:
        chain, key = place.identity(server.certificate)
        text += f"ssl = yes\nssl_cert = <{chain}\nssl_key = <{key}\n"
    else:
        text += "ssl = no\n"
    text += "".join(f"{name} = {value}\n" for name, value in server.options)
    place.make("mail", "mail")
    place.make("state")
    return ["dovecot", "-F", "-c", place.write("dovecot.conf", text)], SIEVE
