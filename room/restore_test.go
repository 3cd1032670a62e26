package room_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/dsp"
	"hubd/room"
)

// What random lives of a room have found, each as small as it can be told.

func TestAFadeThatWasHeldUpGoesOnLateAndNeverFaster(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.run(5 * time.Second)
	from := h.now
	h.now += 2 * time.Minute // the machine stands still
	h.run(2 * time.Minute)
	commands, _ := of[room.LampCommand](h, from+tick)
	for _, c := range commands {
		if c.Brightness.Known && c.Transition < 30*time.Second {
			t.Errorf("most of a restore within %v: %+v", c.Transition, c)
		}
	}
	h.wantLamp("bed", 60)
}

func TestALampThatAHandTookIsForgottenByTheSnapshotAtOnce(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.r.SnapshotChanged()
	h.bulbs["bed"].set(80)
	h.run(time.Second)
	if s := h.r.Snapshot(); !h.r.SnapshotChanged() || !s.Open || len(s.Lamps) > 0 {
		t.Errorf("stored is %+v: after a crash the lamp would be taken from the hand", s)
	}
}

func TestAPauseInARestoreRemembersTheLampsItCommands(t *testing.T) {
	left := room.Snapshot{Open: true} // of a run in which a hand had taken the lamp
	h := newHouse(t, room.Options{Restore: left})
	h.take(h.r.Pause(nil, 0))
	h.run(30 * time.Second)
	h.wantLamp("bed", 10)
	h.take(h.r.Resume(nil, h.now, 0))
	h.run(3 * time.Minute)
	h.wantLamp("bed", 60)
}

func TestWhatAnEarlierSessionOwesIsNotOverwritten(t *testing.T) {
	was := room.LampSnapshot{Lamp: "bed", On: true, Brightness: dsp.Some(90.0), Kelvin: dsp.Some(4000.0),
		AskedBrightness: room.Span{Known: true, Low: 20, High: 30}, AskedKelvin: room.Span{Known: true, Low: 2400, High: 2400}}
	o := room.Options{Lamps: []room.LampOptions{{ID: "bed"}}, Restore: room.Snapshot{Open: true, Lamps: []room.LampSnapshot{was}}}
	r := room.New(o)
	if _, err := r.Scene(nil, 0, "base"); err != nil {
		t.Fatal(err)
	}
	r.Lamp(nil, 0, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(26.0), Kelvin: dsp.Some(2400.0)})
	if d := cmp.Diff([]room.LampSnapshot{was}, r.Snapshot().Lamps); d != "" {
		t.Error(d)
	}
}

func TestALampThatIsGoneIsNotRememberedAsOff(t *testing.T) {
	h := newHouse(t, room.Options{SwitchOn: true})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", Gone: true}))
	h.must(h.r.Scene(nil, h.now, "neutral")) // takes it back
	if s := h.r.Snapshot(); len(s.Lamps) > 0 {
		t.Errorf("remembered is %+v", s)
	}
}

func TestANightThatStartsInAPausePutsTheRoomBack(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.run(5 * time.Second)
	h.take(h.r.Pause(nil, h.now))
	h.run(30 * time.Second)
	h.start(0, room.Night)
	h.run(3 * time.Minute)
	h.wantLamp("bed", 60)
	if h.r.Snapshot().Open {
		t.Error("the snapshot stays open")
	}
}

func TestNothingLeavesOnceTheSnapshotIsClosed(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.run(5 * time.Second)
	from := h.now + 5*time.Minute
	h.now += 10 * time.Minute // the machine stands still until the restore is given up
	h.run(time.Minute)
	if commands, _ := of[room.LampCommand](h, from); len(commands) > 0 {
		t.Errorf("got %+v", commands)
	}
}
