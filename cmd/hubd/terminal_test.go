package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal gives both ends of one.
func terminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no terminals here: ", err)
	}
	t.Cleanup(func() { _ = person.Close() })
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no terminals here: ", err)
	}
	t.Cleanup(func() { _ = program.Close() })
	return person, program
}

func shows(t *testing.T, f *os.File) bool {
	t.Helper()
	is, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return is.Lflag&unix.ECHO != 0
}

// askedIn is told of the prompt, when the terminal shows nothing any more.
type askedIn struct {
	bytes.Buffer
	asked func()
}

func (a *askedIn) Write(p []byte) (int, error) {
	if a.asked != nil {
		a.asked()
		a.asked = nil
	}
	return a.Buffer.Write(p)
}

func TestATerminalShowsNothingOfWhatIsTypedAndShowsAgainAfterwards(t *testing.T) {
	person, program := terminal(t)
	out := &askedIn{asked: func() {
		if shows(t, program) {
			t.Error("the terminal shows what is typed")
		}
		if _, err := person.WriteString(words + "\n"); err != nil {
			t.Error(err)
		}
	}}
	got, err := readSecret(t.Context(), "Passphrase: ", streams{in: program, err: out})
	if err != nil || got != words || strings.Contains(out.String(), "lantern") || !strings.Contains(out.String(), "Passphrase: ") {
		t.Errorf("%q, %v, %q", got, err, out.String())
	}
	if !shows(t, program) {
		t.Error("the terminal shows nothing any more")
	}
}

func TestWhoeverGivesUpAtATerminalGetsItBack(t *testing.T) {
	_, program := terminal(t)
	ctx, giveUp := context.WithCancel(t.Context())
	_, err := readSecret(ctx, "Passphrase: ", streams{in: program, err: &askedIn{asked: giveUp}})
	if err == nil || !shows(t, program) {
		t.Errorf("%v, shows %v", err, shows(t, program))
	}
}
