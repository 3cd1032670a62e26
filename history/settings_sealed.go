package history

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"hubd/pipeline"
)

// sealing is how settings keep to themselves what they hold of bodies, while control needs no key for the rest: who is paused, what is shared and
// kept, calibrations, and how the room was, which names nobody. Wearers stand there under masks; the config, which names them, knows whose.
type sealing struct {
	on    bool
	told  bool     // by SealWith; else the form is that of what is read
	seals []*Seal  // the body is written once for each; none while on: what was sealed before is kept as it is
	known []string // ids that masks may stand for
	salt  []byte
	plain bool // what was read last was in the clear

	bodies map[string]sealedBody // by wearer, as last read
}

// sealedBody is one wearer's, in its seals.
type sealedBody struct {
	sealed [][]byte
	opened bool
}

const (
	maskMark = "#" // begins no id
	maskSalt = 16
	bodyPad  = 1024 // bytes: how long was learnt shows no nearer than that
)

// Know tells the file ids that may stand in it under a mask.
func (f *SettingsFile) Know(ids ...string) {
	for _, id := range ids {
		if !slices.Contains(f.sealing.known, id) {
			f.sealing.known = append(f.sealing.known, id)
		}
	}
}

// SealWith says how bodies are to be written from the next Save on: on and without a seal, what was sealed stays as it is and nothing new is
// written of bodies; off, they are written in the clear. It is to be called before Load.
func (f *SettingsFile) SealWith(on bool, seals ...*Seal) {
	f.sealing.on, f.sealing.told = on, true
	f.sealing.seals = slices.DeleteFunc(seals, func(s *Seal) bool { return s == nil })
}

// Reseal writes both versions anew in another form, and overwrites the old ones.
func (f *SettingsFile) Reseal(on bool, seals ...*Seal) error {
	s, status, err := f.Load()
	if status == Damaged {
		return fmt.Errorf("history: the settings are damaged: %w", err)
	}
	f.SealWith(on, seals...)
	if status == Missing {
		return nil
	}
	return f.replaceBoth(s)
}

// Bodies gives what is stored of bodies and a seal opens, by wearer.
func (f *SettingsFile) Bodies(s *Seal) (map[string]pipeline.Body, error) {
	if _, status, err := f.Load(); status == Damaged {
		return nil, fmt.Errorf("history: the settings are damaged: %w", err)
	}
	all := map[string]pipeline.Body{}
	for wearer, b := range f.sealing.bodies {
		if body, ok := openBody(b.sealed, wearer, s); ok && !b.opened {
			all[wearer] = body
		}
	}
	return all, nil
}

// begin forgets what was read before.
func (s *sealing) begin() { s.bodies = map[string]sealedBody{} }

// mask stands for an id.
func mask(salt []byte, id string) string {
	h := hmac.New(sha256.New, salt)
	h.Write([]byte(id))
	return maskMark + hex.EncodeToString(h.Sum(nil)[:16])
}

// open takes masks off and opens bodies, as far as it can.
func (s *sealing) open(settings pipeline.Settings, in settingsJSON) pipeline.Settings {
	if s.plain = in.Salt == nil; !s.plain {
		s.salt, s.on = in.Salt, s.on || !s.told
	}
	if s.bodies == nil {
		s.begin()
	}
	for i := range settings.Wearers {
		w := &settings.Wearers[i]
		at := slices.IndexFunc(s.known, func(id string) bool { return mask(s.salt, id) == w.Wearer })
		if at >= 0 {
			w.Wearer = s.known[at]
		}
		b := sealedBody{sealed: in.Wearers[i].Sealed}
		for _, seal := range s.seals {
			if body, ok := openBody(b.sealed, w.Wearer, seal); ok && !b.opened {
				b.opened, w.Baseline, w.ResonancePace = true, body.Baseline, body.ResonancePace
			}
		}
		if len(b.sealed) > 0 {
			s.bodies[w.Wearer] = b
		}
	}
	return settings
}

// drop forgets the bodies that settings say are to go, and tells whether there was one.
func (s *sealing) drop(settings pipeline.Settings) (any bool) {
	for _, w := range settings.Wearers {
		if _, there := s.bodies[w.Wearer]; there && (w.Keep == pipeline.KeepNothing || w.Forgotten) {
			delete(s.bodies, w.Wearer)
			any = true
		}
	}
	return any
}

// encode gives the bytes of a settings file.
func (s *sealing) encode(settings pipeline.Settings) ([]byte, error) {
	out := settingsForm(settings)
	if !s.masks() {
		for i, w := range settings.Wearers {
			if b := s.bodies[w.Wearer]; !b.opened {
				out.Wearers[i].Sealed = b.sealed // nothing that cannot be read is thrown away
			}
		}
		return seal(out)
	}
	if s.salt == nil {
		s.salt = make([]byte, maskSalt)
		_, _ = rand.Read(s.salt)
	}
	out.Salt, out.Baselines = s.salt, map[string][]minuteJSON{}
	for i, w := range settings.Wearers {
		sealed, err := s.sealBody(w)
		if err != nil {
			return nil, err
		}
		out.Wearers[i].Sealed, out.Wearers[i].ResonancePerMin = sealed, nil
		if !strings.HasPrefix(w.Wearer, maskMark) {
			out.Wearers[i].ID = mask(s.salt, w.Wearer)
		}
	}
	return seal(out)
}

// masks tells whether settings are to be written in their sealed form. As long as a file in the clear waits for its seal it stays as it is.
func (s *sealing) masks() bool { return s.on && !(s.plain && len(s.seals) == 0) }

// waits tells whether what is in the clear is to be sealed now.
func (s *sealing) waits() bool { return s.plain && s.masks() }

// sealBody seals what is known of a wearer's body, or gives what was sealed before where that could not be opened.
func (s *sealing) sealBody(w pipeline.WearerSettings) (all [][]byte, err error) {
	if before := s.bodies[w.Wearer]; len(s.seals) == 0 || (!before.opened && !hasBody(w)) {
		return before.sealed, nil
	}
	if !hasBody(w) {
		return nil, nil
	}
	plain, err := json.Marshal(bodyJSON{minutesJSON(w.Baseline), pointer(w.ResonancePace)})
	if err != nil {
		return nil, fmt.Errorf("history: encode settings: %w", err)
	}
	for len(plain)%bodyPad != 0 {
		plain = append(plain, ' ')
	}
	for _, seal := range s.seals {
		all = append(all, sealWith(seal.body, plain, bound("body", []byte(w.Wearer))))
	}
	return all, nil
}

func hasBody(w pipeline.WearerSettings) bool {
	return len(w.Baseline.Minutes) > 0 || w.ResonancePace.Known
}

// bodyJSON is what is sealed of a wearer.
type bodyJSON struct {
	Baseline        []minuteJSON `json:"baseline"`
	ResonancePerMin *float64     `json:"resonance_per_min"`
}

// openBody opens the first that a seal opens.
func openBody(sealed [][]byte, wearer string, seal *Seal) (b pipeline.Body, ok bool) {
	for _, one := range sealed {
		plain, err := openWith(seal.body, one, bound("body", []byte(wearer)))
		var in bodyJSON
		if err != nil || json.Unmarshal(plain, &in) != nil {
			continue
		}
		baseline, err := readBaseline(wearer, in.Baseline)
		if err != nil {
			continue
		}
		return pipeline.Body{Baseline: baseline, ResonancePace: maybe(in.ResonancePerMin)}, true
	}
	return pipeline.Body{}, false
}

// traces are the bytes that stand for a wearer's body in the version that was read last.
func (s *sealing) traces(wearer string) (all [][]byte) {
	for _, one := range s.bodies[wearer].sealed {
		all = append(all, base64.StdEncoding.AppendEncode(nil, one))
	}
	return all
}
