//go:build linux

package acquire_test

import (
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hubd/acquire"
)

// A service's threads are woken late, many at a time. One that has waited for a sample, which is not, is afterwards as the service wants it. The
// threads of a process have the slack of the one that began it.
func TestAThreadGetsItsTimerSlackBack(t *testing.T) {
	const coarse, child = 3 * time.Millisecond, "HUBD_TEST_SLACK"
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	slack := func() time.Duration {
		ns, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		return time.Duration(ns)
	}
	if os.Getenv(child) != "" {
		if got := slack(); got != coarse {
			t.Fatalf("it begins with %s", got)
		}
		p := acquire.NewKernelPacer()
		p.SleepUntil(p.Now() + time.Millisecond)
		if got := slack(); got != coarse {
			t.Errorf("after a sample's wait it is %s", got)
		}
		return
	}
	if err := unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(coarse), 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	again := exec.Command(os.Args[0], "-test.run=^TestAThreadGetsItsTimerSlackBack$")
	again.Env = append(os.Environ(), child+"=1")
	out, err := again.CombinedOutput()
	if restored := unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0); err != nil || restored != nil {
		t.Errorf("%v %v\n%s", err, restored, out)
	}
}
