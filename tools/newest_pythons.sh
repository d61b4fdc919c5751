#!/usr/bin/env bash
# Usage: newest_pythons.sh WHEEL SDIST FOLDER
# Tries a wheel on CPython 3.14 and 3.15, which Debian's unstable branch has: test_wheel.sh does it, in a root of its own in FOLDER.
# The root is made once; remove FOLDER to have newer versions.
set -euo pipefail

wheel=$1 sdist=$2 root=$3
packages=ca-certificates,python3.14-venv,python3.15-venv

if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
    echo "skipped: CPython 3.14 and 3.15 of Debian need debootstrap, and who may run it"
    exit 0
fi
if [ ! -e "$root/.made" ]; then
    rm -rf "$root"
    mkdir -p "$root"
    debootstrap --variant=minbase --include="$packages" sid "$root" >"$root/debootstrap.log" || { tail "$root/debootstrap.log"; exit 1; }
    touch "$root/.made"
fi

# Whom this machine trusts, pip there trusts too.
certificates=/etc/ssl/certs/ca-certificates.crt
[ ! -e $certificates ] || cp $certificates "$root$certificates"

rm -rf "$root/srv/given"
mkdir -p "$root/srv/given"
cp -r "$(dirname "$0")" "$wheel" "$sdist" "$root/srv/given"
# What is mounted in a namespace of its own is gone with it.
# shellcheck disable=SC2016  # expanded by the inner shell
unshare --mount bash -euc '
    mount --rbind /dev "$1/dev"
    mount -t proc proc "$1/proc"
    PYTHON=python3.15 LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin HOME=/root chroot "$1" \
        bash -c "cd /srv/given && tools/test_wheel.sh *.whl *.tar.gz ../tried 3.14 3.15"
' bash "$root"
