//go:build !linux

package acquire

import "time"

// On other systems hubd only replays and demonstrates; Go's own timers are good enough there.

func kernelNow() time.Duration { return 0 }

func kernelSleepUntil(_, remaining time.Duration) { time.Sleep(remaining) }
