package hub_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ownSockets are the numbers of the sockets that this process has open.
func ownSockets(t *testing.T) map[string]bool {
	t.Helper()
	open, err := filepath.Glob("/proc/self/fd/*")
	if err != nil || len(open) == 0 {
		t.Skip("this kernel does not tell what a process has open")
	}
	numbers := map[string]bool{}
	for _, fd := range open {
		if to, err := os.Readlink(fd); err == nil && strings.HasPrefix(to, "socket:[") {
			numbers[strings.Trim(to, "socket:[]")] = true
		}
	}
	return numbers
}

// reachable are this process's own sockets of the network that take what anybody sends: TCP that listens, any UDP, raw ones.
func reachable(t *testing.T) map[string]bool {
	t.Helper()
	const state, inode, listens = 3, 9, "0A"
	own, found := ownSockets(t), map[string]bool{}
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6", "raw", "raw6"} {
		text, err := os.ReadFile("/proc/self/net/" + table)
		if err != nil {
			continue // a kernel without it
		}
		for _, line := range strings.Split(string(text), "\n")[1:] {
			f := strings.Fields(line)
			if len(f) > inode && own[f[inode]] && (f[state] == listens || !strings.HasPrefix(table, "tcp")) {
				found[fmt.Sprintf("%s %s", table, f[1])] = true
			}
		}
	}
	return found
}

// A daemon that is configured without a page listens on its local socket and nowhere else.
func TestNothingListensButWhatIsConfigured(t *testing.T) {
	before := reachable(t)
	d := run(t, home("", "1"), "stress")
	if !d.listens(t) {
		t.Error("the local socket is not among those that listen: this test sees nothing")
	}
	for socket := range reachable(t) {
		if !before[socket] {
			t.Errorf("hubd listens on %s", socket)
		}
	}
}

// listens tells whether the kernel knows the daemon's socket as one that listens.
func (d *daemon) listens(t *testing.T) bool {
	t.Helper()
	const flags, inode, path, accepts = 3, 6, 7, "00010000"
	text, err := os.ReadFile("/proc/self/net/unix")
	if err != nil {
		t.Fatal(err)
	}
	own := ownSockets(t)
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) > path && f[path] == d.socket && f[flags] == accepts && own[f[inode]] {
			return true
		}
	}
	return false
}
