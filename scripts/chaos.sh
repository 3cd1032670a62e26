#!/usr/bin/env bash
# hubd under rounds of trouble at random: the broker is killed or hangs, the network parts, the sensor fails, the disk is full or hangs, hubd gets no
# processor for half a minute. After each all must be right within ten seconds, without a restart, and nothing may grow. ROUNDS=21 SEED=1.
# Clocks that jump are not among it: this machine's clock is not a test's to set. Tests in virtual time hold those.
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
place=$(mktemp -d)
trap 'rm -rf --one-file-system "$place"' EXIT
status=0
PYTHONPATH=scripts python3 -m chaos "$place" "${ROUNDS:-21}" "${SEED:-1}" || status=$?
if [ "$status" != 0 ]; then tail -n 40 "$place/hubd.log"; fi
exit "$status"
