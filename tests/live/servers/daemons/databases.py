"""Databases: PostgreSQL and MariaDB. Each has its empty data made once and copied for every server."""
import glob
import os
import shutil
import subprocess
import threading

from .place import as_user

POSTGRES, MYSQL = 5432, 3306
SECONDS = 60
MAKING = {"postgres": threading.Lock(), "mariadb": threading.Lock()}

POSTGRES_CONF = """
listen_addresses = '0.0.0.0'
unix_socket_directories = ''
dynamic_shared_memory_type = mmap
shared_buffers = 1MB
max_connections = 20
fsync = off
autovacuum = off
logging_collector = off
"""
ACCESS = "host all all 0.0.0.0/0 trust\n"


def _postgres_program(name):
    """Debian keeps the programs apart by version; the newest one will do."""
    return sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))[-1]


def _copied(place, name, user, make):
    """A copy for PLACE of the data that MAKE makes in a folder beside it."""
    original = os.path.join(os.path.dirname(place.folder), f"{name}-data")
    with MAKING[name]:
        if not os.path.exists(original):
            os.mkdir(original)
            shutil.chown(original, user)
            make(original)
    subprocess.run(["cp", "-a", original, place.path("data")], check=True, timeout=SECONDS)
    return place.path("data")


def _postgres_data(folder):
    subprocess.run(as_user("postgres") + [_postgres_program("initdb"), "-D", folder, "-U", "postgres", "-A", "trust",
                                          "--no-sync", "--no-locale"],
                   check=True, capture_output=True, timeout=SECONDS, cwd="/")


def postgres(server, place):
    """Options are settings; "access" stands in the place of pg_hba.conf."""
    data = _copied(place, "postgres", "postgres", _postgres_data)
    text = POSTGRES_CONF
    if server.certificate:
        chain, key = place.identity(server.certificate, "postgres")
        text += f"ssl = on\nssl_cert_file = '{chain}'\nssl_key_file = '{key}'\n"
        text += f"ssl_ca_file = '{place.certificates.trust}'\n"
    text += "".join(f"{name} = '{value}'\n" for name, value in server.options if name != "access")
    config = place.write("postgresql.conf", text)
    access = place.write("pg_hba.conf", server.option("access", ACCESS) + "\n")
    return as_user("postgres") + [_postgres_program("postgres"), "-D", data, "-c", f"config_file={config}", "-c",
                                  f"hba_file={access}"], POSTGRES


def _mariadb_data(folder):
    subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={folder}", "--user=mysql",
                    "--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=4M",
                    "--innodb-flush-method=nosync"], check=True, capture_output=True, timeout=SECONDS)


def mariadb(server, place):
    """Options are settings; "init" is a statement that is run at the start."""
    data = _copied(place, "mariadb", "mysql", _mariadb_data)
    words = ["mariadbd", "--no-defaults", f"--datadir={data}", "--user=mysql", "--bind-address=0.0.0.0",
             f"--socket={data}/socket", f"--pid-file={data}/pid", "--innodb-buffer-pool-size=8M",
             "--innodb-flush-method=nosync", "--innodb-log-file-size=4M", "--skip-name-resolve", "--key-buffer-size=1M",
             "--aria-pagecache-buffer-size=2M"]
    statements = ["CREATE USER IF NOT EXISTS visitor@'%'" + server.option("account") + ";"]
    if server.certificate:
        chain, key = place.identity(server.certificate, "mysql")
        words += [f"--ssl-cert={chain}", f"--ssl-key={key}", f"--ssl-ca={place.certificates.trust}"]
    words += [f"--{name}={value}" for name, value in server.options if name != "account"]
    return words + [f"--init-file={place.write('init.sql', chr(10).join(statements) + chr(10))}"], MYSQL
