package sound

import (
	"bytes"
	"encoding/binary"
	"math"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// spoken is a WAV file with a sine of 300 Hz in it.
func spoken(rate, channels int, seconds, peakDB float64) []byte {
	n := int(seconds * float64(rate))
	var pcm []byte
	for i := range n {
		v := math.Pow(10, peakDB/20) * math.Sin(2*math.Pi*300*float64(i)/float64(rate))
		for range channels {
			pcm = binary.LittleEndian.AppendUint16(pcm, uint16(code(v)))
		}
	}
	return wav(rate, channels, 16, 1, pcm)
}

func wav(rate, channels, bits, format int, pcm []byte) []byte {
	le := binary.LittleEndian
	b := []byte("RIFF")
	b = le.AppendUint32(b, uint32(36+len(pcm)))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, uint16(format))
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(rate*channels*bits/8))
	b = le.AppendUint16(b, uint16(channels*bits/8))
	b = le.AppendUint16(b, uint16(bits))
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(len(pcm)))
	return append(b, pcm...)
}

func TestAVoiceIsReadAsItIs(t *testing.T) {
	list := append([]byte("LIST"), 3, 0, 0, 0, 'a', 'b', 'c', 0) // an odd chunk and its padding
	withList := spoken(16000, 1, 1, -6)
	withList = append(withList[:12:12], append(list, withList[12:]...)...)
	extensible := spoken(48000, 2, 1, -6)
	extensible = append(append(append(append([]byte{}, extensible[:16]...), 40, 0, 0, 0, 0xFE, 0xFF), extensible[22:36]...),
		append(append([]byte{22, 0, 16, 0, 3, 0, 0, 0, 1, 0}, make([]byte, 14)...), extensible[36:]...)...)
	rows := []struct {
		name     string
		data     []byte
		rate     int
		channels int
	}{
		{"as hubd plays it", spoken(48000, 2, 1, -6), 48000, 2},
		{"a speech synthesiser's", spoken(22050, 1, 1, -6), 22050, 1},
		{"with the name of its maker", withList, 16000, 1},
		{"in the longer form of the format", extensible, 48000, 2},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r, err := ParseWAV(row.data)
			if err != nil {
				t.Fatal(err)
			}
			if r.rate != row.rate || r.channels != row.channels || r.Length() != time.Second {
				t.Errorf("%d Hz, %d channels, %s", r.rate, r.channels, r.Length())
			}
			want := -6 - 3 + 3 + kOffset + 20*math.Log10(kGain(300)) // a sine's mean is 3 dB below its peak; two channels are 3 dB more
			if math.Abs(r.loudest-want) > 0.2 {
				t.Errorf("%.2f LUFS, want %.2f", r.loudest, want)
			}
		})
	}
}

func TestWhatIsNoVoiceIsRefused(t *testing.T) {
	good := spoken(48000, 1, 0.1, -6)
	cut := func(n int) []byte { return good[:n] }
	without := func(at, n int) []byte { return append(append([]byte{}, good[:at]...), good[at+n:]...) }
	lying := append([]byte{}, good...)
	binary.LittleEndian.PutUint32(lying[40:], 1<<31)
	rows := []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "no WAV file"},
		{"text", []byte("Breathe in, as slowly as you like."), "no WAV file"},
		{"only a head", cut(12), "no data chunk"},
		{"a file that is cut off", cut(1000), "cut off"},
		{"a length beyond the file", lying, "cut off"},
		{"no format", without(12, 24), "data before its format"},
		{"bytes of 8 bits", wav(48000, 1, 8, 1, make([]byte, 100)), "format 1 of 8 bits"},
		{"floating point", wav(48000, 2, 32, 3, make([]byte, 800)), "format 3 of 32 bits"},
		{"six channels", wav(48000, 6, 16, 1, make([]byte, 1200)), "6 channels"},
		{"96 kHz", wav(96000, 2, 16, 1, make([]byte, 400)), "96000 Hz"},
		{"no rate", wav(0, 1, 16, 1, make([]byte, 400)), "0 Hz"},
		{"half a frame", wav(48000, 2, 16, 1, make([]byte, 402)), "no whole frames"},
		{"no frame", wav(48000, 2, 16, 1, nil), "no whole frames"},
		{"silence", wav(48000, 2, 16, 1, make([]byte, 48000)), "nothing but silence"},
		{"three minutes", wav(8000, 1, 16, 1, bytes.Repeat([]byte{1, 2}, 8000*180)), "at most 2m0s"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r, err := ParseWAV(row.data)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%+v, %v: want an error with %q", r, err, row.want)
			}
		})
	}
}

func FuzzParseWAV(f *testing.F) {
	f.Add(spoken(8000, 1, 0.05, -6))
	f.Add(spoken(48000, 2, 0.05, -6))
	f.Add([]byte("RIFF....WAVEfmt "))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseWAV(data)
		if err != nil {
			return
		}
		if r.rate < 8000 || r.rate > Rate || r.Length() <= 0 || r.Length() > maxRecording || math.IsNaN(r.loudest) || math.IsInf(r.loudest, 0) {
			t.Fatalf("%d Hz, %s, %g LUFS", r.rate, r.Length(), r.loudest)
		}
		for i := range 100 {
			l, rr := r.at(float64(i) * float64(r.frames()) / 90)
			if math.Abs(l) > 3 || math.Abs(rr) > 3 {
				t.Fatalf("frame %d is %g, %g", i, l, rr)
			}
		}
	})
}

// write writes a file and gives its path.
func write(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOnlyAnOrdinaryFileOfAVoiceIsRead(t *testing.T) {
	dir := t.TempDir()
	big := write(t, dir, "big.wav", nil)
	if err := os.Truncate(big, maxRecordingBytes+1); err != nil {
		t.Fatal(err)
	}
	pipe := fifo(t) // nobody writes to it: to open it as a file is would wait for ever
	rows := []struct{ name, path, want string }{
		{"more than 16 MB", big, "larger than the 16 MB"},
		{"a folder", dir, "this is a folder"},
		{"a named pipe", pipe, "this is a named pipe"},
		{"a device", "/dev/zero", "this is a device"},
		{"nothing", filepath.Join(dir, "none.wav"), "no such file"},
		{"a text", write(t, dir, "text.wav", []byte("Breathe in, as slowly as you like.")), "no WAV file"},
		{"a voice", write(t, dir, "good.wav", spoken(48000, 1, 0.5, -6)), ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r, err := OpenRecording(row.path)
			switch {
			case row.want == "" && (err != nil || r.Length() != 500*time.Millisecond):
				t.Errorf("%v, %v", r, err)
			case row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), row.path)):
				t.Errorf("%v, want %q of %s", err, row.want, row.path)
			}
		})
	}
}

func TestASocketIsNoVoice(t *testing.T) {
	dir, err := os.MkdirTemp("", "hubd") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("unix", filepath.Join(dir, "v"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := OpenRecording(filepath.Join(dir, "v")); err == nil || !strings.Contains(err.Error(), "this is a socket") {
		t.Errorf("%v", err)
	}
}

func TestTheHeadOfAFileSaysWhatFollows(t *testing.T) {
	pcm := bytes.Repeat([]byte{1, 2, 3, 4}, 5000)
	r, err := ParseWAV(append(WAVHeader(5000), pcm...))
	if err != nil {
		t.Fatal(err)
	}
	if r.rate != Rate || r.channels != 2 || !bytes.Equal(r.pcm, pcm) {
		t.Errorf("%d Hz, %d channels, %d bytes", r.rate, r.channels, len(r.pcm))
	}
}

func TestBetweenTwoFramesASlowWaveIsMet(t *testing.T) {
	r, err := ParseWAV(spoken(22050, 1, 1, -6))
	if err != nil {
		t.Fatal(err)
	}
	for i := 100.0; i < 20000; i += 37.7 {
		got, _ := r.at(i)
		want := math.Pow(10, -6.0/20) * math.Sin(2*math.Pi*300*i/22050)
		if math.Abs(got-want) > 2e-4 {
			t.Fatalf("at frame %g: %g, want %g", i, got, want)
		}
	}
}
