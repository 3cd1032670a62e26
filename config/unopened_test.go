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
	err := unopened("mqtt-password", "/etc/hubd/mqtt-password", &fs.PathError{Op: "stat", Path: "/etc/hubd/mqtt-password", Err: syscall.EACCES})
	if !errors.Is(err, fs.ErrPermission) || !strings.HasSuffix(err.Error(), "permission denied: it must belong to the user that hubd runs as") {
		t.Errorf("told as %q", err)
	}
	if err := unopened("mqtt-password", "/etc/hubd/mqtt-password", syscall.EIO); !strings.HasSuffix(err.Error(), syscall.EIO.Error()) {
		t.Errorf("another trouble has an advice: %q", err)
	}
}
