#!/usr/bin/env bash
# Usage: in_unstable.sh ROOT COMMAND [FILE…]
# Runs a command of bash in a root of Debian's unstable branch, which has CPython 3.14 and 3.15. It starts in a folder with copies
# of the FILEs and of the folder tools. The root is made once; remove ROOT to have newer versions.
set -euo pipefail

root=$1 command=$2
shift 2
packages=ca-certificates,python3.14-venv,python3.15-venv

if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
    echo "skipped: a root of Debian's unstable branch needs debootstrap, and who may run it"
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
cp -r "$(dirname "$0")" "$@" "$root/srv/given"
# What is mounted in a namespace of its own is gone with it.
# shellcheck disable=SC2016  # expanded by the inner shell
unshare --mount bash -euc '
    mount --rbind /dev "$1/dev"
    mount -t proc proc "$1/proc"
    LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin HOME=/root chroot "$1" bash -c "cd /srv/given && $2"
' bash "$root" "$command"
