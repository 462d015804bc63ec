#!/bin/bash
# Builds the Debian package from the files of the checkout, in FOLDER, and looks at it with lintian.
#   tests/package/build.sh FOLDER
# The package lies in FOLDER afterwards. Needs the packages of debian/control, dpkg-dev and lintian.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(realpath -m "${1:?usage: build.sh FOLDER}")
source=$folder/tlswhy

rm -rf "$source"
mkdir -p "$source"
rm -f "$folder"/*.deb "$folder"/*.changes "$folder"/*.buildinfo
git ls-files --cached --others --exclude-standard -z -- . ':!tests' |
    while IFS= read -r -d '' file; do [ -e "$file" ] && printf '%s\0' "$file"; done |
    tar --create --null --files-from=- | tar --extract --directory="$source"
if ! (cd "$source" && DEB_BUILD_OPTIONS="parallel=$(nproc)" dpkg-buildpackage --no-sign --build=binary) >"$folder/build.log" 2>&1; then
    tail -60 "$folder/build.log"
    exit 1
fi
ls "$folder"/*.deb
# the profile is one that AppArmor's own parser takes; nothing is loaded
apparmor_parser --skip-kernel-load --skip-cache debian/apparmor/usr.sbin.tlswhyd
# What lintian holds against it has to be mended, but for the address, which the authors have not chosen.
lintian --no-cfg --allow-root --fail-on error,warning,info \
    --suppress-tags initial-upload-closes-no-bugs,bogus-mail-host,bogus-mail-host-in-debian-changelog "$folder"/*.changes
