package config_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func unit(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../systemd/hubd.service")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func analyzer(t *testing.T) string {
	t.Helper()
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not on this machine")
	}
	return tool
}

// What design and anchors ask of the unit; a line that gets lost shows here on every machine.
func TestTheUnitSaysWhatItMust(t *testing.T) {
	text := unit(t)
	for _, line := range []string{
		"Type=notify", "WatchdogSec=60", "Restart=always", "RestartSec=5", "RestartPreventExitStatus=78", "StartLimitIntervalSec=0", "LimitCORE=0",
		"ExecStopPost=-/usr/bin/hubd dark --config /etc/hubd/config.yaml",
		"User=hubd", "SupplementaryGroups=i2c spi gpio", "StateDirectory=hubd", "RuntimeDirectory=hubd", "RuntimeDirectoryMode=0750", "UMask=0077",
		"Environment=GOMEMLIMIT=48MiB", "CPUAffinity=0", "TimerSlackNSec=4ms",
		"DevicePolicy=closed", "DeviceAllow=char-i2c rw", "DeviceAllow=char-spi rw", "DeviceAllow=char-gpiochip rw",
		"CapabilityBoundingSet=", "NoNewPrivileges=yes", "ProtectSystem=strict", "MemoryDenyWriteExecute=yes",
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("hubd.service lacks %s", line)
		}
	}
	for _, line := range []string{"PrivateUsers=yes", "PrivateDevices=yes", "network-online.target", "DynamicUser"} {
		if strings.Contains(text, "\n"+line) {
			t.Errorf("hubd.service has %s, which takes the buses or the start away", line)
		}
	}
}

func TestTheUnitIsValid(t *testing.T) {
	tool := analyzer(t)
	path := filepath.Join(t.TempDir(), "hubd.service")
	there := strings.ReplaceAll(unit(t), "/usr/bin/hubd", "/bin/true") // verify wants the program to exist
	if err := os.WriteFile(path, []byte(there), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "verify", "--man=no", path).CombinedOutput()
	if err != nil || strings.Contains(string(out), "hubd.service:") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestTheUnitIsExposedLittle(t *testing.T) {
	tool := analyzer(t)
	out, err := exec.Command(tool, "security", "--offline=true", "--no-pager", "../systemd/hubd.service").CombinedOutput()
	found := regexp.MustCompile(`hubd\.service: ([0-9.]+)`).FindSubmatch(out)
	if found == nil {
		t.Skipf("this systemd-analyze gives no score: %v", err)
	}
	score, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil || score > 1.6 {
		t.Errorf("exposure %v, %v: want at most 1.6", score, err)
	}
	t.Logf("exposure %v", score)
}
