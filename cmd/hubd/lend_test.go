package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"hubd/hub"
	"hubd/internal/waiting"
)

// started starts hubd as a process of its own.
func started(t *testing.T, args ...string) (c *exec.Cmd, said func() string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "said")
	errs, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer errs.Close()
	c = exec.Command(self, args...)
	c.Stderr = errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	return c, func() string { return mustRead(t, path) }
}

// daemonOnSimulatedChips is a daemon on simulated chips, its config and its socket.
func daemonOnSimulatedChips(t *testing.T) (socket, config string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "hubd") // short: a socket's path has a limit
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket, config = filepath.Join(dir, "s"), filepath.Join(dir, "c.yaml")
	text := strings.Replace(mustRead(t, foundConfig(t)), "share: none", "start_from: [boot]\n    share: none", 1)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	started(t, "run", "--config", config, "--simulate", "rest", "--socket", socket)
	waiting.Until(t, "the daemon answers", func() bool {
		c, err := net.Dial("unix", socket)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return socket, config
}

// lent tells whether the daemon says that it lends a bus.
func lent(t *testing.T, socket string) bool {
	t.Helper()
	data, err := hub.Status(context.Background(), socket)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(data), `"lent":["i2c1"]`)
}

func TestABusComesBackFromACommandThatIsKilled(t *testing.T) {
	socket, config := daemonOnSimulatedChips(t)
	c, _ := started(t, "watch", "--config", config, "--simulate", "rest", "--socket", socket, "--plain")
	waiting.Until(t, "the bus is lent", func() bool { return lent(t, socket) })
	code, _, errs := hubd(t, "watch", "--config", config, "--simulate", "rest", "--socket", socket, "--seconds", "1")
	if code != exitFailed || !strings.Contains(errs, "lent to another hubd command") {
		t.Errorf("a second watch: exit %d: %s", code, errs)
	}
	if err := c.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	waiting.Until(t, "the bus is back", func() bool { return !lent(t, socket) })
	if code, out, errs := hubd(t, "probe", "--config", config, "--simulate", "rest", "--socket", socket, "--seconds", "4"); code != exitDone {
		t.Errorf("a probe after it: exit %d: %s%s", code, out, errs)
	}
}

// Whoever started a daemon on simulated chips need not say it again with every command that borrows a bus of it.
func TestACommandFollowsADaemonThatSimulates(t *testing.T) {
	socket, config := daemonOnSimulatedChips(t)
	recorded := filepath.Join(t.TempDir(), "some.csv")
	for _, row := range []struct {
		name string
		args []string
		says string
	}{
		{"a probe", []string{"probe", "--config", config, "--seconds", "4"}, "250.0 of 250"},
		{"a probe without a config", []string{"probe", "--seconds", "2"}, "{kind: ads1115, bus: i2c1, address: 0x48}"},
		{"a watch", []string{"watch", "--config", config, "--seconds", "2"}, "simulated: nobody is sensed"},
		{"a recording", []string{"record", recorded, "--config", config, "--minutes", "0.05"}, "rows"},
		{"a pulse calibrated", []string{"calibrate", "pulse", "--config", config, "--seconds", "2"}, "simulated: nobody is sensed"},
	} {
		code, out, errs := hubd(t, append(row.args, "--socket", socket)...)
		if code != exitDone || !strings.Contains(out, row.says) {
			t.Errorf("%s: exit %d: %s%s", row.name, code, out, errs)
		}
	}
}

func TestAPauseEndsAWatch(t *testing.T) {
	socket, config := daemonOnSimulatedChips(t)
	c, said := started(t, "watch", "--config", config, "--simulate", "rest", "--socket", socket, "--plain")
	waiting.Until(t, "the bus is lent", func() bool { return lent(t, socket) })
	if code, _, errs := hubd(t, "pause", "--socket", socket); code != exitDone {
		t.Fatal(errs)
	}
	if err := c.Wait(); err == nil || !strings.Contains(said(), "somebody paused") {
		t.Errorf("the watch ended with %v: %s", err, said())
	}
	code, out, _ := hubd(t, "probe", "--config", config, "--simulate", "rest", "--socket", socket, "--seconds", "4")
	if code != exitDone || !strings.Contains(out, "not read: paused") || !strings.Contains(out, "hubd probe --wearer ID") {
		t.Errorf("a probe of a paused hub: exit %d: %s", code, out)
	}
	if code, out, errs := hubd(t, "probe", "--config", config, "--simulate", "rest", "--socket", socket, "--seconds", "4", "--wearer", "a"); code != exitDone || !strings.Contains(out, "250.0 of 250") {
		t.Errorf("by a's own act: exit %d: %s%s", code, out, errs)
	}
}

func TestACalibrationReachesTheDaemonAndTheFilesOfOneThatIsStopped(t *testing.T) {
	socket, config := daemonOnSimulatedChips(t)
	calibrate := func(args ...string) {
		t.Helper()
		code, out, errs := answered(t, "\n100k\n1M\n", append([]string{"calibrate", "eda", "--config", config, "--simulate", "rest", "--speed", "50"}, args...)...)
		if code != exitDone || !strings.Contains(out, "It is stored") {
			t.Fatalf("exit %d: %s%s", code, out, errs)
		}
	}
	calibrate("--socket", socket)
	history := filepath.Join(filepath.Dir(config), "state", "history.db")
	if _, _, errs := hubd(t, "history", "check", history); !strings.HasPrefix(errs, "hubd: unread: ") || !strings.Contains(errs, "hubd backup makes") {
		t.Errorf("history check of a running hubd's file: %s", errs)
	}
	// Who does not find the daemon's socket must not take its history for damaged.
	code, _, errs := hubd(t, "journal", "list", "--socket", filepath.Join(t.TempDir(), "none"), "--config", config)
	if aside, err := filepath.Glob(history + ".corrupt-*"); err != nil || len(aside) > 0 || code != exitFailed {
		t.Errorf("beside a running hubd: exit %d: %s; set aside: %v", code, errs, aside)
	}
	settings := filepath.Join(filepath.Dir(config), "state", "settings.json")
	waiting.Until(t, "it is on the disk", func() bool {
		text, err := os.ReadFile(settings) // there is none before the first is written
		return err == nil && strings.Contains(string(text), `"open_circuit":0.5,"skin_scale":`)
	})
	if !strings.Contains(mustRead(t, settings), fmt.Sprintf(`"id":%q`, "a")) {
		t.Error("of nobody")
	}
}
