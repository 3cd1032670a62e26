#!/usr/bin/env sh
# Builds the program as every copy of it is built: build.sh OUTPUT VERSION COMMIT [flags of go build]. HUBD_TAGS adds tags; GO, GOARCH and GOARM as
# everywhere.
#
# Small, for a small card. hubd speaks HTTP to its own commands and to browsers at home: HTTP/2 would be 0.7 MB, and a thing more to attack. What
# is not called for every sample is not inlined, which is 1.4 MB: of a package in this list no function is inlined anywhere, so that nothing
# belongs into it that a sample meets (math, time, sync, sort, and the packages between a register and a beat). Functions on amd64 begin
# at 16 bytes instead of 32, as they do on arm64: 0.2 MB.
set -eu
output=$1 version=$2 commit=$3
shift 3
go=${GO:-go}
for cold in net/... crypto/... hash/... encoding/... html/... text/... mime/... unicode/... regexp/... compress/... math/big reflect fmt log/... \
	os/... io/... path/... bufio strings strconv errors context flag \
	go.yaml.in/... github.com/... go.etcd.io/... golang.org/x/net/... gonum.org/... periph.io/... \
	hubd/cmd/... hubd/hub hubd/config hubd/history hubd/recording hubd/report hubd/draw hubd/setup hubd/web hubd/wire hubd/mqtt/...; do
	set -- "-gcflags=$cold=-l" "$@"
done
align=
if [ "${GOARCH:-$("$go" env GOARCH)}" = amd64 ]; then align=-funcalign=16; fi
exec "$go" build -trimpath "-tags=nethttpomithttp2${HUBD_TAGS:+,$HUBD_TAGS}" \
	-ldflags "-s -w $align -X main.version=$version -X main.commit=$commit" "$@" -o "$output" ./cmd/hubd
