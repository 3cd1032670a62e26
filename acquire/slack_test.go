//go:build linux

package acquire_test

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hubd/acquire"
)

// The service's threads are woken late, many at a time. One that has waited for a sample, which is not, is afterwards as the service wants it,
// whatever Go did to it meanwhile.
func TestEveryThreadGetsItsTimerSlackBack(t *testing.T) {
	const name, stage = "TestEveryThreadGetsItsTimerSlackBack", "HUBD_TEST_SLACK_STAGE"
	const coarse = 3 * time.Millisecond
	switch os.Getenv(stage) {
	case "":
		again := exec.Command(os.Args[0], "-test.run=^"+name+"$")
		again.Env = append(os.Environ(), stage+"=wish")
		if out, err := again.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "PASS") {
			t.Errorf("%v\n%s", err, out)
		}
	case "wish": // as systemd does it: in the process that then becomes the service
		runtime.LockOSThread()
		if err := unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(coarse), 0, 0, 0); err != nil {
			t.Fatal(err)
		}
		t.Setenv(stage, "serve")
		t.Fatal(syscall.Exec(os.Args[0], os.Args, os.Environ()))
	default:
		p := acquire.NewKernelPacer()
		var loops sync.WaitGroup
		for range 4 {
			loops.Go(func() {
				for range 50 {
					p.SleepUntil(p.Now() + 200*time.Microsecond)
					runtime.GC()
				}
			})
		}
		loops.Wait()
		for _, got := range slackOfThreads(t, 12) {
			if got != coarse {
				t.Errorf("a thread has a slack of %s", got)
			}
		}
	}
}

// slackOfThreads asks so many threads at once, those that there are first.
func slackOfThreads(t *testing.T, n int) []time.Duration {
	t.Helper()
	all := make([]time.Duration, n)
	var asked, done sync.WaitGroup
	asked.Add(n)
	for i := range all {
		done.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			ns, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
			if err != nil {
				t.Error(err)
			}
			all[i] = time.Duration(ns)
			asked.Done()
			asked.Wait() // until then no thread is free for two of them
		})
	}
	done.Wait()
	return all
}
