package gpioline

import (
	"testing"
	"time"
)

// record is one event as the kernel writes it.
func record(at time.Duration, kind, seq uint32) []byte {
	b := make([]byte, eventSize)
	native.PutUint64(b, uint64(at))
	native.PutUint32(b[eventKindAt:], kind)
	native.PutUint32(b[eventLineAt:], seq)
	return b
}

func TestEventsAreReadWithTheirTimesAndGaps(t *testing.T) {
	for _, row := range []struct {
		name string
		seqs []uint32
		last uint32
		want []uint32 // Lost of each
	}{
		{"the first event has the number 1", []uint32{1, 2, 3}, 0, []uint32{0, 0, 0}},
		{"a skipped number is an edge that was lost", []uint32{1, 4}, 0, []uint32{0, 2}},
		{"edges lost before anybody read are told with the first", []uint32{5}, 0, []uint32{4}},
		{"the numbers go on from call to call", []uint32{8, 9}, 6, []uint32{1, 0}},
		{"after the largest number comes 0", []uint32{0xFFFFFFFF, 0, 1}, 0xFFFFFFFE, []uint32{0, 0, 0}},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := parser{last: row.last}
			var raw []byte
			for i, seq := range row.seqs {
				raw = append(raw, record(time.Duration(i)*time.Millisecond, kindRising+uint32(i%2), seq)...)
			}
			events, err := p.parse(nil, raw)
			if err != nil || len(events) != len(row.want) {
				t.Fatalf("%v, %v", events, err)
			}
			for i, e := range events {
				if e.Lost != row.want[i] || e.T != time.Duration(i)*time.Millisecond || e.Active != (i%2 == 0) {
					t.Errorf("event %d is %+v, want Lost %d", i, e, row.want[i])
				}
			}
		})
	}
}

func TestWhatIsNoEventIsAnError(t *testing.T) {
	for _, row := range []struct {
		name string
		raw  []byte
	}{
		{"half a record", record(0, kindRising, 1)[:24]},
		{"a record and a byte", append(record(0, kindRising, 1), 0)},
		{"an unknown kind", record(0, 3, 1)},
	} {
		t.Run(row.name, func(t *testing.T) {
			if events, err := new(parser).parse(nil, row.raw); err == nil {
				t.Errorf("taken for %v", events)
			}
		})
	}
}

func FuzzEvents(f *testing.F) {
	f.Add(record(time.Second, kindRising, 1), uint32(0))
	f.Add(append(record(time.Second, kindRising, 7), record(2*time.Second, kindFalling, 9)...), uint32(6))
	f.Add(record(-1, kindFalling, 0), uint32(0xFFFFFFFF))
	f.Add([]byte{1, 2, 3}, uint32(1))
	f.Fuzz(func(t *testing.T, raw []byte, last uint32) {
		p := parser{last: last}
		events, err := p.parse(nil, raw)
		if err == nil && len(events)*eventSize != len(raw) {
			t.Fatalf("%d events from %d bytes", len(events), len(raw))
		}
		passed := uint32(len(events))
		for _, e := range events {
			passed += e.Lost
			if e.T < 0 {
				t.Fatalf("an edge before the beginning of time: %s", e.T)
			}
		}
		if p.last-last != passed {
			t.Fatalf("numbers from %d to %d, but %d edges told or told as lost", last, p.last, passed)
		}
	})
}
