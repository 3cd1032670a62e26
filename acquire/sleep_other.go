//go:build !linux

package acquire

import "time"

// On other systems hubd only replays and demonstrates; Go's own timers are good enough there.

func kernelNow() time.Duration { return 0 }

func givenSlack() time.Duration { return 0 }

func kernelSleepUntil(_, remaining, _ time.Duration) { time.Sleep(remaining) }
