package acquire

import (
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

// kernelSleepUntil returns when kernelNow is t, or earlier on a signal: Go preempts threads with signals, so the caller looks
// again.
func kernelSleepUntil(t, _ time.Duration) {
	ts := unix.NsecToTimespec(int64(t))
	if err := unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &ts, nil); err != nil && err != unix.EINTR {
		time.Sleep(time.Millisecond) // a kernel that refuses must not make the caller spin
	}
}
