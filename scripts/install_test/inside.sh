#!/bin/bash
# Runs inside a fresh Debian, nothing of it started: installs, upgrades, removes and purges /test/*.deb and looks at what is there.
set -uo pipefail
. /test/report.sh
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

owner() { stat -c '%a %U:%G' "$1"; }
in_group() { id -nG hubd | tr ' ' '\n' | grep -qx "$1"; }

for group in spi gpio; do check "the group $group is not there before" no getent group "$group"; done
check "it installs" dpkg -i /test/hubd.deb
check "hubd is a system user" test "$(id -u hubd)" -lt 1000
for group in i2c spi gpio; do check "hubd is in the group $group" in_group "$group"; done
same "the program" "755 root:root" "$(owner /usr/bin/hubd)"
same "the config is for root to write and hubd to read" "640 root:hubd" "$(owner /etc/hubd/config.yaml)"
same "the config's folder" "750 root:hubd" "$(owner /etc/hubd)"
same "the folder of secrets is root's alone" "700 root:root" "$(owner /etc/credstore)"
same "the state is hubd's alone" "700 hubd:hubd" "$(owner /var/lib/hubd)"
check "the config is a conffile" grep -qx /etc/hubd/config.yaml /var/lib/dpkg/info/hubd.conffiles
check "nothing starts by itself" no test -e /etc/systemd/system/multi-user.target.wants/hubd.service
check "it says which commit it is" sh -c 'hubd version | grep -Eq "commit [0-9a-f]{12}"'
check "the config that comes with it has no mistake" hubd check --config /etc/hubd/config.yaml
check "the unit is valid" sh -c 'systemd-analyze verify --man=no hubd.service 2>&1 | grep hubd.service: && exit 1 || exit 0'
check "the unit is exposed 1.6 at most" exposed_little --offline=true /usr/lib/systemd/system/hubd.service
check "the udev rules are valid" udevadm verify --resolve-names=never /usr/lib/udev/rules.d/60-hubd.rules

echo "# mine" >>/etc/hubd/config.yaml
echo '{}' >/var/lib/hubd/settings.json
check "it upgrades as make deploy does, without a question" sh -c 'dpkg --force-confold -i /test/hubd-next.deb </dev/null'
same "an upgrade leaves the config alone" "# mine" "$(tail -n 1 /etc/hubd/config.yaml)"
same "and its owner" "640 root:hubd" "$(owner /etc/hubd/config.yaml)"
check "it can be removed" dpkg --remove hubd
check "a removal keeps the config" test -f /etc/hubd/config.yaml
check "it can be purged" dpkg --purge hubd
check "a purge takes the config" no test -e /etc/hubd/config.yaml
check "a purge keeps what was stored" test -f /var/lib/hubd/settings.json
check "it installs again" dpkg -i /test/hubd.deb
check "yes can be said beforehand" sh -c 'echo "hubd hubd/erase boolean true" | debconf-set-selections'
check "it can be purged at once, with its data" dpkg --purge hubd
check "then nothing is left" no test -e /var/lib/hubd
mkdir /var/lib/hubd && mount -t tmpfs none /var/lib/hubd
check "it installs where the state has a partition of its own" dpkg -i /test/hubd.deb
echo '{}' >/var/lib/hubd/settings.json
echo "hubd hubd/erase boolean true" | debconf-set-selections
check "it can be purged there" dpkg --purge hubd
same "and the partition is empty" "" "$(ls -A /var/lib/hubd)"
umount /var/lib/hubd
exit "$((failed > 0))"
