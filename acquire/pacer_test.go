package acquire_test

import (
	"runtime"
	"testing"
	"time"

	"hubd/acquire"
)

func TestTheKernelPacerIsNeverEarlyAndReturnsAtOnceForThePast(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p := acquire.NewKernelPacer()
	for range 5 {
		at := p.Now() + 2*time.Millisecond
		p.SleepUntil(at)
		if now := p.Now(); now < at {
			t.Errorf("woke %s early", at-now)
		}
	}
	p.SleepUntil(-time.Hour)
}

func TestTheVirtualPacerMovesOnlyWhenTold(t *testing.T) {
	var p acquire.VirtualPacer
	p.SleepUntil(time.Second)
	p.SleepUntil(time.Millisecond) // passed already
	p.Advance(time.Second)
	if p.Now() != 2*time.Second {
		t.Errorf("now %s", p.Now())
	}
	p.Set(time.Millisecond)
	if p.Now() != time.Millisecond {
		t.Errorf("now %s", p.Now())
	}
}
