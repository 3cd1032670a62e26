package sound

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"syscall"
	"time"
)

// The bounds of a recording that is to be mixed in.
const (
	maxRecordingBytes = 16 << 20
	maxRecording      = 2 * time.Minute
)

// Recording is a spoken voice: PCM of 16 bits, one or two channels.
type Recording struct {
	pcm      []byte
	rate     int // frames per second, 8000…48000
	channels int
	loudest  float64 // LUFS of its loudest 400 ms
	peak     float64 // highest value of a sample, 1 being full scale
}

// Length is how long it lasts.
func (r *Recording) Length() time.Duration {
	return time.Duration(r.frames()) * time.Second / time.Duration(r.rate)
}

// voiceCrestDB is how far the peaks of a voice may stand above the loudness of its loudest 400 ms. Speech has 10 to 17 dB; one with more
// is a recording of a knock, and played so softly that its peaks are inside.
const voiceCrestDB = 20.0

// gain is the amplitude factor that makes it no louder than most, LUFS, nor than it was recorded.
func (r *Recording) gain(most float64) float64 {
	return min(1, amplitude(fromDB(most-r.loudest)), amplitude(fromDB(most+voiceCrestDB))/r.peak)
}

// tail is 1, and goes to 0 at the end.
func (r *Recording) tail(frame float64) float64 {
	return min(1, (float64(r.frames())-frame)/(voiceTail.Seconds()*float64(r.rate)))
}

func (r *Recording) frames() int { return len(r.pcm) / (2 * r.channels) }

// ErrTooBig says that a file is larger than a voice may be.
var ErrTooBig = fmt.Errorf("larger than the %d MB that a voice may have", maxRecordingBytes>>20)

// OpenRecording reads a WAV file. Only an ordinary file is opened, and without waiting: a pipe has no end, and a device may do something.
func OpenRecording(path string) (*Recording, error) {
	if err := ordinary(os.Stat(path)); err != nil {
		return nil, fmt.Errorf("sound: voice %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("sound: voice %s: %w", path, bare(err))
	}
	defer f.Close()
	if err := ordinary(f.Stat()); err != nil { // it may have become another since
		return nil, fmt.Errorf("sound: voice %s: %w", path, err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxRecordingBytes+1))
	if err != nil {
		return nil, fmt.Errorf("sound: voice %s: %w", path, bare(err))
	}
	if len(data) > maxRecordingBytes { // it grew
		return nil, fmt.Errorf("sound: voice %s: %w", path, ErrTooBig)
	}
	r, err := ParseWAV(data)
	if err != nil {
		return nil, fmt.Errorf("sound: voice %s: %w", path, err)
	}
	return r, nil
}

// ordinary refuses what is no ordinary file, or too large a one.
func ordinary(info fs.FileInfo, err error) error {
	switch {
	case err != nil:
		return bare(err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("this is a %s: wanted is an ordinary file", kindOf(info.Mode()))
	case info.Size() > maxRecordingBytes:
		return ErrTooBig
	}
	return nil
}

func kindOf(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "folder"
	case m&fs.ModeNamedPipe != 0:
		return "named pipe"
	case m&fs.ModeSocket != 0:
		return "socket"
	}
	return "device"
}

// bare is a file's error without the path, which is told already.
func bare(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

const wantedWAV = "wanted is PCM of 16 bits, one or two channels, 8000 to 48000 Hz; sox IN -b 16 -r 48000 OUT.wav makes it"

// The numbers of a WAV file's fmt chunk that mean PCM.
const (
	formatPCM        = 1
	formatExtensible = 0xFFFE // the real format stands 24 bytes into the chunk
)

// ParseWAV reads a whole WAV file: strictly, since noise that was no sound would be loud.
func ParseWAV(data []byte) (*Recording, error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WAVE" {
		return nil, errors.New("this is no WAV file: " + wantedWAV)
	}
	var r *Recording
	for at := 12; at+8 <= len(data); {
		name, said := string(data[at:at+4]), int64(binary.LittleEndian.Uint32(data[at+4:]))
		at += 8
		if said > int64(len(data)-at) {
			return nil, fmt.Errorf("chunk %q says it has %d bytes, and %d are left: the file is cut off, or was written without its length", name, said, len(data)-at)
		}
		size := int(said)
		body := data[at : at+size]
		at += size + size%2
		switch {
		case name == "fmt " && r == nil:
			var err error
			if r, err = parseFormat(body); err != nil {
				return nil, err
			}
		case name == "fmt ":
			return nil, errors.New("two fmt chunks: " + wantedWAV)
		case name == "data" && r == nil:
			return nil, errors.New("data before its format: " + wantedWAV)
		case name == "data":
			return r.take(body)
		}
	}
	return nil, errors.New("there is no data chunk: " + wantedWAV)
}

func parseFormat(b []byte) (*Recording, error) {
	if len(b) < 16 {
		return nil, fmt.Errorf("the fmt chunk has %d bytes: %s", len(b), wantedWAV)
	}
	le := binary.LittleEndian
	format, channels, rate, align, bits := le.Uint16(b), int(le.Uint16(b[2:])), le.Uint32(b[4:]), int(le.Uint16(b[12:])), le.Uint16(b[14:])
	if format == formatExtensible && len(b) >= 26 {
		format = le.Uint16(b[24:])
	}
	switch {
	case format != formatPCM || bits != 16:
		return nil, fmt.Errorf("format %d of %d bits: %s", format, bits, wantedWAV)
	case channels < 1 || channels > 2 || align != 2*channels:
		return nil, fmt.Errorf("%d channels in %d bytes: %s", channels, align, wantedWAV)
	case rate < 8000 || rate > Rate:
		return nil, fmt.Errorf("%d Hz: %s", rate, wantedWAV)
	}
	return &Recording{rate: int(rate), channels: channels}, nil
}

// take takes the samples and measures how loud they are.
func (r *Recording) take(pcm []byte) (*Recording, error) {
	r.pcm = pcm
	switch {
	case len(pcm) == 0 || len(pcm)%(2*r.channels) != 0:
		return nil, fmt.Errorf("%d bytes are no whole frames: %s", len(pcm), wantedWAV)
	case r.Length() > maxRecording:
		return nil, fmt.Errorf("it lasts %s: wanted are at most %s", r.Length().Round(time.Second), maxRecording)
	}
	m := NewMeter()
	for i := range int(int64(r.frames()) * Rate / int64(r.rate)) {
		left, right := r.at(float64(i) * float64(r.rate) / Rate)
		r.peak = max(r.peak, math.Abs(left), math.Abs(right))
		m.Add(left, right)
	}
	for range stepFrames * blockSteps { // so that a short one has a whole block
		m.Add(0, 0)
	}
	loudest, some := m.Loudest()
	if !some {
		return nil, errors.New("there is nothing but silence in it")
	}
	r.loudest = loudest
	return r, nil
}

// at is the sound between two frames: a cubic through the four around it (Catmull–Rom).
func (r *Recording) at(frame float64) (left, right float64) {
	i := int(frame)
	x := frame - float64(i)
	if x == 0 {
		return r.sample(i, 0), r.sample(i, r.channels-1)
	}
	return r.between(i, x, 0), r.between(i, x, r.channels-1)
}

func (r *Recording) between(i int, x float64, channel int) float64 {
	a, b, c, d := r.sample(i-1, channel), r.sample(i, channel), r.sample(i+1, channel), r.sample(i+2, channel)
	return b + x/2*(c-a+x*(2*a-5*b+4*c-d+x*(3*(b-c)+d-a)))
}

// sample is 0 outside the recording.
func (r *Recording) sample(frame, channel int) float64 {
	if frame < 0 || frame >= r.frames() {
		return 0
	}
	return float64(int16(binary.LittleEndian.Uint16(r.pcm[2*(frame*r.channels+channel):]))) / full
}

// WAVHeader is the head of a WAV file with so many frames of this package's format.
func WAVHeader(frames int) []byte {
	le := binary.LittleEndian
	h := make([]byte, 44)
	bytes := uint32(frames * frameBytes)
	copy(h, "RIFF")
	le.PutUint32(h[4:], 36+bytes)
	copy(h[8:], "WAVEfmt ")
	le.PutUint32(h[16:], 16)
	le.PutUint16(h[20:], formatPCM)
	le.PutUint16(h[22:], 2)
	le.PutUint32(h[24:], Rate)
	le.PutUint32(h[28:], Rate*frameBytes)
	le.PutUint16(h[32:], frameBytes)
	le.PutUint16(h[34:], 16)
	copy(h[36:], "data")
	le.PutUint32(h[40:], bytes)
	return h
}
