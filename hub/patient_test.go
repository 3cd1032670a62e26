package hub

import (
	"testing"
	"testing/synctest"
	"time"
)

// wait is SleepUntil on the test's clock, of which the kernel knows nothing.
func wait(p *patientPacer, due time.Duration) {
	if early := due - p.running(); early > 0 {
		time.Sleep(early/4 + time.Microsecond)
	}
	p.SleepUntil(due)
}

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
			wait(p, due)
			now := p.Now()
			if now < before || now < due || now > due+waitsAfter {
				t.Fatalf("at %s, due at %s, after %s", now, due, before)
			}
			before = now
		}
		wait(p, time.Second) // passed long ago: time does not run backwards
		if p.Now() < before {
			t.Errorf("time ran backwards to %s", p.Now())
		}
	})
}

// A standstill must not be made up for in a rush: lamps and broker live in real time, and their answers would come late in a world that runs
// ahead of them.
func TestASimulatedWorldDoesNotRushAfterAStandstill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const speed = 4
		p := newPatientPacer(speed)
		due := time.Duration(0)
		read := func(d time.Duration) (stream, real time.Duration) {
			from, began := p.Now(), time.Now()
			for end := due + d; due < end; due += 4 * time.Millisecond {
				wait(p, due)
				if now := p.Now(); now < due || now > due+waitsAfter {
					t.Fatalf("due at %s it is %s", due, now)
				}
			}
			return p.Now() - from, time.Since(began)
		}
		read(8 * time.Second)
		time.Sleep(time.Minute) // the machine stands still
		stream, real := read(8 * time.Second)
		if made := stream - speed*real; made > speed*catchesUp+20*time.Millisecond {
			t.Errorf("%s of the standstill were made up for", made)
		}
		stream, real = read(8 * time.Second)
		if off := stream - speed*real; off.Abs() > 20*time.Millisecond {
			t.Errorf("%s passed in %s after that, at a speed of %d", stream, real, speed)
		}
		time.Sleep(catchesUp / 2) // a hiccup is made up for
		stream, real = read(8 * time.Second)
		if off := stream - speed*(real+catchesUp/2); off.Abs() > 20*time.Millisecond {
			t.Errorf("%s passed in %s after a hiccup of %s", stream, real, catchesUp/2)
		}
	})
}

// What still works when the readers have ended, as a sound that fades out, must come to its end.
func TestASimulatedWorldGoesOnWhenItsReaderHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatientPacer(1)
		time.Sleep(time.Second)
		p.SleepUntil(time.Second)
		time.Sleep(100 * time.Millisecond)
		before := p.Now()
		p.leave()
		if now := p.Now(); now < before {
			t.Errorf("time ran backwards from %s to %s", before, now)
		}
		time.Sleep(time.Second)
		if now := p.Now(); now < before+time.Second {
			t.Errorf("a second later it is %s, before it was %s", now, before)
		}
	})
}
