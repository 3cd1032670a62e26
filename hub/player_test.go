package hub

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"hubd/config"
	"hubd/dsp"
	"hubd/internal/waiting"
	"hubd/mqtt"
	"hubd/mqtt/device"
	"hubd/pipeline"
	"hubd/room"
	"hubd/sound"
)

func TestAPlayersCommandIsAListOfWords(t *testing.T) {
	aplay := "aplay|--quiet|--file-type=raw|--format=S16_LE|--rate=48000|--channels=2|--buffer-time=200000|--period-time=50000"
	pwcat := "pw-cat|--playback|--format=s16|--rate=48000|--channels=2|--latency=100ms"
	rows := []struct {
		name   string
		player config.Player
		raw    bool
		want   string
	}{
		{"aplay on its own choice", config.Player{Kind: config.Aplay}, false, aplay + "|-"},
		{"a device with words of a shell in it stays one word", config.Player{Kind: config.Aplay, Device: "hw:0; rm -rf $HOME"}, false,
			aplay + "|--device=hw:0; rm -rf $HOME|-"},
		{"pw-cat", config.Player{Kind: config.PwCat, Device: "alsa_output.usb"}, false, pwcat + "|--target=alsa_output.usb|-"},
		{"a pw-cat that wants to be told what comes", config.Player{Kind: config.PwCat}, true, pwcat + "|--raw|-"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := strings.Join(playerCommand(row.player, row.raw), "|"); got != row.want {
				t.Errorf("%s\nwant %s", got, row.want)
			}
		})
	}
}

func TestOnlyAPlayerThatTakesPCMIsOpened(t *testing.T) {
	for kind, want := range map[config.PlayerKind]bool{
		config.NoPlayer: false, "": false, config.MQTTPlayer: false, config.Aplay: true, config.PwCat: true, config.NamedPipe: true,
	} {
		if got := openPlayer(config.Player{Kind: kind, Device: "/nowhere"}) != nil; got != want {
			t.Errorf("%q is opened: %v", kind, got)
		}
	}
	if _, err := openPlayer(config.Player{Kind: config.NamedPipe, Device: "/nowhere/pipe"})(); err == nil {
		t.Error("a pipe that is not there was opened")
	}
}

func TestAPlayerProcessIsStartedOnceAtATime(t *testing.T) {
	open := startPlayer(func() []string { return []string{"sleep", "600"} })
	first, err := open()
	if err != nil {
		t.Skip("no sleep here")
	}
	if _, err := open(); err == nil || !strings.Contains(err.Error(), "has not ended") {
		t.Errorf("a second one beside it: %v", err)
	}
	if err := first.close(); err != nil {
		t.Fatal(err)
	}
	<-first.ended
	second, err := open()
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	if err := second.close(); err != nil {
		t.Fatal(err)
	}
	<-second.ended
}

// told is a broker's side of a media player.
type told struct {
	messages []string
	patient  []bool
	refuses  error
}

func (b *told) send(m mqtt.Message, deadline time.Time, _ func()) error {
	if b.refuses != nil {
		return b.refuses
	}
	b.messages = append(b.messages, m.Topic+" "+string(m.Payload))
	b.patient = append(b.patient, deadline.IsZero())
	return nil
}

func newMedia(t *testing.T, b *told, said *waiting.Text) *media {
	t.Helper()
	codec, err := device.NewPlayer(device.PlayerOptions{
		VolumeTopic: "v", Volume: "{{.Percent}}", PlayTopic: "p", Play: "{{.Bed}}", StopTopic: "s", Stop: "STOP", TopPercent: 50, CapDB: -20,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &media{log: logTo(said), codec: codec, send: b.send, volume: sound.NewVolume()}
}

func TestAMediaPlayerFollowsTheRoom(t *testing.T) {
	b, said := &told{}, &waiting.Text{}
	m := newMedia(t, b, said)
	now := time.Duration(0)
	pass := func(d time.Duration) {
		for end := now + d; now < end; now += tickEvery {
			m.tick(now, -20)
		}
	}
	m.cue(noise(-40), -20)
	pass(20 * time.Second)
	if want := []string{"v 0", "p noise"}; !slices.Equal(b.messages[:2], want) {
		t.Errorf("it begins with %v, want %v", b.messages[:2], want)
	}
	if last := b.messages[len(b.messages)-1]; last != "v 5" {
		t.Errorf("it comes to %q, want a tenth of the volume at the cap", last)
	}
	for i := 1; i < len(b.messages); i++ {
		if b.patient[i] {
			t.Errorf("%q waits for the broker however long", b.messages[i])
		}
	}
	n := len(b.messages)
	m.cue(room.Cue{Reason: "pause"}, -20)
	pass(time.Second)
	all := b.messages[n:]
	if last := all[len(all)-1]; last != "s STOP" || !b.patient[len(b.patient)-1] {
		t.Errorf("a pause ends with %v: want a stop that waits for the broker", all)
	}
	m.cue(noise(-40), -20)
	pass(5 * time.Second)
	m.stop()
	if last := b.messages[len(b.messages)-1]; last != "s STOP" {
		t.Errorf("when hubd ends the last word is %q", last)
	}
}

func TestABrokerThatTakesNothingIsToldOnce(t *testing.T) {
	b, said := &told{refuses: errors.New("queue full")}, &waiting.Text{}
	m := newMedia(t, b, said)
	m.cue(noise(-40), -20)
	for now := time.Duration(0); now < 10*time.Second; now += tickEvery {
		m.tick(now, -20)
	}
	said.Wants(t, 1, "the player was not told")
}

// listener is the room's sound in a core that a test owns.
type listener struct {
	cues  []room.Cue
	caps  []float64
	ticks int
	most  float64
}

func (l *listener) cue(c room.Cue, capDB float64) {
	l.cues, l.caps = append(l.cues, c), append(l.caps, capDB)
}
func (l *listener) tick(_ time.Duration, capDB float64) {
	l.ticks++
	l.most = capDB
}

func TestThePlayerGetsEachCueWholeAlsoOfAPrivateSession(t *testing.T) {
	b := newBench(t, func(o *pipeline.Options) {
		o.Room.Scenes = map[string]room.Scene{"base": {Sound: room.Sound{Bed: "rain", LevelDB: dsp.Some(-30)}, Pace: room.Pace{BreathsPerMin: 6}}}
	})
	l := &listener{}
	b.core.sound = l
	b.at(tickEvery)
	b.ask(start("a", room.Together))
	b.ask(start("b", room.Together))
	for now := tickEvery; now < 30*time.Second; now += tickEvery {
		b.at(now)
	}
	last := l.cues[len(l.cues)-1]
	if last.Sound.Bed != "rain" || last.Scene != "base" || last.Pace.BreathsPerMin != 6 || l.caps[0] != -20 {
		t.Errorf("it got %+v at a cap of %g", last, l.caps[0])
	}
	n := len(l.cues)
	b.ask(pauseAll())
	if len(l.cues) == n || l.cues[len(l.cues)-1].Sound != (room.Sound{}) {
		t.Error("the step that pauses does not silence the player")
	}
	n = len(l.cues)
	b.ask(pipeline.Command{Name: pipeline.CommandVolumeCap, Origin: fromSocket, Number: -50})
	if len(l.cues) != n || l.most != -50 {
		t.Errorf("in a silent room it is told a cap of %g with %d Cues, want −50 with none", l.most, len(l.cues)-n)
	}
	if l.ticks < 500 {
		t.Errorf("it was told %d times that the room is at work", l.ticks)
	}
}

func TestWhatIsWiredForSound(t *testing.T) {
	const template = "template: {volume_topic: v, volume: '{{.Percent}}', play_topic: p, play: '{{.Bed}}', stop_topic: s, stop: STOP}"
	rows := []struct {
		name, sound string
		speed       float64
		want        string
	}{
		{"no player", "", 1, "nothing"},
		{"a pipe", "  sound: {player: pipe, device: /run/x}", 1, "feeder"},
		{"in a hurry nothing is heard", "  sound: {player: pipe, device: /run/x}", 2, "nothing"},
		{"a media player", "  sound: {player: mqtt, " + template + "}", 1, "media"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			p := built(t, couple("", "", "  private: false\n"+row.sound))
			p.pacer, p.speed = newPatientPacer(row.speed), row.speed
			l, err := newLive(p)
			if err != nil {
				t.Fatal(err)
			}
			got := "nothing"
			switch l.core.sound.(type) {
			case *loud:
				got = "feeder"
			case *media:
				got = "media"
			}
			if got != row.want || (l.feeder != nil) != (row.want == "feeder") {
				t.Errorf("%s is wired, want %s", got, row.want)
			}
		})
	}
}

func TestARenderedSceneIsAFileOfTheRightLengthAndLoudness(t *testing.T) {
	c, err := config.Parse("config.yaml", []byte(couple("", "", `  scenes:
    sea: {sound: {bed: rain, level_db: -33, swell_db: 6, hum_hz: 110}, pace: {breaths_per_min: 7}}
    still: {sound: {bed: none}}
`)))
	if err != nil {
		t.Fatal(err)
	}
	path := t.TempDir() + "/sea.wav"
	o := RenderOptions{Config: c, Scene: "sea", Length: time.Minute, File: path}
	r, err := Render(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Length != time.Minute || r.LUFS > -33 || r.LUFS < -37 || r.PeakDBFS > -15 {
		t.Errorf("%+v", r)
	}
	again := path + ".2.wav"
	o.File = again
	if _, err := Render(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if a, b := read(t, path), read(t, again); len(a) != 44+60*48000*4 || !bytes.Equal(a, b) {
		t.Errorf("%d and %d bytes, the same %v", len(a), len(b), bytes.Equal(a, b))
	}
	for scene, want := range map[string]string{"still": "is silent", "nowhere": "there is no scene", "pause": "is silent"} {
		o.Scene = scene
		var wrong SceneError
		if _, err := Render(t.Context(), o); !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", scene, err, want)
		}
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
