# Installs Debian packages that are missing; sourced by ./demo and ./run-tests. Nothing that is installed is started.
# shellcheck shell=bash

# missing_packages NAME...: prints those that are not installed.
missing_packages() {
    local name
    for name in "$@"; do
        if ! dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q '^install ok installed$'; then
            echo "$name"
        fi
    done
}

# install_packages NAME...: installs what is missing, as root, without asking, without starting services and without
# removing what is there.
install_packages() {
    local missing policy=/usr/sbin/policy-rc.d made=no status=0
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -eq 0 ] && return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "these packages are missing, and only root can install them: ${missing[*]}" >&2
        return 1
    fi
    echo "installing: ${missing[*]}"
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
        made=yes
    fi
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends --no-remove "${missing[@]}" >/dev/null; } || status=$?
    if [ "$made" = yes ]; then rm -f "$policy"; fi
    return "$status"
}

# install_servers: the servers and clients of tests/live/servers. One that cannot be installed is named; its scenarios
# are left out.
install_servers() {
    local name
    local -a names=(postfix dovecot-core dovecot-imapd dovecot-pop3d dovecot-managesieved vsftpd slapd ldap-utils
        postgresql postgresql-client mariadb-server mariadb-client tinyproxy microsocks dante-server prosody
        swaks libnet-ssleay-perl lftp nginx)
    install_packages "${names[@]}" && return
    for name in "${names[@]}"; do
        install_packages "$name" || echo "skipped: $name cannot be installed"
    done
}
