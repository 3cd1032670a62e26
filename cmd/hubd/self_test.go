package main

import (
	"os"
	"strings"
	"testing"
)

// TestMain lets this program be hubd where hubd starts itself.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		main()
	}
	os.Exit(m.Run())
}
