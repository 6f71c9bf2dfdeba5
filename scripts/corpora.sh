#!/usr/bin/env bash
# Fetches the test archives of libarchive, Go and Python from Debian into build/corpora and runs the program over them.
# corpora.sh TUOWEI — nothing of the system is changed: packages are downloaded and unpacked, not installed.
# corpora.sh TUOWEI installed — only Go's, as they came with its compiler; for every run of the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
tuowei=$1
if [ "${2:-}" = installed ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    mkdir "$folder/go"
    cp -rL "$(go env GOROOT)"/src/{archive,compress} "$folder/go"
    python3 Tests/Corpora/corpora.py "$tuowei" "$folder" Tests/Corpora/known.tsv --part
    exit
fi
folder=$PWD/build/corpora
mkdir -p "$folder"

# Debian's sources are listed in a configuration of our own.
apt_sources() {
    local apt=$folder/apt
    mkdir -p "$apt"/{lists/partial,cache/archives/partial}
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main" >"$apt/sources.list"
    cat >"$apt/apt.conf" <<END
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
APT::Get::List-Cleanup "0";
APT::Sandbox::User "$(id -un)";
END
    APT_CONFIG=$apt/apt.conf "$@"
}

if [ ! -e "$folder/libarchive/complete" ]; then
    rm -rf "$folder/libarchive" && mkdir -p "$folder/libarchive/source"
    apt_sources apt-get -qq update
    (cd "$folder/libarchive/source" && apt_sources apt-get -qq source --download-only libarchive)
    tar -xJf "$folder"/libarchive/source/libarchive_*.orig.tar.xz -C "$folder/libarchive" --wildcards '*/test/*.uu'
    touch "$folder/libarchive/complete"
fi
for package in golang-1.19-src libpython3.11-testsuite; do
    [ -e "$folder/$package/complete" ] && continue
    rm -rf "${folder:?}/$package" && mkdir -p "$folder/$package"
    (cd "$folder/$package" && { apt-get -qq download "$package" 2>/dev/null || { apt-get -qq update && apt-get -qq download "$package"; }; })
    dpkg-deb --fsys-tarfile "$folder/$package/$package"_*.deb \
        | tar -x -C "$folder/$package" --wildcards '*/archive/*/testdata/*' '*/compress/*testdata/*' '*/test/*' 2>/dev/null || true
    touch "$folder/$package/complete"
done
python3 Tests/Corpora/corpora.py "$tuowei" "$folder" Tests/Corpora/known.tsv
