#!/usr/bin/env bash
# Installs the Debian packages named as arguments that are missing; says what to do where it cannot.
set -euo pipefail

if ! command -v swift >/dev/null 2>&1; then
    echo "make: Swift is not on the PATH. Install a Swift 6.2 or later toolchain for Debian 12 (https://www.swift.org/install) and call make again." >&2
    exit 2
fi
missing=()
for package in "$@"; do
    [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "make: missing Debian packages: ${missing[*]}. Neither root nor sudo is at hand; ask an administrator for: apt-get install ${missing[*]}" >&2
        exit 2
    fi
    as_root=(sudo)
fi
echo "Installing Debian packages: ${missing[*]}"
log=$(mktemp)
install() { DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install --yes --no-install-recommends "${missing[@]}" >"$log" 2>&1; }
if ! install; then
    { "${as_root[@]}" apt-get update >"$log" 2>&1 && install; } || {
        tail -n 5 "$log" >&2
        echo "make: these Debian packages could not be installed: ${missing[*]}. Check the package sources and call make again." >&2
        exit 2
    }
fi
rm -f "$log"
