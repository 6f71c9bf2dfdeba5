#!/usr/bin/env bash
# Builds a product in release mode, with Swift's own libraries in it where the toolchain has them to link: a call of the program then
# starts in half the time, and needs no Swift beside it.
set -euo pipefail
resources=$(swift -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
options=()
if [ -d "${resources}_static/linux" ]; then options+=(--static-swift-stdlib); fi
exec swift build -c release --product "$1" "${options[@]}"
