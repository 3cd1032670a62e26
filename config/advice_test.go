package config

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

// Root may read everything, so that a file of somebody else's is played here.
func TestASecretOfSomebodyElseIsToldWithWhatToDo(t *testing.T) {
	err := missing("mqtt-password", "/etc/hubd/mqtt-password", &fs.PathError{Op: "stat", Path: "/etc/hubd/mqtt-password", Err: syscall.EACCES})
	if !errors.Is(err, fs.ErrPermission) || !strings.HasSuffix(err.Error(), "permission denied: it must belong to the user that hubd runs as") {
		t.Errorf("told as %q", err)
	}
	if got := advice(errors.New("input/output error")); got != "" {
		t.Errorf("another trouble has the advice %q", got)
	}
}
