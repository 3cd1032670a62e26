package hub_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMosquittoBreath measures at the broker how far from the breath each swell of the light is asked, on five lamps in two groups. The hubs
// have no simulated bodies: those wait for a machine that is slow, and the breath with them.
func TestMosquittoBreath(t *testing.T) {
	broker, binary := brokerForBeds(t)
	rooms, swells := setting("HUBD_BEDS", 2), setting("HUBD_SWELLS", 24)
	var running sync.WaitGroup
	var mu sync.Mutex
	var all []time.Duration
	for i := range rooms {
		b := broker.makeBed(t, fmt.Sprintf("breath%d", i))
		b.start(t, binary, false)
		running.Go(func() {
			from := b.ears.mark()
			b.send(t, "room/set/breath_pace", "5")
			b.send(t, "room/set/practice", "breath")
			began := b.practiceBegan(t, from)
			b.await(t, began, swells)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, b.swells(began)...)
		})
	}
	running.Wait()
	judgeBreaths(t, all)
}

// practiceBegan is when the first word of a practice came, which tells its first breath in as it begins.
func (r *bed) practiceBegan(t *testing.T, from int) time.Time {
	t.Helper()
	practice := func(p string) bool { return strings.Contains(p, `"reason":"practice"`) }
	r.ears.await(t, from, r.topic("room/cue"), "the practice", practice)
	return r.ears.when(from, r.topic("room/cue"), practice)
}

// swells is how far each swell of one practice's light was asked from its instant, early or late: a breath in began as the practice was
// told, as the hub tells it, and then every twelve seconds, five breaths a minute, two parts in and three out, so that no swell takes as
// long as a fade.
func (r *bed) swells(began time.Time) (off []time.Duration) {
	const breath, in = 12 * time.Second, 4800 * time.Millisecond
	const between = 66 // of 254, breathed out and in
	for _, a := range r.lamps.after(began) {
		var c struct {
			Brightness *float64 `json:"brightness"`
			Transition float64  `json:"transition"`
		}
		if json.Unmarshal([]byte(a.text), &c) != nil || c.Brightness == nil {
			continue
		}
		meant := time.Duration(0)
		switch dim := *c.Brightness < between; { // the fade of a lamp that does not swell ends as bright as the scene
		case !dim && math.Round(c.Transition*5) == 24:
		case dim && math.Round(c.Transition*5) == 36:
			meant = in
		default:
			continue
		}
		off = append(off, (a.at.Sub(began)-meant+breath/2)%breath-breath/2)
	}
	return off
}

// await waits until the lamps have been asked so many swells. A practice begins to breathe when its lamps have arrived at the scene.
func (r *bed) await(t *testing.T, began time.Time, swells int) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); len(r.swells(began)) < swells; <-soon() {
		if time.Now().After(end) {
			t.Fatalf("%s: %d swells within two minutes, want %d:\n%s", r.id, len(r.swells(began)), swells, &r.log)
		}
	}
}

// judgeBreaths wants 99 of 100 swells within 50 ms of where they are meant to be.
func judgeBreaths(t *testing.T, all []time.Duration) {
	t.Helper()
	if len(all) == 0 {
		t.Error("no light has breathed")
		return
	}
	slices.Sort(all)
	early, latest := all[0], all[len(all)-1]
	for i := range all {
		all[i] = all[i].Abs()
	}
	slices.Sort(all)
	p50, p99 := all[len(all)/2], all[len(all)*99/100]
	t.Logf("phase error of the breathing light: p50 %d ms, p99 %d ms, from %d to %d ms of %d", p50.Milliseconds(), p99.Milliseconds(),
		early.Milliseconds(), latest.Milliseconds(), len(all))
	if p99 > 50*time.Millisecond {
		late(t, "p99 of the phase error is %s", p99)
	}
}
