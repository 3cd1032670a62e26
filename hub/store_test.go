package hub

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/config"
	"hubd/dsp"
	"hubd/history"
	"hubd/internal/waiting"
	"hubd/pipeline"
	"hubd/room"
)

func wearer(id string, from ...pipeline.Source) pipeline.WearerOptions {
	return pipeline.WearerOptions{ID: id, Share: pipeline.ShareFull, Keep: pipeline.KeepRest, Cues: true, StartFrom: from}
}

func TestSettingsOfAnotherUserAreNotCalledDamaged(t *testing.T) {
	root := fmt.Errorf("history: %w", &fs.PathError{Op: "open", Path: "settings.json", Err: syscall.EACCES})
	if got := found(history.Damaged, root); !strings.Contains(got, "another user's") || !strings.Contains(got, "chown") {
		t.Errorf("settings that may not be read are called %q", got)
	}
	if got := found(history.Damaged, errors.New("history: damaged")); got != history.Damaged.String() {
		t.Errorf("damaged settings are called %q", got)
	}
}

func TestWhatARestartBeginsWith(t *testing.T) {
	stored := func(paused bool, share pipeline.Share) []pipeline.WearerSettings {
		return []pipeline.WearerSettings{{Wearer: "a", Paused: paused, Share: share}}
	}
	page, boot := wearer("a", pipeline.SourcePage), wearer("a", pipeline.SourceBoot)
	tests := []struct {
		name   string
		found  []pipeline.WearerSettings
		status history.LoadStatus
		wearer pipeline.WearerOptions
		paused bool
		share  pipeline.Share
	}{
		{"a first start is paused", nil, history.Missing, page, true, pipeline.ShareFull},
		{"a first start of somebody sensed always is not", nil, history.Missing, boot, false, pipeline.ShareFull},
		{"a pause lasts", stored(true, pipeline.ShareFull), history.Loaded, boot, true, pipeline.ShareFull},
		{"a pause lasts in the version before", stored(true, pipeline.ShareFull), history.Previous, boot, true, pipeline.ShareFull},
		{"who is sensed always goes on", stored(false, pipeline.ShareFull), history.Loaded, boot, false, pipeline.ShareFull},
		{"a session does not last, and its sensing neither", stored(false, pipeline.ShareFull), history.Loaded, page, true, pipeline.ShareFull},
		{"a lowered share stays lowered", stored(true, pipeline.ShareNone), history.Loaded, page, true, pipeline.ShareNone},
		{"somebody new in the config is paused", nil, history.Loaded, page, true, pipeline.ShareFull},
		{"two damaged versions: paused and sharing nothing", nil, history.Damaged, page, true, pipeline.ShareNone},
		{"two damaged versions: even who is sensed always", nil, history.Damaged, boot, true, pipeline.ShareNone},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := begin(pipeline.Settings{Wearers: test.found}, test.status, []pipeline.WearerOptions{test.wearer})
			got := pipeline.New(pipeline.Options{Wearers: []pipeline.WearerOptions{test.wearer}, Settings: s}).Settings().Wearers[0]
			if got.Paused != test.paused || got.Share != test.share {
				t.Errorf("paused %v, share %s; want %v, %s", got.Paused, got.Share, test.paused, test.share)
			}
			if got.Spares.Steady != (test.status == history.Damaged) {
				t.Errorf("what to spare: %+v; the least where nobody knows it any more", got.Spares)
			}
		})
	}
}

// storeIn opens the store of a config in a folder.
func storeIn(dir string, log *waiting.Text) (store, pipeline.Settings) {
	return storeAt(dir, log, time.Now)
}

func storeAt(dir string, log *waiting.Text, wall func() time.Time) (store, pipeline.Settings) {
	c := &config.Config{Dir: dir, History: config.History{Path: "history.db", Days: 1, MaxMB: 1, CommitEvery: time.Minute}}
	return openStore(c, []pipeline.WearerOptions{wearer("a", pipeline.SourceBoot)}, nil, logTo(log), wall)
}

func TestTheLampsArePutBackOnlySoonAfterACrash(t *testing.T) {
	open := room.Snapshot{Open: true, Lamps: []room.LampSnapshot{{Lamp: "bed", On: true, Brightness: dsp.Some(80.0), Kelvin: dsp.Some(2700.0),
		AskedBrightness: room.Span{Known: true, Low: 30, High: 80}}}}
	unset := func() time.Time { return time.Time{} }
	tests := []struct {
		name string
		age  time.Duration
		wall func() time.Time
		want room.Snapshot
	}{
		{"a minute later", time.Minute, time.Now, open},
		{"half an hour later they are somebody else's", 31 * time.Minute, time.Now, room.Snapshot{}},
		{"a file from the future tells no age", -time.Hour, time.Now, room.Snapshot{}},
		{"nor does any file while the clock is not set", time.Minute, unset, room.Snapshot{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir, log := t.TempDir(), &waiting.Text{}
			file := history.OpenSettings(dir)
			if err := file.Save(pipeline.Settings{Room: open}); err != nil {
				t.Fatal(err)
			}
			written := time.Now().Add(-test.age)
			if err := os.Chtimes(filepath.Join(dir, "settings.json"), written, written); err != nil {
				t.Fatal(err)
			}
			st, s := storeAt(dir, log, test.wall)
			defer st.close()
			if diff := cmp.Diff(test.want, s.Room); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, log)
			}
		})
	}
}

func TestDamagedFilesAreToldAndNothingEnds(t *testing.T) {
	dir, log := t.TempDir(), &waiting.Text{}
	for _, name := range []string{"settings.json", "history.db"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("scrambled"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	st, s := storeIn(dir, log)
	defer st.close()
	if w, _ := s.Wearer("a"); !w.Paused || w.Share != pipeline.ShareNone {
		t.Errorf("begins with %+v, want paused and sharing nothing", w)
	}
	log.Wants(t, 1, "level=ERROR")
	log.Wants(t, 1, "level=WARN")
}

func TestSettingsComeBackAfterARestart(t *testing.T) {
	dir, log := t.TempDir(), &waiting.Text{}
	st, s := storeIn(dir, log)
	s.Wearers[0].Paused = true
	if err := st.save(s); err != nil {
		t.Fatal(err)
	}
	if err := st.close(); err != nil {
		t.Fatal(err)
	}
	again, s := storeIn(dir, log)
	defer again.close()
	if !s.Wearers[0].Paused {
		t.Error("the pause is forgotten")
	}
}

func TestTheClockIsBelievedOnlyWhenItCanBe(t *testing.T) {
	now := time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)
	tests := []struct {
		name     string
		now      time.Time
		timesync []string // files of systemd-timesyncd; nil: it does not run
		believed bool
	}{
		{"a plausible year where nothing sets the clock", now, nil, true},
		{"1970", time.Unix(100, 0), nil, false},
		{"the year before hubd was built", now.AddDate(-2, 0, 0), nil, false},
		{"a plausible year, not yet synchronised", now, []string{"clock"}, false},
		{"synchronised", now, []string{"synchronized"}, true},
		{"synchronised, to 1970", time.Unix(100, 0), []string{"synchronized"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "timesync")
			touch(t, folder, test.timesync...)
			got := newWallClock(func() time.Time { return test.now }, folder).local()
			if got.IsZero() == test.believed || test.believed && !got.Equal(test.now) {
				t.Errorf("the clock says %s, believed: want %v", got, test.believed)
			}
		})
	}
}

func TestAClockThatIsSetLaterIsBelievedThenAndStays(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "timesync")
	touch(t, folder, "clock")
	now := time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)
	w := newWallClock(func() time.Time { return now }, folder)
	if !w.local().IsZero() {
		t.Fatal("believed before it was set")
	}
	touch(t, folder, "synchronized")
	if !w.local().IsZero() {
		t.Error("the file is looked at more than once a second")
	}
	now = now.Add(time.Second)
	if w.local().IsZero() {
		t.Error("not believed after it was set")
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if now = now.Add(time.Hour); w.local().IsZero() {
		t.Error("doubted although it was set once")
	}
}

// touch makes a folder with empty files; without any, nothing.
func touch(t *testing.T, folder string, files ...string) {
	t.Helper()
	for _, f := range files {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, f), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
