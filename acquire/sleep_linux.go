package acquire

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// kernelNow reads CLOCK_MONOTONIC, the clock behind Go's monotonic times.
func kernelNow() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		return 0 // cannot fail for this clock; SleepUntil would then return early and look again
	}
	return time.Duration(ts.Nano())
}

// sampleSlack is how late the kernel may wake who waits for a sample, so as to wake others at the same time. It is what the kernel allows itself where
// nobody says otherwise; hubd as a service allows it more (TimerSlackNSec in systemd/hubd.service), which is for all that is no sample.
const sampleSlack = 50 * time.Microsecond

// givenSlack is how late the threads of this process may be woken, as whoever began it wants it; sampleSlack where nobody said so, 0 where
// the kernel does not tell.
func givenSlack() time.Duration {
	ns, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	if err != nil {
		return 0
	}
	return time.Duration(ns)
}

// kernelSleepUntil returns when kernelNow is t, or earlier on a signal: Go preempts threads with signals, so the caller looks again. Its thread, which
// may run anything next, gets back the slack that was given. prctl's own way back, 0, is that of the thread's maker, which systemd's wish does not reach.
func kernelSleepUntil(t, _, given time.Duration) {
	if given > sampleSlack {
		runtime.LockOSThread() // one thread's slack
		defer runtime.UnlockOSThread()
		slack(sampleSlack)
		defer slack(given)
	}
	ts := unix.NsecToTimespec(int64(t))
	if err := unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &ts, nil); err != nil && err != unix.EINTR {
		time.Sleep(time.Millisecond) // a kernel that refuses must not make the caller spin
	}
}

// slack sets how late this thread may be woken (prctl(2), PR_SET_TIMERSLACK). A kernel that refuses wakes it as late as before.
func slack(d time.Duration) { _ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(d), 0, 0, 0) }
