#!/usr/bin/env bash
# Builds build/tlogcheck from Tests/Foreign/go with Debian's Go and its golang.org/x/mod; no network.
set -euo pipefail
mkdir -p build/go-cache
if [ -x build/tlogcheck ] && [ build/tlogcheck -nt Tests/Foreign/go/main.go ]; then exit 0; fi
GO111MODULE=off GOFLAGS='' GOPATH=/usr/share/gocode GOCACHE="$PWD/build/go-cache" go build -o "build/tlogcheck.$$" Tests/Foreign/go/main.go
mv "build/tlogcheck.$$" build/tlogcheck
