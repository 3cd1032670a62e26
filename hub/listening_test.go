package hub_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hubd/hub"
	"hubd/wire"
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

// A daemon without a page listens on its local socket and nowhere else; with one there too, and on the home network while that is let in.
func TestNothingListensButWhatIsConfigured(t *testing.T) {
	before := reachable(t)
	listens := func(when string, addresses ...string) {
		t.Helper()
		want := map[string]bool{}
		for _, a := range addresses {
			want[inKernel(t, a)] = true
		}
		for socket := range reachable(t) {
			if !before[socket] && !want[socket] {
				t.Errorf("%s hubd listens on %s", when, socket)
			}
			delete(want, socket)
		}
		for socket := range want {
			t.Errorf("%s hubd does not listen on %s: this test sees nothing", when, socket)
		}
	}
	d := run(t, home("", "1"), "stress")
	if !d.listens(t) {
		t.Error("the local socket is not among those that listen: this test sees nothing")
	}
	listens("without a page")
	d.stop()
	yaml := withPage(t, home("", "1"))
	at := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(yaml)
	d = run(t, strings.Replace(yaml, "path: history.db", "path: "+filepath.Join(t.TempDir(), "history.db"), 1), "stress")
	listens("with a page", at)
	opened, err := hub.OpenPage(t.Context(), d.socket, wire.PageOpening{Wearer: "a", Listen: "127.0.0.1:0", Certificate: true, Names: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	listens("with the home network let in", at, opened.Listen)
	if err := hub.ClosePage(t.Context(), d.socket, ""); err != nil {
		t.Fatal(err)
	}
	listens("shut again", at)
}

// inKernel is how the kernel's table of sockets writes an IPv4 address and port that somebody listens on.
func inKernel(t *testing.T, address string) string {
	t.Helper()
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		t.Fatal(err)
	}
	b := a.Addr().As4()
	return fmt.Sprintf("tcp %02X%02X%02X%02X:%04X", b[3], b[2], b[1], b[0], a.Port())
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
