package recording_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/recording"
)

func read(t *testing.T, text string, wanted ...string) *recording.Recording {
	t.Helper()
	r, err := recording.Read(strings.NewReader(text), "r.csv", wanted...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const ms = time.Millisecond

func TestReadTakesOnlyTheCellsThatAreThere(t *testing.T) {
	got := read(t, "t_s,ppg,eda_us,acc_std_g,condition\n10.000,1,4.5,0.01,none\n10.004,2,,,none\n10.010,,4.6,,\"rest\"\n")
	want := &recording.Recording{
		Name: "r.csv", Length: 10 * ms,
		Columns: []recording.Column{
			{Name: "ppg", T: []time.Duration{0, 4 * ms}, V: []float64{1, 2}},
			{Name: "eda_us", Unit: recording.Microsiemens, T: []time.Duration{0, 10 * ms}, V: []float64{4.5, 4.6}},
			{Name: "acc_std_g", Unit: recording.Gravity, T: []time.Duration{0}, V: []float64{0.01}},
		},
		Ignored: []string{"condition"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestUnitsComeFromTheEndingOfTheName(t *testing.T) {
	for _, row := range []struct {
		header string
		want   recording.Unit
	}{
		{"ppg", recording.Arbitrary},
		{"ppg_g", recording.Arbitrary}, // green light
		{"ecg_mv", recording.Millivolt},
		{"eda_us", recording.Microsiemens},
		{"eda_adc", recording.Counts},
		{"ppg_finger_adc", recording.Counts},
		{"ppg_v", recording.Volt},
		{"acc_std_g", recording.Gravity},
		{"b.ecg_mv", recording.Millivolt},
	} {
		t.Run(row.header, func(t *testing.T) {
			if got := read(t, "t_s,"+row.header+"\n0,1\n").Columns[0].Unit; got != row.want {
				t.Errorf("unit %q, want %q", got, row.want)
			}
		})
	}
}

func TestReadAccepts(t *testing.T) {
	for _, row := range []struct{ name, text string }{
		{"lines that end in CR LF", "t_s,ppg\r\n0,1\r\n1,2\r\n"},
		{"a last line without an end", "t_s,ppg\n0,1\n1,2"},
		{"a byte order mark", "\ufefft_s,ppg\n0,1\n1,2\n"},
		{"empty lines", "t_s,ppg\n\n0,1\n\n1,2\n\n"},
		{"spaces and quotes round cells", "\"t_s\", \"ppg\"\n 0 , 1 \n\"1\",\"2\"\n"},
		{"time in another column than the first", "ppg,t_s\n1,0\n2,1\n"},
		{"seconds since 1970", "t_s,ppg\n1763900000,1\n1763900001,2\n"},
		{"time before zero", "t_s,ppg\n-1,1\n0,2\n"},
		{"a column without a name", ",t_s,ppg\n7,0,1\n8,1,2\n"},
		{"text in a column that is not used", "t_s,ppg,note\n0,1,hello\n1,2,\n"},
		{"a column without values beside one with", "t_s,eda_us,ppg\n0,,1\n1,,2\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := read(t, row.text)
			want := []recording.Column{{Name: "ppg", T: []time.Duration{0, time.Second}, V: []float64{1, 2}}}
			if diff := cmp.Diff(want, r.Columns); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestReadRefusesWithFileAndLine(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"an empty file", "", "r.csv:1: the file is empty"},
		{"a header without rows", "t_s,ppg\n", "r.csv:1: only a header"},
		{"no time", "time,ppg\n0,1\n", "r.csv:1: no column t_s"},
		{"a time that is not a number", "t_s,ppg\nNaN,1\n", `r.csv:2: t_s "NaN" is no time`},
		{"an infinite time", "t_s,ppg\n0,1\nInf,1\n", `r.csv:3: t_s "Inf" is out of range`},
		{"cells separated by tabs", "t_s\tppg\n0\t1\n", `r.csv:1: "t_s\tppg" is one column: separate the cells by commas`},
		{"cells separated by semicolons", "t_s;ppg\n0;1\n", "r.csv:1: t_s;ppg is one column: separate the cells by commas"},
		{"what is no text is shown escaped", "\x1b[31mt,\xff\xfe\n0,1\n", `the columns are "\x1b[31mt", "\xff\xfe"`},
		{"no usable column", "t_s,rsp\n0,1\n", "r.csv:1: no usable column"},
		{"a usable column that is blank throughout", "t_s,ppg\n0,\n1,\n", "r.csv:3: no usable column"},
		{"two columns of one name", "t_s,ppg,ppg\n0,1,1\n", `r.csv:1: two columns are called "ppg"`},
		{"one signal with its wearer and one without", "t_s,a.ppg,eda_us\n0,1,1\n", "r.csv:1: a.ppg and eda_us"},
		{"text in a number", "t_s,ppg\n0,1\n1,x2\n", `r.csv:3: column ppg: "x2" is not a number`},
		{"text in the time", "t_s,ppg\nnow,1\n", `r.csv:2: t_s "now" is no time: every row needs one`},
		{"a blank time", "t_s,ppg\n0,1\n,2\n", `r.csv:3: t_s "" is no time: every row needs one`},
		{"NaN", "t_s,ppg\n0,NaN\n", `r.csv:2: column ppg: "NaN" is not a finite number`},
		{"infinity", "t_s,ppg\n0,-Inf\n", `"-Inf" is not a finite number`},
		{"a number beyond float64", "t_s,ppg\n0,1e999\n", `"1e999" is not a finite number`},
		{"time in milliseconds since 1970", "t_s,ppg\n1763900000000,1\n", "out of range"},
		{"a clock that was set under way", "t_s,ppg\n0,1\n1,2\n1700000000,1\n", "r.csv:4: time jumps from t_s 1 to 1.7e+09: a clock that was set under way? cut the recording there"},
		{"time running backwards", "t_s,ppg\n0,1\n2,1\n1,1\n", "r.csv:4: time does not run forward: t_s 1 after 2"},
		{"the same time twice", "t_s,ppg\n0,1\n0,1\n", "r.csv:3: time does not run forward"},
		{"a row with too few cells", "t_s,ppg,eda_us\n0,1\n", "r.csv:2: 2 cells in the row, 3 in the header"},
		{"a row with too many cells", "t_s,ppg\n0,1,2\n", "r.csv:2: 3 cells in the row, 2 in the header"},
		{"a line without end", "t_s,ppg\n0,1\n" + strings.Repeat("1", 70_000), "r.csv:3: a line of more than 65536 bytes"},
		{"a bad line after an empty one", "t_s,ppg\n\n0,x\n", "r.csv:3:"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := recording.Read(strings.NewReader(row.text), "r.csv")
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want one with %q", err, row.want)
			}
		})
	}
}

func TestReadRefusesDamagedGzip(t *testing.T) {
	var text strings.Builder
	text.WriteString("t_s,ppg\n")
	for i := range 5000 {
		fmt.Fprintf(&text, "%d,%d\n", i, i*7919%1000)
	}
	whole := zipped(t, text.String())
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-6] ^= 0xff // in the checksum
	for _, row := range []struct {
		name string
		data []byte
		want string
	}{
		{"cut in the middle", whole[:len(whole)/2], "truncated"},
		{"cut in the checksum", whole[:len(whole)-3], "truncated"},
		{"cut in its header", whole[:5], "truncated"},
		{"a wrong checksum", flipped, "damaged"},
		{"something after its end", append(bytes.Clone(whole), "junk"...), "something else stands after their end"},
		{"a line feed after its end", append(bytes.Clone(whole), '\n'), "something else stands after their end"},
		{"a second part cut short", append(bytes.Clone(whole), whole[:40]...), "truncated"},
		{"a wrong header", append([]byte{0x1f, 0x8b, 9}, whole[3:]...), "damaged"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := recording.Read(bytes.NewReader(row.data), "r.csv.gz")
			if err == nil || !strings.Contains(err.Error(), row.want) || !strings.HasPrefix(err.Error(), "recording: r.csv.gz:") {
				t.Errorf("error %v, want one with file, line and %q", err, row.want)
			}
		})
	}
	if r, err := recording.Read(bytes.NewReader(whole), "r.csv"); err != nil || len(r.Columns[0].V) != 5000 {
		t.Errorf("the whole file: %v; gzip must be recognised without its name", err)
	}
	both := append(zipped(t, "t_s,ppg\n0,1\n"), zipped(t, "1,2\n")...)
	if r, err := recording.Read(bytes.NewReader(both), "r.csv.gz"); err != nil || len(r.Columns[0].V) != 2 {
		t.Errorf("two parts, one appended to the other: %v", err)
	}
}

func TestOpenNamesAMissingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.csv")
	if _, err := recording.Open(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want one that names the file", err)
	}
}

// dataDir is where the recordings lie, or a skip.
func dataDir(tb testing.TB) string {
	tb.Helper()
	dir := os.Getenv("HUBD_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		tb.Skipf("no recordings at %s; set HUBD_DATA to their folder", dir)
	}
	return dir
}

func TestEveryRealRecordingIsRead(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(dataDir(t), "*.csv.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no file: %v", err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			r, err := recording.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.Select("", nil, ""); err != nil {
				t.Error(err)
			}
			for i := range r.Columns {
				c := &r.Columns[i]
				if len(c.T) != len(c.V) || c.T[len(c.T)-1] > r.Length {
					t.Errorf("%s: %d times, %d values, last at %v of %v", c.Name, len(c.T), len(c.V), c.T[len(c.T)-1], r.Length)
				}
			}
		})
	}
}

func TestAWholeSessionHasItsTwoRates(t *testing.T) {
	r, err := recording.Open(filepath.Join(dataDir(t), "wesad_s06_session.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.Select("", nil, "")
	if err != nil {
		t.Fatal(err)
	}
	// Rows as gzip -dc counts them: 409,152 with ppg, 25,572 with skin conductance and movement.
	if p, e, m := len(s.Pulse[0].V), len(s.EDA.V), len(s.Motion.V); p != 409_152 || e != 25_572 || m != 25_572 {
		t.Errorf("%d pulse, %d EDA, %d motion values", p, e, m)
	}
	if got, want := r.Length, 6392984375*time.Microsecond; got != want {
		t.Errorf("length %v, want %v", got, want)
	}
}

func BenchmarkOpenSession(b *testing.B) {
	path := filepath.Join(dataDir(b), "wesad_s06_session.csv.gz")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := recording.Open(path); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "t_s,ppg\n", "t_s,ppg\n0,1\n0.004,2\n", "t_s,a.ppg,b.ppg\n0,1,\n1,,2\n", "ppg,t_s\n1,-1\n",
		"t_s,ecg_mv,eda_us\n0,1e-3,4\n1,NaN,4\n", "\ufefft_s,ir\r\n1,2\r\n", "t_s,ppg\n0,0x1p-2\n", "\x1f\x8b", "t_s,ppg\n1e300,1\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := recording.Read(bytes.NewReader(data), "f.csv")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "recording: f.csv") {
				t.Errorf("error without the file's name: %v", err)
			}
			return
		}
		checkRecording(t, r)
	})
}

// checkRecording holds for whatever was read.
func checkRecording(t *testing.T, r *recording.Recording) {
	t.Helper()
	for i := range r.Columns {
		c := &r.Columns[i]
		if len(c.V) == 0 || len(c.T) != len(c.V) {
			t.Fatalf("%s: %d times, %d values", c.Name, len(c.T), len(c.V))
		}
		for j, at := range c.T {
			if at < 0 || at > r.Length || j > 0 && at <= c.T[j-1] {
				t.Fatalf("%s: time %v at %d of a recording of %v", c.Name, at, j, r.Length)
			}
			if v := c.V[j]; v-v != 0 {
				t.Fatalf("%s: value %v at %d", c.Name, v, j)
			}
		}
	}
}
