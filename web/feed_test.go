package web

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func key(wearer, kind string) FrameKey { return FrameKey{Wearer: wearer, Kind: kind} }

// got reads what waits for a viewer, a frame a string.
func got(f *Feed, v *viewer) (all []string) {
	for _, line := range strings.Split(string(f.take(nil, v)), "\n\n") {
		if line != "" {
			all = append(all, strings.TrimPrefix(line, "data: "))
		}
	}
	return all
}

func TestAPageThatOpensGetsWhatHolds(t *testing.T) {
	f := &Feed{}
	f.Offer(key("a", "state"), []byte("old"))
	f.Offer(key("a", "heart_rate"), []byte("64"))
	f.Offer(key("a", "state"), []byte("new"))
	f.Pass(key("a", "beat"), []byte("beat"), true)
	if got := got(f, f.join(true)); fmt.Sprint(got) != "[new 64]" {
		t.Errorf("got %v: want the newest of each value, and no beat that is over", got)
	}
}

func TestASlowPageGetsTheLatestOfEachValueAndIsCounted(t *testing.T) {
	f := &Feed{}
	v := f.join(true)
	for i := range 10_000 {
		f.Offer(key("a", "heart_rate"), fmt.Append(nil, "rate ", i))
		f.Pass(key("a", "wave"), fmt.Append(nil, "wave ", i), true)
	}
	all := got(f, v)
	if len(all) > maxPending {
		t.Errorf("%d frames waited, want %d at most", len(all), maxPending)
	}
	for _, want := range []string{"rate 9999", "wave 9999"} {
		if !strings.Contains(strings.Join(all, "|")+"|", want+"|") {
			t.Errorf("%q is missing", want)
		}
	}
	if f.Dropped() == 0 {
		t.Error("what it missed was not counted")
	}
}

func TestWavesGoToPagesAloneThatShowThem(t *testing.T) {
	f := &Feed{}
	with, without := f.join(true), f.join(false)
	f.Pass(key("a", "wave"), []byte("w"), true)
	if a, b := got(f, with), got(f, without); len(a) != 1 || len(b) != 0 {
		t.Errorf("with waves %v, without %v", a, b)
	}
	f.leave(with)
	if f.Waves() || !f.Watched() {
		t.Error("waves are still wanted, or nobody is there any more")
	}
}

func TestWhatIsForgottenIsTakenFromOpenPagesToo(t *testing.T) {
	f := &Feed{}
	v := f.join(false)
	f.Offer(key("b", "state"), []byte("of b"))
	f.Offer(key("a", "state"), []byte("of a"))
	f.Forget("b", []byte("forget b"))
	if got := got(f, v); fmt.Sprint(got) != "[of a forget b]" {
		t.Errorf("the open page gets %v", got)
	}
	if got := got(f, f.join(false)); fmt.Sprint(got) != "[of a]" {
		t.Errorf("the next page gets %v", got)
	}
}

func TestAFeedHasAnEndOfViewers(t *testing.T) {
	f := &Feed{}
	for range maxViewers {
		if f.join(true) == nil {
			t.Fatal("refused too early")
		}
	}
	if f.join(true) != nil {
		t.Error("one more was let in")
	}
	f.End()
	if f.Watched() || f.Waves() {
		t.Error("somebody is left after the end")
	}
	if f.join(false) == nil {
		t.Error("nobody may come again")
	}
}

// Whatever is offered in whatever order, a viewer who looks sees the newest of every value that was not forgotten since.
func TestNoNewestValueIsEverLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &Feed{}
		v := f.join(true)
		newest, seen := map[FrameKey]string{}, map[string]bool{}
		for i := range rapid.IntRange(0, 400).Draw(t, "n") {
			k := key(rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "wearer"), fmt.Sprint(rapid.IntRange(0, 60).Draw(t, "kind")))
			data := fmt.Sprint(k, i)
			switch rapid.IntRange(0, 9).Draw(t, "act") {
			case 0:
				f.Forget(k.Wearer, []byte("forget"))
				for old := range newest {
					if old.Wearer == k.Wearer {
						delete(newest, old)
					}
				}
			case 1:
				for _, line := range got(f, v) {
					seen[line] = true
				}
			case 2, 3, 4:
				f.Pass(FrameKey{k.Wearer, "moment"}, []byte("moment"), true)
			default:
				f.Offer(k, []byte(data))
				newest[k] = data
			}
			if len(v.pending) > maxPending {
				t.Fatalf("%d frames wait", len(v.pending))
			}
		}
		for _, line := range got(f, v) {
			seen[line] = true
		}
		if len(newest) > maxPending/2 {
			return // hubd has some twenty values
		}
		for k, want := range newest {
			if !seen[want] {
				t.Fatalf("the newest of %v never came", k)
			}
		}
	})
}
