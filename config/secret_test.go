package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hubd/config"
)

func put(t *testing.T, dir, name, text string, mode os.FileMode) string {
	t.Helper()
	at := filepath.Join(dir, name)
	if err := os.WriteFile(at, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(at, mode); err != nil {
		t.Fatal(err)
	}
	return at
}

func TestASecretIsReadFromAFileOfItsOwn(t *testing.T) {
	folder, credentials := t.TempDir(), t.TempDir()
	absolute := put(t, t.TempDir(), "far", "far away\n", 0o600)
	put(t, folder, "own", "beside\r\n", 0o400)
	put(t, folder, "both", "beside", 0o600)
	put(t, folder, "open", "seen", 0o640)
	put(t, folder, "empty", "\n", 0o600)
	put(t, folder, "long", strings.Repeat("x", 5000), 0o600)
	put(t, folder, "lines", "one\ntwo\n", 0o600)
	put(t, credentials, "both", "credential", 0o440)
	t.Setenv("CREDENTIALS_DIRECTORY", credentials)

	rows := []struct {
		name, file, want, wrong string
		inside                  bool // what is wrong is the text: a private key may lie there
	}{
		{"beside the config", "own", "beside", "", false},
		{"systemd's credential comes first, and its mode is systemd's", "both", "credential", "", false},
		{"an absolute name", absolute, "far away", "", false},
		{"readable by the group", "open", "", "can be read by others (mode 0640): chmod 600", false},
		{"not there", "none", "", "no such file or directory; nor is it a credential of the service (/etc/credstore/hubd.none, then restart it)", false},
		{"empty", "empty", "", "is empty", true},
		{"too long", "long", "", "more than 4096 bytes", true},
		{"more than a line", "lines", "", "more than one line", true},
		{"a folder", ".", "", "no ordinary file", false},
		{"a name that leaves the credentials' folder", "../both", "", "no such file", false},
	}
	c := &config.Config{Dir: folder}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got, err := c.Secret(row.file)
			if got != row.want || (err == nil) != (row.wrong == "") || (err != nil && !strings.Contains(err.Error(), row.wrong)) {
				t.Errorf("secret %q, error %v: want %q and %q", got, err, row.want, row.wrong)
			}
			if err := c.Guarded(row.file); (err == nil) != (row.wrong == "" || row.inside) {
				t.Errorf("a key in it: %v", err)
			}
		})
	}
}

func TestFilesAreResolvedAgainstTheFolderOfTheConfig(t *testing.T) {
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	c, err := config.Parse("/etc/hubd/config.yaml", []byte(base))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"": "", "ca.pem": "/etc/hubd/ca.pem", "../x/ca.pem": "/etc/x/ca.pem", "/srv/ca.pem": "/srv/ca.pem"} {
		if got := c.Resolve(name); got != want {
			t.Errorf("Resolve(%s) = %s: want %s", name, got, want)
		}
	}
}
