package config_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// bench is a folder in which the package's scripts run as if it were the system, with stand-ins for what they call.
type bench struct {
	t         *testing.T
	root, bin string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	if _, err := exec.LookPath("find"); err != nil {
		t.Skip("no find on this machine")
	}
	b := &bench{t: t, root: t.TempDir(), bin: t.TempDir()}
	for _, folder := range []string{"/run/systemd/system", "/usr/share/debconf", "/var/lib", "/etc/hubd"} {
		if err := os.MkdirAll(b.root+folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, tool := range []string{"systemd-sysusers", "systemd-tmpfiles", "udevadm", "systemctl"} {
		b.tool(tool, "true")
	}
	return b
}

// tool makes a stand-in for a command.
func (b *bench) tool(name, does string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.bin, name), []byte("#!/bin/sh\n"+does+"\n"), 0o755); err != nil {
		b.t.Fatal(err)
	}
}

// answers lets debconf answer the question of a purge.
func (b *bench) answers(yes string) {
	b.t.Helper()
	functions := "db_version() { :; }\ndb_stop() { :; }\ndb_input() { return 30; }\ndb_go() { :; }\ndb_purge() { :; }\ndb_get() { RET=" + yes + "; }\n"
	if err := os.WriteFile(b.root+"/usr/share/debconf/confmodule", []byte(functions), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// run runs a script of the package.
func (b *bench) run(script string, args ...string) (said string, err error) {
	b.t.Helper()
	text, err := os.ReadFile("../packaging/deb/" + script)
	if err != nil {
		b.t.Fatal(err)
	}
	here := strings.NewReplacer("/run/systemd", b.root+"/run/systemd", "/usr/share/debconf", b.root+"/usr/share/debconf",
		"/var/lib/hubd", b.root+"/var/lib/hubd", "/etc/", b.root+"/etc/").Replace(string(text))
	path := filepath.Join(b.bin, script)
	if err := os.WriteFile(path, []byte(here), 0o755); err != nil {
		b.t.Fatal(err)
	}
	cmd := exec.Command("sh", append([]string{path}, args...)...)
	cmd.Env = append(os.Environ(), "PATH="+b.bin+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestAnUpgradeIsCompleteWhereHubdDoesNotComeUp(t *testing.T) {
	b := newBench(t)
	b.answers("false")
	b.tool("systemctl", `[ "$1" != try-restart ]`)
	if said, err := b.run("postinst", "configure", "1.0"); err != nil || !strings.Contains(said, "hubd did not start again") {
		t.Errorf("%v: %s", err, said)
	}
	b.tool("systemctl", "true")
	if said, err := b.run("postinst", "configure", "1.0"); err != nil || said != "" {
		t.Errorf("where it comes up: %v: %s", err, said)
	}
}

func TestAPurgeErasesWhereverTheStateLies(t *testing.T) {
	for name, lay := range map[string]func(state, stick string) error{
		"a folder":          func(state, _ string) error { return os.Mkdir(state, 0o700) },
		"a link to a stick": func(state, stick string) error { return os.Symlink(stick, state) },
	} {
		t.Run(name, func(t *testing.T) {
			b, stick := newBench(t), t.TempDir()
			state := b.root + "/var/lib/hubd"
			if err := lay(state, stick); err != nil {
				t.Fatal(err)
			}
			os.MkdirAll(state+"/backup-1", 0o700)
			for _, file := range []string{"/settings.json", "/backup-1/.hidden"} {
				if err := os.WriteFile(state+file, []byte("x"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			b.answers("false")
			if said, err := b.run("postrm", "purge"); err != nil || !strings.Contains(said, "keeps what hubd stored") {
				t.Fatalf("no was said: %v: %s", err, said)
			}
			if _, err := os.Stat(state + "/settings.json"); err != nil {
				t.Fatal("no was said, and it is erased")
			}
			b.answers("true")
			if said, err := b.run("postrm", "purge"); err != nil || said != "" {
				t.Fatalf("yes was said: %v: %s", err, said)
			}
			if _, err := os.Lstat(state); err == nil {
				t.Error("the folder is still there")
			}
			if left, _ := os.ReadDir(stick); len(left) > 0 {
				t.Errorf("the stick still holds %v", left)
			}
		})
	}
}
