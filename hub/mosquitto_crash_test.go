package hub_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hubd/hub"
)

// TestMosquittoCrash kills the hub with SIGKILL at random moments of a scene by hand, also while settings are being written, starts it
// again, and wants every lamp back as it was: those still on that no hand took, before the crash or after it, and only those. Rooms live side by side, so that a
// hundred trials take some minutes. The hubs have no sensors: a scene by hand needs none.
func TestMosquittoCrash(t *testing.T) {
	broker, binary := brokerForBeds(t)
	trials := setting("HUBD_CRASHES", 4)
	var back atomic.Int32
	t.Run("trials", func(t *testing.T) {
		for i := range trials {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				c := newCrashed(t, broker, binary, i)
				c.live(t)
				c.crash(t, binary)
				if c.restored(t) {
					back.Add(1)
				}
			})
		}
	})
	t.Logf("restored after kill -9: %d of %d", back.Load(), trials)
}

// TestMosquittoAwayInARestore takes the broker away as a session ends, for HUBD_AWAY_S, and the power before the broker is back. The next start
// of both puts every lamp back. A restore takes minutes, and the absence should take longer: make test-room has the time.
func TestMosquittoAwayInARestore(t *testing.T) {
	away := time.Duration(setting("HUBD_AWAY_S", 0)) * time.Second
	if away == 0 {
		t.Skip("make test-room runs this")
	}
	broker, binary := brokerForBeds(t)
	t.Parallel()
	c := &crashed{bed: broker.makeBed(t, "away"), taken: -1, off: -1, moved: -1}
	c.before = c.lamps.states()
	c.start(t, binary, false)
	began := time.Now()
	c.send(t, "room/set/scene", "after")
	await(t, "every lamp is asked for the scene", c.lamps.changed, func() bool { return len(c.lamps.after(began)) >= 10 })
	broker.stop(t, syscall.SIGKILL)
	for range 2 { // the session, and its after scene
		if _, err := hub.Ask(t.Context(), hub.Request{Socket: c.socket(), Name: "end_session", Payload: "now"}); err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(away); time.Now().Before(end); {
		<-soon()
	}
	if s := c.snapshot(t); !strings.Contains(s, `"open":true`) {
		t.Errorf("the way back is gone, and the lamps are not: %s", s)
	}
	c.hub.stop(t, syscall.SIGKILL)
	broker.start(t)
	c.start(t, binary, false)
	if c.restored(t) {
		t.Log("restored after a loss of power while the broker was away")
	}
}

// crashed is one trial.
type crashed struct {
	*bed
	chance *rand.Rand
	before []string
	taken  int // a lamp that a hand took before the crash
	off    int // one that a hand switched off while the hub was dead
	moved  int // one that a hand turned up then, or gave another colour
	colour bool
}

func newCrashed(t *testing.T, broker *mosquitto, binary string, trial int) *crashed {
	c := &crashed{bed: broker.makeBed(t, fmt.Sprintf("crash%d", trial)), chance: rand.New(rand.NewPCG(uint64(trial), 11))}
	c.taken, c.off, c.moved, c.colour = c.chance.IntN(5), c.chance.IntN(5), c.chance.IntN(5), c.chance.IntN(2) == 0
	c.before = c.lamps.states()
	c.start(t, binary, false)
	return c
}

// live begins a scene by hand, lets it go on for a random while, and has settings written as often as a disk can.
func (c *crashed) live(t *testing.T) {
	t.Helper()
	began := time.Now()
	c.send(t, "room/set/scene", []string{"neutral", "after", "settled"}[c.chance.IntN(3)])
	far := 2 + c.chance.IntN(4) // how far into the scene the crash comes, in commands
	await(t, c.id+": lamps are asked for the scene", c.lamps.changed, func() bool {
		return len(c.groupsAsked(began)) == 2 && len(c.lamps.after(began)) >= far
	})
	if c.chance.IntN(2) == 0 {
		lamp := "z/" + c.id + "/" + lampName(c.taken)
		await(t, c.id+": "+lamp+" is asked for the scene", c.lamps.changed, func() bool {
			return slices.ContainsFunc(c.lamps.after(began), func(a asked) bool { return a.lamp == lamp })
		})
		c.lamps.hand(c.taken, `{"brightness":250}`)
		c.before[c.taken] = ""
		await(t, c.id+": the hand is in the settings", soon, func() bool { return !strings.Contains(c.snapshot(t), `"`+lampName(c.taken)+`"`) })
	} else {
		c.taken = -1
	}
}

func lampName(i int) string { return []string{"l1", "l2", "l3", "r1", "r2"}[i] }

// snapshot is what the settings file knows of the room. While a new version takes its place there is a moment without one.
func (c *crashed) snapshot(t *testing.T) (settings string) {
	t.Helper()
	await(t, c.id+": settings.json", soon, func() bool {
		data, err := os.ReadFile(filepath.Join(c.dir, "state", "settings.json"))
		settings = string(data)
		return err == nil
	})
	return settings
}

// crash kills the hub, as often as not while it writes, lets hands come to lamps that are nobody's meanwhile, and starts the hub again.
func (c *crashed) crash(t *testing.T, binary string) {
	t.Helper()
	for i := range c.chance.IntN(12) {
		c.send(t, "room/set/night_ceiling", fmt.Sprint(20+i))
		c.send(t, "a/set/share", []string{"state", "full"}[i%2])
	}
	from := c.ears.mark()
	c.hub.stop(t, syscall.SIGKILL)
	c.ears.await(t, from, c.topic("status"), "the end of the hub", is("offline")) // its last commands are with the broker until then
	c.lamps.catchUp(t, c.ears, "z/"+c.id+"/l1")
	if c.off == c.taken || c.chance.IntN(2) == 0 {
		c.off = -1
	} else {
		c.lamps.hand(c.off, `{"state":"OFF"}`)
	}
	switch {
	case c.moved == c.taken || c.moved == c.off || c.chance.IntN(4) == 0:
		c.moved = -1
	case c.colour:
		c.lamps.hand(c.moved, `{"color_temp":200}`)
	default:
		c.lamps.hand(c.moved, `{"brightness":230}`)
	}
	c.start(t, binary, false)
}

// restored waits until every lamp that shall be is as it was, and checks that the others were left alone.
func (c *crashed) restored(t *testing.T) bool {
	t.Helper()
	ok := true
	const bound = 8 * time.Minute // a minute for brightness, then one for colour, in the steps that the groups' budgets allow
	for end := time.Now().Add(bound); strings.Contains(c.snapshot(t), `"open":true`); <-soon() {
		if time.Now().After(end) {
			t.Fatalf("%s: the snapshot is open after %s:\n%s\n%s", c.id, bound, c.snapshot(t), &c.log)
		}
	}
	for i, now := range c.lamps.states() {
		is, was := lampState(t, now), lampState(t, c.before[i])
		switch {
		case i == c.taken && math.Abs(is.Brightness-250) > 1, i == c.off && is.State != "OFF",
			i == c.moved && c.colour && math.Abs(is.Mired-200) > 1, i == c.moved && !c.colour && math.Abs(is.Brightness-230) > 1,
			i != c.taken && i != c.off && i != c.moved && (math.Abs(is.Brightness-was.Brightness) > 2 || math.Abs(is.Mired-was.Mired) > 4):
			t.Errorf("%s, lamp %s, taken %v, switched off %v, moved %v: is %s, was %s", c.id, lampName(i), i == c.taken, i == c.off, i == c.moved, now, c.before[i])
			ok = false
		}
	}
	return ok
}

type shownLamp struct {
	State      string  `json:"state"`
	Brightness float64 `json:"brightness"`
	Mired      float64 `json:"color_temp"`
}

func lampState(t *testing.T, payload string) (s shownLamp) {
	t.Helper()
	if payload == "" {
		return s
	}
	if err := json.Unmarshal([]byte(payload), &s); err != nil {
		t.Fatal(err)
	}
	return s
}
