package main

import (
	"os"
	"strings"
	"testing"
)

// TestMain lets this program be hubd where hubd starts itself. Commands that are not told where the daemon listens look in a folder where none
// does, not at a daemon that happens to run on this machine.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		main()
	}
	os.Setenv("RUNTIME_DIRECTORY", "/nonexistent/hubd")
	os.Exit(m.Run())
}
