package recording_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/recording"
)

// drawRecording makes any recording that a file can hold: rows in order, each column with a value somewhere.
func drawRecording(t *rapid.T) *recording.Recording {
	names := rapid.SampledFrom([][]string{{"ppg"}, {"ppg", "eda_us"}, {"a.ppg", "a.eda_us", "b.ppg", "b.acc_std_g"}}).Draw(t, "names")
	steps := rapid.SliceOfN(rapid.Int64Range(1, 3_000_000_000), 0, 40).Draw(t, "steps")
	rows := []time.Duration{0}
	for _, s := range steps {
		rows = append(rows, rows[len(rows)-1]+time.Duration(s))
	}
	var text strings.Builder
	text.WriteString("t_s," + strings.Join(names, ",") + "\n0" + strings.Repeat(",0", len(names)) + "\n")
	r, err := recording.Read(strings.NewReader(text.String()), "drawn")
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Columns {
		c := &r.Columns[i]
		c.T, c.V = nil, nil
		for j, at := range rows {
			if j > 0 && rapid.Bool().Draw(t, "blank") {
				continue
			}
			c.T = append(c.T, at)
			c.V = append(c.V, rapid.Float64().Draw(t, "value"))
		}
		r.Length = max(r.Length, c.T[len(c.T)-1])
	}
	return r
}

func TestWhatIsWrittenReadsBackExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawRecording(t)
		var b bytes.Buffer
		n, err := want.WriteTo(&b)
		if err != nil || n != int64(b.Len()) {
			t.Fatalf("wrote %d of %d bytes: %v", n, b.Len(), err)
		}
		got, err := recording.Read(&b, "drawn")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-written +read)\n%s", diff)
		}
	})
}

func TestCreateWritesPlainAndGzip(t *testing.T) {
	for _, name := range []string{"own.csv", "own.csv.gz"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			w, err := recording.Create(path, "ppg_v", "eda_v")
			if err != nil {
				t.Fatal(err)
			}
			for i := range 3 {
				eda := dsp.Maybe{}
				if i == 2 {
					eda = dsp.Some(0.5)
				}
				if err := w.Row(time.Duration(i)*4*ms, dsp.Some(float64(i)), eda); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			r, err := recording.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			want := []recording.Column{
				{Name: "ppg_v", Unit: recording.Volt, T: []time.Duration{0, 4 * ms, 8 * ms}, V: []float64{0, 1, 2}},
				{Name: "eda_v", Unit: recording.Volt, T: []time.Duration{8 * ms}, V: []float64{0.5}},
			}
			if diff := cmp.Diff(want, r.Columns); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, %v: a recording is for its owner only", info.Mode(), err)
			}
			if _, err := recording.Create(path, "ppg"); !errors.Is(err, os.ErrExist) {
				t.Errorf("error %v: a recording must not be overwritten", err)
			}
		})
	}
}

func TestWriterRefuses(t *testing.T) {
	rows := func(t *testing.T) *recording.Writer {
		w, err := recording.NewWriter(&bytes.Buffer{}, "ppg")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Row(ms, dsp.Some(1)); err != nil {
			t.Fatal(err)
		}
		return w
	}
	for _, row := range []struct {
		name string
		err  func(t *testing.T) error
		want string
	}{
		{"a time that stands still", func(t *testing.T) error { return rows(t).Row(ms, dsp.Some(1)) }, "time does not run forward"},
		{"too many values", func(t *testing.T) error { return rows(t).Row(2*ms, dsp.Some(1), dsp.Some(1)) }, "2 values for 1 columns"},
		{"NaN", func(t *testing.T) error { return rows(t).Row(2*ms, dsp.Maybe{Value: math.NaN(), Known: true}) }, "not a finite number"},
		{"a name with a comma", func(t *testing.T) error { _, err := recording.NewWriter(&bytes.Buffer{}, "a,b"); return err }, `column "a,b"`},
		{"a name twice", func(t *testing.T) error { _, err := recording.NewWriter(&bytes.Buffer{}, "ppg", "ppg"); return err }, `column "ppg"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if err := row.err(t); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want one with %q", err, row.want)
			}
		})
	}
}

// fullDisk takes no byte.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestCloseTellsThatTheDiskIsFull(t *testing.T) {
	w, err := recording.NewWriter(fullDisk{}, "ppg")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Row(0, dsp.Some(1)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("error %v, want the disk's", err)
	}
}

func TestWhateverEndsAWriterItsFileIsReadToTheLastRowThatWasFlushed(t *testing.T) {
	for _, name := range []string{"own.csv", "own.csv.gz"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			w, err := recording.Create(path, "ppg_v")
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close() // the crash comes before
			const rows = 20_000
			for i := range rows {
				if err := w.Row(time.Duration(i)*4*ms, dsp.Some(1/float64(i+3))); err != nil {
					t.Fatal(err)
				}
			}
			r, err := recording.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(r.Columns[0].T); n == 0 || n == rows {
				t.Errorf("%d of %d rows: not those that went out by themselves", n, rows)
			}
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			if r, err = recording.Open(path); err != nil || len(r.Columns[0].T) != rows {
				t.Errorf("%v: not all rows that were flushed", err)
			}
		})
	}
}

func TestARowAllocatesNothing(t *testing.T) {
	w, err := recording.NewWriter(&bytes.Buffer{}, "ppg", "eda_us")
	if err != nil {
		t.Fatal(err)
	}
	values := []dsp.Maybe{dsp.Some(1.2345), {}}
	at := time.Duration(0)
	if n := testing.AllocsPerRun(200, func() {
		at += 4 * ms
		if err := w.Row(at, values...); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a row", n)
	}
}
