package hub

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hubd/mqtt"
	"hubd/pipeline"
	"hubd/room"
)

// A breath does not begin at a multiple of 50 ms. Whatever wakes the processing goroutine between, or nothing, its light begins with it.
func TestABreathingLightIsAskedForAtTheInstantOfTheBreath(t *testing.T) {
	for name, ring := range map[string]func(*inbox){"woken often": (*inbox).ring, "woken by its clock alone": func(*inbox) {}} {
		t.Run(name, func(t *testing.T) { breathesOnTime(t, ring) })
	}
}

func breathesOnTime(t *testing.T, ring func(*inbox)) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(o *pipeline.Options) {
			o.Room.Practices = []room.PracticeOptions{{Name: "breath", Length: 5 * time.Minute, Pacer: room.Pace{InhaleShare: 0.4}}}
		})
		began := time.Now()
		b.core.now = func() time.Duration { return time.Since(began) }
		var asked []time.Duration
		b.lamps.send = func(mqtt.Message, time.Time, func()) error {
			asked = append(asked, time.Since(began))
			return nil
		}
		lampIsOn(b)
		time.Sleep(1234 * time.Microsecond)
		if err := b.request(pipeline.Command{Name: pipeline.CommandPractice, Text: "breath", Origin: pipeline.Origin{Source: pipeline.SourceMQTT}}, nil); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(context.Background(), 3*time.Minute)
		defer stop()
		go b.core.run(ctx)
		for ctx.Err() == nil {
			b.keeper.write() // the way back is stored before the first command leaves
			ring(b.inbox)
			time.Sleep(7 * time.Millisecond)
		}
		synctest.Wait()
		zero, swells := 1234*time.Microsecond, 0
		for _, at := range asked {
			if at < time.Minute {
				continue // the way to the scene
			}
			swells++
			if phase := (at - zero) % (10 * time.Second); phase != 0 && phase != 4*time.Second {
				t.Errorf("at %v the light is asked to swell, %v after a breath in began", at, phase)
			}
		}
		if swells < 20 {
			t.Errorf("%d swells in two minutes", swells)
		}
	})
}

// A pace set by hand is followed from a new breath in, which begins there and then: its light must not wait for the next tick, nor a pause's.
func TestWhatAnActAsksOfTheLightsLeavesWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(o *pipeline.Options) {
			o.Room.Practices = []room.PracticeOptions{{Name: "breath", Length: 20 * time.Minute, Pacer: room.Pace{InhaleShare: 0.4}}}
		})
		began := time.Now()
		b.core.now = func() time.Duration { return time.Since(began) }
		var last atomic.Int64
		b.lamps.send = func(mqtt.Message, time.Time, func()) error {
			last.Store(int64(time.Since(began)))
			return nil
		}
		asked := func() time.Duration { // when a light was last asked for something
			synctest.Wait()
			return time.Duration(last.Load())
		}
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		go b.core.run(ctx)
		go b.keeper.run(ctx)
		do := func(c pipeline.Command) time.Duration {
			c.Origin = pipeline.Origin{Source: pipeline.SourceMQTT}
			if err := b.request(c, nil); err != nil {
				t.Fatal(err)
			}
			return time.Since(began)
		}
		lampIsOn(b)
		do(pipeline.Command{Name: pipeline.CommandPractice, Text: "breath"})
		time.Sleep(time.Minute) // the way to the scene
		for i := range 40 {
			time.Sleep(21*time.Second + time.Duration(i)*7300*time.Microsecond)
			for time.Since(began)-asked() < 2*time.Second {
				time.Sleep(time.Second) // no lamp is asked twice within a second
			}
			at := do(pipeline.Command{Name: pipeline.CommandBreathPace, Number: 5 + float64(i%2)})
			if is := asked(); is != at {
				t.Errorf("pace %d, set at %v: its breath in has no light; the last was asked for at %v", i, at, is)
			}
		}
		time.Sleep(2*time.Second + 3*time.Millisecond)
		if at := do(pipeline.Command{Name: pipeline.CommandPause}); asked() != at {
			t.Errorf("the light of a pause at %v is asked for at %v", at, asked())
		}
	})
}

// What begins to move a light waits for the way back to be on the disk, and for nothing else: not for the next step.
func TestALightThatWaitsForTheDiskLeavesWhenTheDiskIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const disk = 7 * time.Millisecond
		b := newBench(t, nil)
		b.keeper.store.save = func(pipeline.Settings) error { time.Sleep(disk); return nil }
		began := time.Now()
		b.core.now = func() time.Duration { return time.Since(began) }
		asked := make(chan time.Duration, 10)
		b.lamps.send = func(mqtt.Message, time.Time, func()) error {
			asked <- time.Since(began)
			return nil
		}
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		go b.core.run(ctx)
		go b.keeper.run(ctx)
		lampIsOn(b)
		time.Sleep(time.Second + 3*time.Millisecond)
		if err := b.request(start("a", room.Alone), nil); err != nil {
			t.Fatal(err)
		}
		at := time.Since(began)
		if is := <-asked; is != at+disk {
			t.Errorf("a session that begins at %v has its first light at %v; the way back was stored at %v", at, is, at+disk)
		}
	})
}

func TestTheKeeperOfAHubWakesTheProcessingWhenSettingsAreStored(t *testing.T) {
	w := newWholeHub(t, headed)
	w.core.step()
	w.keeper.writeNow()
	select {
	case <-w.core.inbox.wake:
	default:
		t.Error("settings are stored, and nobody looks")
	}
	if err := w.store.close(); err != nil {
		t.Error(err)
	}
}
