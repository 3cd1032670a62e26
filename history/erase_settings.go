package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

// Erase removes a wearer from both versions of the settings and overwrites the old ones. The wearer then begins anew, paused. A folder
// without settings has nothing to erase.
func (f *SettingsFile) Erase(wearer string) error {
	f.Know(wearer)
	return f.erase(func(s *pipeline.Settings) {
		s.Wearers = slices.DeleteFunc(s.Wearers, func(w pipeline.WearerSettings) bool { return w.Wearer == wearer })
	})
}

// EraseBody removes what tells of a wearer's body from both versions, and the snapshot of the room. What the wearer wants less of stays, and
// the wearer is paused: an erasing must not share or sense more than before.
func (f *SettingsFile) EraseBody(wearer string) error {
	f.Know(wearer)
	return f.erase(func(s *pipeline.Settings) {
		for i := range s.Wearers {
			if w := &s.Wearers[i]; w.Wearer == wearer {
				w.Paused, w.Baseline, w.ResonancePace, w.Forgotten = true, regulation.Baseline{}, dsp.Maybe{}, true
			}
		}
	})
}

// erase writes both versions anew after a change, and overwrites the old ones. The room's snapshot goes too: who erases is in no session.
func (f *SettingsFile) erase(change func(*pipeline.Settings)) error {
	s, status, err := f.Load()
	switch {
	case status == Missing:
		return nil
	case status == Damaged:
		return errors.Join(errors.New("history: erase: the settings are damaged"), err)
	}
	change(&s)
	s.Room = room.Snapshot{}
	return f.replaceBoth(s)
}

// replaceBoth writes both versions anew, and overwrites the old ones.
func (f *SettingsFile) replaceBoth(s pipeline.Settings) error {
	if f.dir == "" {
		return f.Save(s)
	}
	if err := f.promote(); err != nil {
		return fmt.Errorf("history: erase: %w", err)
	}
	f.sealing.drop(s)
	s = kept(s)
	data, err := f.sealing.encode(s)
	if err != nil {
		return err
	}
	if err := f.overwriteOld(data); err != nil {
		return fmt.Errorf("history: erase: %w", err)
	}
	f.stored, f.written = s, time.Now()
	return nil
}

// overwriteOld writes data as both versions, and zeros over every version that was. At each moment one version holds.
func (f *SettingsFile) overwriteOld(data []byte) error {
	if err := f.shredIfThere(previousName, tempName); err != nil {
		return err
	}
	if err := f.write(data); err != nil {
		return err
	}
	if err := f.shredIfThere(previousName); err != nil { // which was the newest until now
		return err
	}
	return f.write(data)
}

func (f *SettingsFile) shredIfThere(names ...string) error {
	for _, name := range names {
		if err := shred(filepath.Join(f.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// promote gives the version before the newest its name, where it is the only one that holds: what is about to be overwritten must not be the
// last that a loss of power leaves.
func (f *SettingsFile) promote() error {
	if f.status != Previous {
		return nil
	}
	newest := filepath.Join(f.dir, settingsName)
	if err := f.shredIfThere(settingsName); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(f.dir, previousName), newest); err != nil {
		return err
	}
	f.status = Loaded
	return syncDir(f.dir)
}

// Traces gives the bytes that both versions of the settings hold of a wearer's body, to search for after erasing.
func (f *SettingsFile) Traces(wearer string) (traces [][]byte) {
	if f.dir == "" {
		return nil
	}
	f.Know(wearer)
	newest := f.sealing.bodies
	defer func() { f.sealing.bodies = newest }() // the version before is only looked at
	for _, name := range []string{settingsName, previousName} {
		f.sealing.begin()
		s, _, err := f.readOne(name)
		if err != nil {
			continue // what cannot be read cannot be known
		}
		traces = append(traces, f.sealing.traces(wearer)...)
		if w, _ := s.Wearer(wearer); len(w.Baseline.Minutes) > 0 {
			rest, err := json.Marshal(map[string][]minuteJSON{wearer: minutesJSON(w.Baseline)})
			if err == nil {
				traces = append(traces, rest[1:len(rest)-1])
			}
		}
	}
	return traces
}
