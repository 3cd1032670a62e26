#!/usr/bin/env bash
# Eight hours of abuse, packed: ROUNDS (64) troubles at random, one every seven and a half minutes of such a day, with the quiet between them left
# out. The broker is killed or hangs, the network parts, the sensor fails in four ways, the disk is full, slow or hangs, hubd gets no processor for
# half a minute, its clock is set a day on or back. After each all must be right within ten seconds: sensing, broker, session, storage, what others
# are told of the wearer. One process lives through all of it, and what it holds must not grow. Some forty minutes. SEED=1.
#
# The clock is hubd's own alone (scripts/chaos/clock.py): this machine's is not a test's to set. `make install-test` sets a whole machine's.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin
. scripts/need.sh
[ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ] || skip "networks and disks of its own need Linux and root"
need mosquitto mosquitto
need mosquitto_pub mosquitto-clients
need ip iproute2
need mke2fs e2fsprogs
need fsfreeze util-linux
need chrt util-linux
place=$(mktemp -d)
trap 'rm -rf --one-file-system "$place"' EXIT
status=0
PYTHONPATH=scripts python3 -m chaos "$place" "${ROUNDS:-64}" "${SEED:-1}" || status=$?
if [ "$status" != 0 ]; then tail -n 40 "$place/hubd.log"; fi
exit "$status"
