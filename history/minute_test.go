package history

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/dsp"
)

func anyMinute(t *rapid.T) Minute {
	second := rapid.Map(rapid.IntRange(0, 60), func(n int) time.Duration { return time.Duration(n) * time.Second })
	m := Minute{Worn: second.Draw(t, "worn"), Usable: second.Draw(t, "usable")}
	for i := range m.States {
		m.States[i] = second.Draw(t, "state")
	}
	for _, n := range m.numbers() {
		if rapid.Bool().Draw(t, "known") {
			*n = dsp.Some(float64(rapid.Float32Range(-1e6, 1e6).Draw(t, "number")))
		}
	}
	return m
}

func TestEveryRowComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyMinute(t)
		got, err := decodeMinute(encodeMinute(want))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("%v, minute (-encoded +decoded):\n%s", err, diff)
		}
	})
}

func TestEveryFaultComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("ab µ")), 0, 50, maxFaultText)
		want := Fault{Source: text.Draw(t, "source"), Reason: text.Draw(t, "reason")}
		if rapid.Bool().Draw(t, "dated") {
			want.At = time.Unix(rapid.Int64Range(1, 1e11).Draw(t, "at"), 0).UTC()
		}
		got, wearer, err := decodeFault(encodeFault(want, 7))
		if diff := cmp.Diff(want, got); diff != "" || err != nil || wearer != 7 {
			t.Fatalf("%v, fault of %d (-encoded +decoded):\n%s", err, wearer, diff)
		}
	})
}

func TestKeysSortAsTimeDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		second := rapid.Int64Range(-1e10, 1e10)
		a, b := second.Draw(t, "a"), second.Draw(t, "b")
		ka, kb := timeKey(time.Unix(a, 0), 255), timeKey(time.Unix(b, 0), 0)
		if a < b && bytes.Compare(ka, kb) >= 0 {
			t.Fatalf("%d sorts after %d", a, b)
		}
		if got := keyTime(ka).Unix(); got != a {
			t.Fatalf("%d came back as %d", a, got)
		}
	})
}

func FuzzDecodeMinute(f *testing.F) {
	f.Add(encodeMinute(Minute{Worn: time.Minute, HeartRate: dsp.Some(60)}))
	f.Add([]byte{rowVersion})
	f.Add([]byte{2, 3})
	f.Fuzz(func(t *testing.T, row []byte) {
		m, err := decodeMinute(row)
		if err != nil {
			return
		}
		again, err := decodeMinute(encodeMinute(m))
		if diff := cmp.Diff(m, again); diff != "" || err != nil {
			t.Errorf("%v: a row that was read does not write and read again:\n%s", err, diff)
		}
	})
}

func FuzzDecodeFault(f *testing.F) {
	f.Add(encodeFault(Fault{Source: "ads1115@48", Reason: "gone"}, 1))
	f.Add([]byte{faultVersion})
	f.Fuzz(func(t *testing.T, row []byte) {
		got, wearer, err := decodeFault(row)
		if err != nil {
			return
		}
		again, n, err := decodeFault(encodeFault(got, wearer))
		if diff := cmp.Diff(got, again); diff != "" && len(got.Reason) <= maxFaultText || n != wearer || err != nil {
			t.Errorf("%v: a fault that was read does not write and read again:\n%s", err, diff)
		}
	})
}
