package hub

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"hubd/config"
	"hubd/history"
	"hubd/pipeline"
	"hubd/room"
)

// restoreWithin is how old a room snapshot may be for a restart to put the lamps back. After that they are somebody else's.
const restoreWithin = 30 * time.Minute

// openStore opens settings.json and history.db, and gives the settings to begin with. Nothing here keeps hubd from running: what
// cannot be read or written is told, and the room works without it. wall is zero while the clock is not set, and nobody knows how old the
// file is: a Pi without a battery begins where it was switched off.
func openStore(c *config.Config, wearers []pipeline.WearerOptions, check func(string) error, log *slog.Logger, wall func() time.Time) (store, pipeline.Settings) {
	path := historyPath(c)
	db := history.Open(sealedAs(history.Options{Path: path, Days: c.History.Days, MaxBytes: c.History.MaxMB << 20, Check: check}, c))
	file := openSettings(c, db)
	settings, status, err := file.Load()
	if err != nil {
		log.Error("settings", "found", found(status, err), "error", err)
	}
	if now := wall(); now.IsZero() || file.Written().After(now) || now.Sub(file.Written()) > restoreWithin {
		settings.Room = room.Snapshot{}
	}
	if text := db.Status(); text != "" {
		log.Warn("history", "status", text)
	}
	note := ""
	if err != nil {
		note = fmt.Sprintf("at the start they were %s: %v", found(status, err), err)
	}
	settings = begin(settings, status, wearers)
	// Both versions are written before anything happens: a pause on a disk that has filled up since then finds its place.
	if err := file.Save(settings); err != nil {
		note = err.Error()
		log.Error("settings are not stored: a restart will not know them", "error", err)
	}
	return store{
		file: path, note: note, save: file.Save, add: db.Add, detail: db.AddDetail, commit: db.Commit, close: db.Close, trouble: db.Status, every: c.History.CommitEvery, db: db, settings: file,
	}, settings
}

// found says how the settings were at the start. Those that root wrote, running hubd by hand, are whole: they are only not hubd's to read.
func found(status history.LoadStatus, err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return "another user's (give the folder back to hubd: chown hubd:hubd)"
	}
	return status.String()
}

// openSettings gives the settings beside a history, in the form that is the history's.
func openSettings(c *config.Config, db *history.DB) *history.SettingsFile {
	file := history.OpenSettings(filepath.Dir(historyPath(c)))
	for _, w := range c.Wearers {
		file.Know(w.ID)
	}
	file.SealWith(db.Sealed(), db.Seal())
	if db.Seal() != nil {
		hideMemory()
	}
	return file
}

// historyPath is where history.db is; settings.json stands beside it. It is told to people in other folders, so it is whole where that can be.
func historyPath(c *config.Config) string {
	path := c.History.Path
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.Dir, path)
	}
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

// begin completes the settings a restart found. No session outlasts the run it was in, and with a private one its silence would
// be gone too: whoever is not sensed always begins paused. Who is sensed always does unless paused before. Two damaged versions
// are read as the least there is: everybody paused, nothing shared.
func begin(s pipeline.Settings, status history.LoadStatus, wearers []pipeline.WearerOptions) pipeline.Settings {
	for _, w := range wearers {
		always := slices.Contains(w.StartFrom, pipeline.SourceBoot)
		i := slices.IndexFunc(s.Wearers, func(ws pipeline.WearerSettings) bool { return ws.Wearer == w.ID })
		if i >= 0 {
			s.Wearers[i].Paused = s.Wearers[i].Paused || !always
			continue
		}
		ws := pipeline.WearerSettings{
			Wearer: w.ID, Paused: !always,
			Share: w.Share, Keep: w.Keep, Cues: w.Cues, ShareFollows: true, KeepFollows: true, CuesFollow: true,
		}
		if status == history.Damaged {
			ws.Paused, ws.Share, ws.ShareFollows = true, pipeline.ShareNone, false
			ws.Spares.Steady = true // what was to be spared is not known any more
		}
		s.Wearers = append(s.Wearers, ws)
	}
	return s
}
