package hub_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hubd/sound"
)

// What scripts/test-sound.sh runs: hubd as it is, real players, and what comes out at their far end. HUBD_SOUND holds the folder for
// what was heard; without it there is nothing to run on.

// far is the far end of a player: a raw file that grows as sound is heard.
type far struct {
	t    *testing.T
	path string
}

func (f far) size() int64 {
	info, err := os.Stat(f.path)
	if err != nil {
		return 0
	}
	return info.Size() &^ 3
}

// from is what was heard from some byte on.
func (f far) from(at int64) []byte {
	f.t.Helper()
	file, err := os.Open(f.path)
	if err != nil {
		f.t.Fatal(err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.NewSectionReader(file, at, 1<<30))
	if err != nil {
		f.t.Fatal(err)
	}
	return data[:len(data)&^3]
}

// awaits waits until so much more was heard.
func (f far) awaits(d time.Duration) {
	f.t.Helper()
	want := f.size() + int64(d.Seconds()*sound.Rate)*4
	await(f.t, d.String()+" of sound at the far end", soon, func() bool { return f.size() >= want })
}

// loudness is that of the newest sound heard.
func (f far) loudness(d time.Duration) float64 {
	n := int64(d.Seconds()*sound.Rate) * 4
	m := sound.NewMeter()
	m.AddPCM(f.from(max(0, f.size()-n)))
	if v, ok := m.Integrated(); ok {
		return v
	}
	return math.Inf(-1)
}

// lastSound is when, after some byte, there was last anything but silence.
func lastSound(pcm []byte) time.Duration {
	for i := len(pcm) - 2; i >= 0; i -= 2 {
		if v := int16(binary.LittleEndian.Uint16(pcm[i:])); v > 1 || v < -1 { // a client may dither
			return time.Duration(i/4) * time.Second / sound.Rate
		}
	}
	return 0
}

// runs starts a program that ends with the test.
func runs(t *testing.T, env []string, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		_ = cmd.Wait()
	})
}

// soundHub starts hubd with a player and a session that plays noise at −42.
func soundHub(t *testing.T, env []string, player string) (hubd func(args ...string)) {
	t.Helper()
	dir := t.TempDir()
	config := fmt.Sprintf(`
hub: {id: bedroom}
buses: {main: {i2c: "1"}}
chips: {adc: {kind: ads1115, bus: main, address: 0x48}}
wearers:
  - id: a
    share: none
    pulse: {chip: adc, channel: 0, kind: ppg}
    eda: {chip: adc, channel: 1, kind: grove}
    comfort: {steady: false}
room: {sound: %s}
history: {path: state/history.db}
web: {listen: none}
log: {level: warn}
`, player)
	file, socket := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "sock")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	runs(t, env, os.Getenv("HUBD_BINARY"), "run", "--simulate", "rest", "--config", file, "--socket", socket)
	await(t, "hubd's socket", soon, func() bool { _, err := os.Stat(socket); return err == nil })
	return func(args ...string) {
		t.Helper()
		if out, err := exec.Command(os.Getenv("HUBD_BINARY"), append(args, "--socket", socket)...).CombinedOutput(); err != nil {
			t.Fatalf("hubd %s: %v: %s", strings.Join(args, " "), err, out)
		}
	}
}

// bears is what every player has to bear: the scene's loudness, a pause in time, and the sound again.
func bears(t *testing.T, f far, hubd func(args ...string)) {
	t.Helper()
	hubd("start", "alone", "--wearer", "a")
	await(t, "sound", soon, func() bool { return f.size() > 0 && f.loudness(2*time.Second) > -44 })
	f.awaits(12 * time.Second)
	level := f.loudness(8 * time.Second)
	if math.Abs(level+42) > 0.7 {
		t.Errorf("%.2f LUFS at the far end, want −42", level)
	}
	paused := f.size()
	hubd("pause")
	f.awaits(4 * time.Second)
	silent := lastSound(f.from(paused))
	t.Logf("%.2f LUFS at the far end; silent %.2f s after the pause was typed", level, silent.Seconds())
	if silent > 2*time.Second {
		t.Errorf("silent %s after the pause", silent)
	}
	hubd("resume", "--wearer", "a")
	await(t, "sound after the pause", soon, func() bool { return f.loudness(time.Second) > -48 })
}

func folder(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("HUBD_SOUND")
	if dir == "" || os.Getenv("HUBD_BINARY") == "" {
		t.Skip("scripts/test-sound.sh runs this")
	}
	return dir
}

// snapcast starts a server that reads a pipe, and a client that writes what is heard.
func snapcast(t *testing.T, dir, heard string) (pipe string) {
	t.Helper()
	home := t.TempDir()
	pipe = filepath.Join(home, "hubd")
	port := fmt.Sprint(freePort(t))
	runs(t, []string{"HOME=" + home}, "snapserver", "--config", "/dev/null", "--http.enabled=0", "--tcp.enabled=0", "--stream.port", port,
		"--stream.source", "pipe://"+pipe+"?name=hubd&mode=create&sampleformat=48000:16:2&codec=pcm", "--logsink", "null")
	await(t, "snapserver's pipe", soon, func() bool { _, err := os.Stat(pipe); return err == nil })
	runs(t, []string{"HOME=" + home}, "snapclient", "-h", "127.0.0.1", "-p", port, "--hostID", "hubd-test",
		"--player", "file:filename="+filepath.Join(dir, heard), "--logsink", "null")
	return pipe
}

func TestSoundThroughSnapcast(t *testing.T) {
	dir := folder(t)
	pipe := snapcast(t, dir, "snapcast.raw")
	f := far{t, filepath.Join(dir, "snapcast.raw")}
	f.awaits(time.Second)
	bears(t, f, soundHub(t, nil, "{player: pipe, device: "+pipe+"}"))
}

func TestSoundThroughAplay(t *testing.T) {
	dir := folder(t)
	conf, heard := filepath.Join(dir, "asound.conf"), filepath.Join(dir, "aplay.raw")
	text := fmt.Sprintf("pcm.hubdtest { type file slave.pcm { type null } file %q format raw }\n", heard)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	bears(t, far{t, heard}, soundHub(t, []string{"ALSA_CONFIG_PATH=" + conf}, "{player: aplay, device: hubdtest}"))
}

// What goes into the pipe comes out of Snapcast frame by frame: nothing is lost, doubled or moved by half a frame.
func TestSoundThroughSnapcastIsBitForBit(t *testing.T) {
	dir := folder(t)
	pipe := snapcast(t, dir, "exact.raw")
	f := far{t, filepath.Join(dir, "exact.raw")}
	f.awaits(time.Second)
	var o *sound.Output
	await(t, "snapserver reading its pipe", soon, func() bool {
		var err error
		o, err = sound.OpenPipe(pipe)
		return err == nil
	})
	defer o.Close()
	// A ramp that says of each frame where it stands.
	const blocks = 400
	block := make([]byte, sound.BlockBytes)
	for b := range blocks {
		for i := range sound.BlockFrames {
			n := b*sound.BlockFrames + i
			binary.LittleEndian.PutUint16(block[4*i:], uint16(n%30000+1000))
			binary.LittleEndian.PutUint16(block[4*i+2:], uint16(n/30000+1000))
		}
		if err := o.Write(block, within); err != nil {
			t.Fatal(err)
		}
	}
	f.awaits(3 * time.Second)
	in, broken, last := 0, 0, -1
	for pcm := f.from(0); len(pcm) >= 4; pcm = pcm[4:] {
		l, r := int(binary.LittleEndian.Uint16(pcm)), int(binary.LittleEndian.Uint16(pcm[2:]))
		if l == 0 && r == 0 {
			continue
		}
		n := l - 1000 + (r-1000)*30000
		if n != last+1 {
			broken++
		}
		last, in = n, in+1
	}
	t.Logf("%d of %d frames came through, with %d places where they do not follow each other", in, blocks*sound.BlockFrames, broken)
	// Snapclient plays in time by leaving out or doubling single frames; a whole block that is lost would be 960.
	if lost := blocks*sound.BlockFrames - in; lost > 480 || lost < -480 || broken > 100 {
		t.Errorf("%d frames are missing, %d places broken", lost, broken)
	}
}
