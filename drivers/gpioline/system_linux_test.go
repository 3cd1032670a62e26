package gpioline

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// pipe gives a descriptor that events can be read from, as from a line's, and one to write them to. It tries poll and read of the real
// kernel, also where a test runs on an emulated 32-bit machine.
func pipe(t *testing.T) (out, in int) {
	t.Helper()
	var fds [2]int
	if err := syscall.Pipe2(fds[:], syscall.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, fd := range fds {
			_ = syscall.Close(fd) // one may be closed already
		}
	})
	return fds[0], fds[1]
}

func TestTheMachinesKernelTellsWhichLineHasEvents(t *testing.T) {
	quiet, _ := pipe(t)
	out, in := pipe(t)
	k := System{}
	if ready, err := k.Wait([]int{quiet, out}, 0); err != nil || ready != 0 {
		t.Fatalf("before anything came: %b, %v", ready, err)
	}
	if n, err := k.Read(out, make([]byte, eventSize)); n != 0 || err != nil {
		t.Fatalf("reading nothing gives %d bytes, %v", n, err)
	}
	if _, err := syscall.Write(in, record(time.Second, kindFalling, 3)); err != nil {
		t.Fatal(err)
	}
	if ready, err := k.Wait([]int{quiet, out}, time.Minute); err != nil || ready != 0b10 {
		t.Fatalf("with an event in the second: %b, %v", ready, err)
	}
	l := &Line{kernel: k, fd: out}
	got, err := l.Events(nil)
	if want := (Event{T: time.Second, Lost: 2}); err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("read %v, %v; want %v", got, err, want)
	}
}

func TestALineThatNeverRestsDoesNotHoldItsReader(t *testing.T) {
	out, in := pipe(t)
	var sent int
	for { // as much as a pipe holds: more than the kernel keeps of a line
		if _, err := syscall.Write(in, record(0, kindRising, uint32(sent+1))); err != nil {
			break
		}
		sent++
	}
	l := &Line{kernel: System{}, fd: out}
	got, err := l.Events(nil)
	if err != nil || len(got) != min(sent, mostReads*readEvents) {
		t.Errorf("%d of %d events in one call, %v", len(got), sent, err)
	}
}

func TestTheMachinesClockIsTheMonotonicOne(t *testing.T) {
	k := System{}
	a := k.Now()
	started := time.Now()
	b := k.Now()
	if since := time.Since(started); a <= 0 || b < a || since < 0 {
		t.Errorf("read %s, then %s", a, b)
	}
}

func TestAMachineWithoutGPIOSaysSo(t *testing.T) {
	if chips, _ := filepath.Glob("/dev/gpiochip*"); len(chips) > 0 {
		t.Skip("this machine has GPIO")
	}
	_, err := Open(System{}, Options{Line: "GPIO4"})
	if err == nil || !strings.Contains(err.Error(), "/dev/gpiochip") {
		t.Errorf("got %v", err)
	}
}

func TestADeviceThatIsNoGPIOChipIsRefused(t *testing.T) {
	if _, err := openChip(System{}, os.DevNull); err == nil {
		t.Error("taken for a chip")
	}
	if _, err := openChip(System{}, filepath.Join(t.TempDir(), "gpiochip0")); err == nil || !strings.Contains(err.Error(), "group gpio") {
		t.Errorf("a missing device: %v", err)
	}
}
