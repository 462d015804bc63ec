"""Files: vsftpd for FTP, nginx for what stands behind a proxy."""

FTP, FTPS, HTTPS, OTHER_HTTPS = 21, 990, 443, 8443

VSFTPD = """
listen=YES
background=NO
listen_port={port}
anonymous_enable=YES
anon_root={folder}/public
no_anon_password=YES
secure_chroot_dir={folder}/empty
ftp_username=ftp
nopriv_user=nobody
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
xferlog_enable=NO
pasv_min_port=30000
pasv_max_port=30100
"""
VSFTPD_TLS = """
ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=NO
force_anon_data_ssl=NO
ssl_tlsv1=YES
rsa_cert_file={chain}
rsa_private_key_file={key}
ca_certs_file={trust}
"""


def vsftpd(server, place):
    """Options are settings; implicit_ssl moves it to its own port."""
    port = FTPS if server.option("implicit_ssl") else FTP
    text = VSFTPD.format(folder=place.folder, port=port)
    place.make("empty")
    place.make("public")
    with open(place.path("public", "readme"), "w", encoding="ascii") as file:
        file.write("hello\n" * 100)
    if server.certificate:
        chain, key = place.identity(server.certificate)
        text += VSFTPD_TLS.format(chain=chain, key=key, trust=place.certificates.trust)
    text += "".join(f"{name}={value}\n" for name, value in server.options)
    return ["vsftpd", place.write("vsftpd.conf", text)], port


NGINX = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 443 ssl;
        listen 8443 ssl;
        listen 80;
        ssl_certificate {chain};
        ssl_certificate_key {key};
        location / {{ return 200 "hello\\n"; }}
    }}
}}
"""


def nginx(server, place):
    """No options."""
    chain, key = place.identity(server.certificate)
    config = place.write("nginx.conf", NGINX.format(folder=place.folder, chain=chain, key=key))
    return ["nginx", "-e", place.path("error.log"), "-c", config], HTTPS
