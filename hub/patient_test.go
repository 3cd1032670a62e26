package hub

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestASimulatedWorldWaitsForItsReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatientPacer(4)
		time.Sleep(time.Second)
		if now := p.Now(); now != 4*time.Second {
			t.Fatalf("before anybody reads it is %s, want 4 s", now)
		}
		p.SleepUntil(4 * time.Second) // at once
		time.Sleep(time.Minute)       // the machine stands still
		if now := p.Now(); now != 4*time.Second+waitsAfter {
			t.Errorf("after a minute's standstill it is %s, want no more than the reader's goal", now)
		}
		before := p.Now()
		for due := 4 * time.Second; due < 240*time.Second; due += 4 * time.Millisecond {
			p.SleepUntil(due)
			now := p.Now()
			if now < before || now < due || now > due+waitsAfter {
				t.Fatalf("at %s, due at %s, after %s", now, due, before)
			}
			before = now
		}
		p.SleepUntil(time.Second) // passed long ago: time does not run backwards
		if p.Now() < before {
			t.Errorf("time ran backwards to %s", p.Now())
		}
	})
}
