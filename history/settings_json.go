package history

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

// settingsVersion is the form of settings.json. A file of another version is not guessed at.
const settingsVersion = 1

// The file is one JSON object in one line. Its last key is the SHA-256 of all bytes before it, so that a person can read the
// file and no damaged byte is ever taken for a setting.
const (
	sealBegin = `,"sha256":"`
	sealEnd   = "\"}\n"
	sealSize  = len(sealBegin) + 2*sha256.Size + len(sealEnd)
)

type settingsJSON struct {
	Version   int                     `json:"version"`
	Salt      []byte                  `json:"salt,omitempty"` // of masks; absent: nothing is sealed
	Wearers   []wearerJSON            `json:"wearers"`
	Baselines map[string][]minuteJSON `json:"baselines"` // by wearer id; absent: nothing known
	Room      roomJSON                `json:"room"`
}

type wearerJSON struct {
	ID              string       `json:"id"`
	Paused          bool         `json:"paused"`
	Share           string       `json:"share"`
	Keep            string       `json:"keep"`
	Cues            bool         `json:"cues"`
	ShareFollows    bool         `json:"share_follows"` // nobody lowered it: the config's counts
	KeepFollows     bool         `json:"keep_follows"`
	CuesFollow      bool         `json:"cues_follow"`
	OpenCircuit     *float64     `json:"open_circuit"`         // ratio
	SkinScale       *float64     `json:"skin_scale,omitempty"` // ratio; absent in files of a hubd that did not know it
	Comfort         *comfortJSON `json:"comfort,omitempty"`    // besides the config's; absent: nothing
	ResonancePerMin *float64     `json:"resonance_per_min"`
	Sealed          [][]byte     `json:"sealed,omitempty"` // the body, once for each seal
}

// comfortJSON is what a wearer wants to be spared besides the config's.
type comfortJSON struct {
	Never      []string `json:"never"`
	LightFloor float64  `json:"light_floor"` // percent
	Steady     bool     `json:"steady"`
	Unasked    bool     `json:"unasked"`
}

func comfortForm(s pipeline.Spares) *comfortJSON {
	if s.Equal(pipeline.Spares{}) {
		return nil
	}
	return &comfortJSON{Never: s.Never, LightFloor: s.LightFloor, Steady: s.Steady, Unasked: s.Unasked}
}

func (c *comfortJSON) spares() (s pipeline.Spares, err error) {
	if c == nil {
		return s, nil
	}
	for _, word := range c.Never {
		if !room.KnownNever(word) {
			return s, fmt.Errorf("comfort names %q", word)
		}
	}
	if !(c.LightFloor >= 0 && c.LightFloor <= pipeline.MostFloor) {
		return s, fmt.Errorf("comfort has a light floor of %g %%", c.LightFloor)
	}
	return pipeline.Spares{Never: c.Never, LightFloor: c.LightFloor, Steady: c.Steady, Unasked: c.Unasked}, nil
}

type minuteJSON struct {
	Day             int32    `json:"day"` // since 1970-01-01; 0: the clock was not set
	Declared        bool     `json:"declared"`
	LnRMSSD         *float64 `json:"ln_rmssd_ms"`
	RSALn           *float64 `json:"rsa_ln_ms2"`
	HeartRate       *float64 `json:"heart_rate_bpm"`
	SCRPerMin       *float64 `json:"scr_per_min"`
	SCL             *float64 `json:"scl_microsiemens"`
	BreathingPerMin *float64 `json:"breathing_per_min"`
}

type roomJSON struct {
	Open  bool       `json:"open"`
	Lamps []lampJSON `json:"lamps"`
}

type lampJSON struct {
	ID         string   `json:"id"`
	On         bool     `json:"on"`
	Brightness *float64 `json:"brightness_percent"`
	Kelvin     *float64 `json:"kelvin"`

	AskedPercent *[2]float64 `json:"asked_percent"` // from and to; absent: nothing was asked
	AskedKelvin  *[2]float64 `json:"asked_kelvin"`
}

// pointer and maybe carry an absent number through JSON as null.
func pointer(m dsp.Maybe) *float64 {
	if !m.Known || math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
		return nil
	}
	return &m.Value
}

func maybe(p *float64) dsp.Maybe {
	if p == nil {
		return dsp.Maybe{}
	}
	return dsp.Some(*p)
}

// ends and span carry a range through JSON, an absent one as null.
func ends(s room.Span) *[2]float64 {
	if !s.Known || math.IsNaN(s.Low+s.High) || math.IsInf(s.Low, 0) || math.IsInf(s.High, 0) {
		return nil
	}
	return &[2]float64{s.Low, s.High}
}

func span(p *[2]float64) room.Span {
	if p == nil {
		return room.Span{}
	}
	return room.Span{Known: true, Low: p[0], High: p[1]}
}

// settingsForm is how settings stand in a file that is not sealed.
func settingsForm(s pipeline.Settings) settingsJSON {
	out := settingsJSON{Version: settingsVersion, Wearers: []wearerJSON{}, Baselines: map[string][]minuteJSON{}}
	for _, w := range s.Wearers {
		out.Wearers = append(out.Wearers, wearerJSON{
			ID: w.Wearer, Paused: w.Paused, Share: w.Share.String(), Keep: w.Keep.String(), Cues: w.Cues,
			ShareFollows: w.ShareFollows, KeepFollows: w.KeepFollows, CuesFollow: w.CuesFollow,
			OpenCircuit: pointer(w.OpenCircuit), SkinScale: pointer(w.SkinScale), ResonancePerMin: pointer(w.ResonancePace), Comfort: comfortForm(w.Spares),
		})
		if len(w.Baseline.Minutes) > 0 {
			out.Baselines[w.Wearer] = minutesJSON(w.Baseline)
		}
	}
	out.Room = roomJSON{Open: s.Room.Open, Lamps: []lampJSON{}}
	for _, l := range s.Room.Lamps {
		out.Room.Lamps = append(out.Room.Lamps, lampJSON{
			ID: l.Lamp, On: l.On, Brightness: pointer(l.Brightness), Kelvin: pointer(l.Kelvin),
			AskedPercent: ends(l.AskedBrightness), AskedKelvin: ends(l.AskedKelvin),
		})
	}
	return out
}

func minutesJSON(b regulation.Baseline) []minuteJSON {
	all := make([]minuteJSON, len(b.Minutes))
	for i, m := range b.Minutes {
		all[i] = minuteJSON{
			Day: m.Day, Declared: m.Declared, LnRMSSD: pointer(m.LnRMSSD), RSALn: pointer(m.RSALn), HeartRate: pointer(m.HeartRate),
			SCRPerMin: pointer(m.SCRPerMin), SCL: pointer(m.SCL), BreathingPerMin: pointer(m.Breathing),
		}
	}
	return all
}

func seal[T settingsJSON | baselinesJSON](v T) ([]byte, error) {
	head, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("history: encode settings: %w", err)
	}
	head = head[:len(head)-1] // the closing brace comes after the checksum
	sum := sha256.Sum256(head)
	data := append(head, sealBegin...)
	data = hex.AppendEncode(data, sum[:])
	return append(data, sealEnd...), nil
}

// unseal checks the end of a file and gives the object without it.
func unseal(data []byte) ([]byte, error) {
	at := len(data) - sealSize
	if at < 1 || !bytes.HasPrefix(data[at:], []byte(sealBegin)) || !bytes.HasSuffix(data, []byte(sealEnd)) {
		return nil, errors.New("history: settings are cut off or damaged")
	}
	sum := sha256.Sum256(data[:at])
	written := data[at+len(sealBegin) : len(data)-len(sealEnd)]
	if !bytes.Equal(hex.AppendEncode(nil, sum[:]), written) {
		return nil, errors.New("history: settings are damaged: their checksum is wrong")
	}
	return append(bytes.Clone(data[:at]), '}'), nil
}

// DecodeSettings reads a settings file. Bytes that were not written by this version of hubd, whole and unchanged, are an error.
func DecodeSettings(data []byte) (pipeline.Settings, error) {
	s, _, err := decodeSettings(data)
	return s, err
}

// decodeSettings gives the settings, and the form that they are in.
func decodeSettings(data []byte) (s pipeline.Settings, in settingsJSON, err error) {
	object, err := unseal(data)
	if err != nil {
		return s, in, err
	}
	if err := strict(object, &in); err != nil {
		return s, in, fmt.Errorf("history: settings are damaged: %w", err)
	}
	if in.Version != settingsVersion {
		return s, in, fmt.Errorf("history: settings have version %d, this hubd reads %d", in.Version, settingsVersion)
	}
	if s, err = in.settings(); err != nil {
		return pipeline.Settings{}, in, fmt.Errorf("history: settings are damaged: %w", err)
	}
	return s, in, nil
}

func strict(data []byte, v *settingsJSON) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the end")
	}
	return nil
}

func (in settingsJSON) settings() (pipeline.Settings, error) {
	var s pipeline.Settings
	for _, w := range in.Wearers {
		share, ok := pipeline.ParseShare(w.Share)
		keep, okKeep := pipeline.ParseKeep(w.Keep)
		if _, twice := s.Wearer(w.ID); w.ID == "" || twice || !ok || !okKeep {
			return s, fmt.Errorf("wearer %q cannot be read", w.ID)
		}
		baseline, err := readBaseline(w.ID, in.Baselines[w.ID])
		if err != nil {
			return s, err
		}
		spares, err := w.Comfort.spares()
		if err != nil {
			return s, fmt.Errorf("wearer %q: %w", w.ID, err)
		}
		s.Wearers = append(s.Wearers, pipeline.WearerSettings{
			Wearer: w.ID, Paused: w.Paused, Share: share, Keep: keep, Cues: w.Cues,
			ShareFollows: w.ShareFollows, KeepFollows: w.KeepFollows, CuesFollow: w.CuesFollow,
			OpenCircuit: maybe(w.OpenCircuit), SkinScale: maybe(w.SkinScale), ResonancePace: maybe(w.ResonancePerMin), Baseline: baseline, Spares: spares,
		})
	}
	s.Room.Open = in.Room.Open
	for _, l := range in.Room.Lamps {
		s.Room.Lamps = append(s.Room.Lamps, room.LampSnapshot{
			Lamp: l.ID, On: l.On, Brightness: maybe(l.Brightness), Kelvin: maybe(l.Kelvin),
			AskedBrightness: span(l.AskedPercent), AskedKelvin: span(l.AskedKelvin),
		})
	}
	return s, nil
}

func readBaseline(wearer string, in []minuteJSON) (regulation.Baseline, error) {
	if len(in) > regulation.MaxRestMinutes {
		return regulation.Baseline{}, fmt.Errorf("baseline of %q has %d minutes, more than %d", wearer, len(in), regulation.MaxRestMinutes)
	}
	var b regulation.Baseline
	for _, m := range in {
		b.Minutes = append(b.Minutes, regulation.RestMinute{
			Day: m.Day, Declared: m.Declared, LnRMSSD: maybe(m.LnRMSSD), RSALn: maybe(m.RSALn), HeartRate: maybe(m.HeartRate),
			SCRPerMin: maybe(m.SCRPerMin), SCL: maybe(m.SCL), Breathing: maybe(m.BreathingPerMin),
		})
	}
	return b, nil
}
