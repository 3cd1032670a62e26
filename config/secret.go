package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxSecret bounds a secret file.
const maxSecret = 4096 // bytes

// Resolve gives the place of a file named in the config: an absolute name as it is; a relative one in $CREDENTIALS_DIRECTORY
// where systemd has put one of that name, else in the config's folder. No name has no place.
func (c *Config) Resolve(name string) string {
	if name == "" {
		return ""
	}
	at, _ := c.resolve(name)
	return at
}

func (c *Config) resolve(name string) (at string, credential bool) {
	if filepath.IsAbs(name) {
		return filepath.Clean(name), false
	}
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); dir != "" && filepath.IsLocal(name) {
		at = filepath.Join(dir, name)
		if _, err := os.Lstat(at); err == nil {
			return at, true
		}
	}
	return filepath.Join(c.Dir, name), false
}

// Secret reads a file that holds one secret, and gives its text without the end of the line. Outside $CREDENTIALS_DIRECTORY nobody
// but the file's owner may have rights on it. That it cannot be read is a state to tell and to try again, never a reason to end.
func (c *Config) Secret(name string) (string, error) {
	at, f, err := c.open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return readSecret(at, f)
}

// Guarded tells whether a file may hold a secret, such as the private key of a certificate, by the rules of Secret. The error says what to do.
func (c *Config) Guarded(name string) error {
	_, f, err := c.open(name)
	if err != nil {
		return err
	}
	return f.Close()
}

// open opens a file that holds a secret, where others have no rights on it.
func (c *Config) open(name string) (at string, f *os.File, err error) {
	at, credential := c.resolve(name)
	info, err := os.Stat(at) // before opening: a pipe would wait for a writer
	if err != nil {
		return "", nil, unopened(name, at, err)
	}
	if !info.Mode().IsRegular() {
		return "", nil, fmt.Errorf("config: secret %s is no ordinary file", at)
	}
	if f, err = os.Open(at); err != nil {
		return "", nil, unopened(name, at, err)
	}
	if info, err = f.Stat(); err != nil {
		return "", nil, errors.Join(fmt.Errorf("config: secret %s: %w", at, bare(err)), f.Close())
	}
	if mode := info.Mode().Perm(); !credential && mode&0o077 != 0 {
		return "", nil, errors.Join(fmt.Errorf("config: secret %s can be read by others (mode %04o): chmod 600 %s", at, mode, at), f.Close())
	}
	return at, f, nil
}

// unopened says why a secret could not be opened, and what to do: a service's has two places, and a file may be somebody else's.
func unopened(name, at string, err error) error {
	advice := ""
	switch {
	case errors.Is(err, fs.ErrPermission):
		advice = ": it must belong to the user that hubd runs as"
	case errors.Is(err, fs.ErrNotExist) && os.Getenv("CREDENTIALS_DIRECTORY") != "" && filepath.IsLocal(name):
		advice = fmt.Sprintf("; nor is it a credential of the service (/etc/credstore/hubd.%s, then restart it)", name)
	}
	return fmt.Errorf("config: secret %s: %w%s", at, bare(err), advice)
}

func readSecret(at string, f io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", fmt.Errorf("config: secret %s: %w", at, bare(err))
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	switch {
	case len(data) > maxSecret:
		return "", fmt.Errorf("config: secret %s has more than %d bytes", at, maxSecret)
	case text == "":
		return "", fmt.Errorf("config: secret %s is empty", at)
	case strings.ContainsAny(text, "\n\x00"):
		return "", fmt.Errorf("config: secret %s has more than one line", at)
	}
	return text, nil
}

// bare takes the file name out of an error, where it is told already.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
