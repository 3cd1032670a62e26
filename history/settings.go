package history

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"hubd/pipeline"
	"hubd/regulation"
)

// LoadStatus tells what a restart found.
type LoadStatus uint8

// What Load finds. The zero LoadStatus is the one that asks for most care.
const (
	Damaged  LoadStatus = iota // neither version can be trusted: everybody starts paused and shares nothing
	Missing                    // a first start: everybody starts paused, but wearers with boot in start_from
	Previous                   // the newest version was lost or damaged; the one before it holds
	Loaded                     // the newest version holds
)

// String is for logs and the status.
func (s LoadStatus) String() string {
	return [...]string{"damaged", "missing", "previous", "loaded"}[s]
}

// The files of the settings.
const (
	settingsName = "settings.json"
	previousName = "settings.json.previous"
	tempName     = "settings.json.new"

	maxSettings = 16 << 20 // bytes; 64 wearers with full baselines take 4 MiB
)

// SettingsFile is settings.json in its folder, with the version before it beside it.
type SettingsFile struct {
	dir     string            // empty: settings live in memory
	stored  pipeline.Settings // what the newest version holds
	status  LoadStatus        // of the newest version: Loaded once it holds stored
	read    bool              // the folder was looked at
	written time.Time
	sealing sealing
}

// OpenSettings gives the settings file of a folder, which need not exist yet. An empty dir keeps the settings in memory only.
// Nothing is read or written before Load or Save.
func OpenSettings(dir string) *SettingsFile {
	return &SettingsFile{dir: dir, status: Missing, read: dir == ""}
}

// Load reads the newest version that can be trusted. The settings are empty unless the status is Loaded or Previous. The error
// says, for log and status, what is wrong with which file; it is nil with Loaded and Missing.
func (f *SettingsFile) Load() (pipeline.Settings, LoadStatus, error) {
	if f.dir == "" {
		return clone(f.stored), f.status, nil
	}
	f.read = true
	f.sealing.begin()
	var problems []error
	absent := 0
	for _, name := range []string{settingsName, previousName} {
		s, at, err := f.readOne(name)
		if err == nil {
			f.stored, f.written, f.status = s, at, Previous
			if name == settingsName {
				f.status = Loaded
			}
			return clone(s), f.status, errors.Join(problems...)
		}
		if errors.Is(err, fs.ErrNotExist) {
			absent++
		}
		problems = append(problems, err)
	}
	f.stored, f.written, f.status = pipeline.Settings{}, time.Time{}, Damaged
	if absent == len(problems) {
		f.status = Missing
		return pipeline.Settings{}, Missing, nil
	}
	return pipeline.Settings{}, Damaged, errors.Join(problems...)
}

// Written is when the version was written that Load read or Save wrote last, by the Pi's clock then; zero where there is none. It
// bounds the age of the room's snapshot: older than 30 min nothing is put back.
func (f *SettingsFile) Written() time.Time { return f.written }

// Save writes the settings so that a restart finds either them or the ones before, whenever the power goes. After it returns nil
// they are on the disk.
//
// What must not come back is written twice, so that the version before does not hold it either: an open room snapshot that is
// cleared, a baseline that was forgotten or is no longer kept, and every wish for less, such as a pause or a lower share. So is the
// first version of all, and the first after damage: makeRoom needs a second one. Versions that held a body that is to be forgotten are
// overwritten, too.
func (f *SettingsFile) Save(s pipeline.Settings) error {
	forgets := f.sealing.drop(s)
	s = kept(s)
	if f.dir == "" {
		f.stored, f.status = s, Loaded
		return nil
	}
	if !f.read {
		_, _, _ = f.Load() // what is wrong with the old version does not matter now: it is about to be replaced
	}
	if f.sealing.waits() {
		f.sealing.plain = false
		err := f.replaceBoth(s)
		f.sealing.plain = err != nil
		return err
	}
	data, err := f.sealing.encode(s)
	if err != nil {
		return err
	}
	switch forgets = forgets || forgetsBody(f.stored, s); {
	case forgets && f.status == Loaded:
		err = f.overwriteOld(data)
	case forgets || f.status != Loaded || removes(f.stored, s):
		if err = f.writeWithRoom(data); err == nil {
			err = f.writeWithRoom(data)
		}
	default:
		err = f.writeWithRoom(data)
	}
	if err != nil {
		return fmt.Errorf("history: write settings: %w", err)
	}
	f.stored, f.written = s, time.Now()
	return nil
}

// writeWithRoom writes a version, also onto a disk that is full.
func (f *SettingsFile) writeWithRoom(data []byte) error {
	err := f.write(data)
	if err != nil && f.makeRoom() {
		err = f.write(data)
	}
	return err
}

// makeRoom gives up one of two versions, so that a full disk takes the newest: a pause must last, whatever else does not. It is never the one
// that a loss of power could leave alone.
func (f *SettingsFile) makeRoom() bool {
	spare := previousName
	if f.status == Previous {
		spare = settingsName // it is damaged, and the one before it holds
	}
	return os.Remove(filepath.Join(f.dir, spare)) == nil
}

// write puts one version on the disk. The order is what makes it last: the new version is whole on the disk before any name
// changes, and a damaged version never takes the place of a good one.
func (f *SettingsFile) write(data []byte) error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	temp := filepath.Join(f.dir, tempName)
	if err := writeSynced(temp, data); err != nil {
		_ = os.Remove(temp) // half a file is of no use, and a full disk needs the room
		return err
	}
	current := filepath.Join(f.dir, settingsName)
	if f.status == Loaded {
		if err := os.Rename(current, filepath.Join(f.dir, previousName)); err != nil {
			return err
		}
		f.status = Previous // until the new version has its name
	}
	if err := os.Rename(temp, current); err != nil {
		return err
	}
	f.status = Loaded
	return syncDir(f.dir)
}

func writeSynced(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Chmod(0o600), file.Sync()) // Chmod: the file may have been there before
	return errors.Join(err, file.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// readOne reads one version.
func (f *SettingsFile) readOne(name string) (s pipeline.Settings, at time.Time, err error) {
	path := filepath.Join(f.dir, name)
	file, err := os.Open(path)
	if err != nil {
		return s, at, fmt.Errorf("history: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return s, at, fmt.Errorf("history: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxSettings+1))
	if err != nil {
		return s, at, fmt.Errorf("history: %w", err)
	}
	s, in, err := decodeSettings(data)
	if err != nil {
		return pipeline.Settings{}, at, fmt.Errorf("%w: %s", err, path)
	}
	return f.sealing.open(s, in), info.ModTime(), nil
}

// kept leaves out what a wearer does not want kept. With keep nothing that is the baseline and the pace, which tell of the body.
func kept(s pipeline.Settings) pipeline.Settings {
	s = clone(s)
	for i := range s.Wearers {
		w := &s.Wearers[i]
		if w.Keep == pipeline.KeepNothing {
			w.Baseline, w.ResonancePace = regulation.Baseline{}, pipeline.WearerSettings{}.ResonancePace
		}
	}
	return s
}

// removes tells whether the old settings hold what the new ones must have removed for good.
func removes(old, s pipeline.Settings) bool {
	if old.Room.Open && !s.Room.Open {
		return true
	}
	for _, was := range old.Wearers {
		is, _ := s.Wearer(was.Wearer)
		if is.Share < was.Share || is.Keep < was.Keep || (is.Paused && !was.Paused) || (was.Cues && !is.Cues) || !is.Spares.Equal(was.Spares) {
			return true
		}
	}
	return false
}

// forgetsBody tells whether the old settings hold something of a body that the new ones do not.
func forgetsBody(old, s pipeline.Settings) bool {
	for _, was := range old.Wearers {
		is, _ := s.Wearer(was.Wearer)
		if len(was.Baseline.Minutes) > 0 && len(is.Baseline.Minutes) == 0 || was.ResonancePace.Known && !is.ResonancePace.Known {
			return true
		}
	}
	return false
}

// clone makes settings that share no memory with the caller's.
func clone(s pipeline.Settings) pipeline.Settings {
	s.Wearers = append([]pipeline.WearerSettings(nil), s.Wearers...)
	for i := range s.Wearers {
		b := &s.Wearers[i].Baseline
		b.Minutes = append([]regulation.RestMinute(nil), b.Minutes...)
	}
	s.Room.Lamps = append(s.Room.Lamps[:0:0], s.Room.Lamps...)
	return s
}
