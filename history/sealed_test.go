package history_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/history"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

// sealedAt opens a history sealed under a secret.
func sealedAt(t testing.TB, path string, s history.Secret) *history.DB {
	t.Helper()
	d := history.Open(history.Options{Path: path, Sealed: true, Secret: s})
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// phrase is a passphrase as it is typed.
func phrase(t testing.TB, text string) history.Secret {
	t.Helper()
	s, err := history.ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// haunted is a state folder with everything that is kept of two people, sealed where a secret is given, and the strings and times in it that
// nobody may find.
func haunted(t *testing.T, secret history.Secret) (dir string, canaries map[string][]byte) {
	t.Helper()
	path := file(t)
	o := history.Options{Path: path, Sealed: !secret.None(), Secret: secret}
	undated := &evening{d: history.Open(o), bpm: 61}
	undated.seconds("canarybird", 0, 3*time.Minute)
	if err := undated.d.Close(); err != nil {
		t.Fatal(err)
	}
	v := &evening{d: history.Open(o), epoch: start, bpm: 62.84375}
	v.d.Add(pipeline.Event{Wearer: "canarybird", At: 0, Value: pipeline.Part{Of: room.Alone, Joined: true}}, start)
	v.seconds("canarybird", 0, 10*time.Minute)
	v.d.Add(pipeline.Event{Wearer: "canarybird", At: time.Minute, Value: dsp.IBI{T: time.Minute, Dur: 950 * time.Millisecond}}, start)
	v.d.AddDetail(pipeline.Event{Wearer: "canarybird", At: 2 * time.Minute, Value: room.Cue{Scene: "canaryscene"}}, start.Add(2*time.Minute))
	v.d.Add(pipeline.Event{Wearer: "canarybird", At: 3 * time.Minute, Value: dsp.Fault{Source: "canarychip", Reason: "gone"}}, start.Add(3*time.Minute))
	v.d.Add(pipeline.Event{Wearer: "canarybird", At: 4 * time.Minute, Value: regulation.Night{LowestBPM: dsp.Some(48)}}, start.Add(4*time.Minute))
	v.d.Commit(start.Add(11 * time.Minute))
	written(t, v.d, "canarybird", "canarynote", start)
	f := history.OpenSettings(filepath.Dir(path))
	f.SealWith(v.d.Sealed(), v.d.Seal())
	own := regulation.Baseline{Minutes: []regulation.RestMinute{{Day: 20777, HeartRate: dsp.Some(61.015625)}}}
	s := pipeline.Settings{Wearers: []pipeline.WearerSettings{{Wearer: "canarybird", Keep: pipeline.KeepJournal, Baseline: own, ResonancePace: dsp.Some(5.765625)}}}
	if err := errors.Join(f.Save(s), f.Save(s)); err != nil {
		t.Fatal(err)
	}
	shot := snapshot(t, v.d)
	_, err := shot.Write(start)
	if err = errors.Join(err, shot.Close(), v.d.Close()); err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(path), map[string][]byte{
		"a wearer's id":                   []byte("canarybird"),
		"a note":                          []byte("canarynote"),
		"a scene":                         []byte("canaryscene"),
		"a source":                        []byte("canarychip"),
		"an own rest":                     []byte("61.015625"),
		"an own pace":                     []byte("5.765625"),
		"the day of an own rest":          []byte(`"day":20777`),
		"the second of a minute's key":    binary.BigEndian.AppendUint64(nil, uint64(start.Unix())^1<<63),
		"the millisecond of a row's key":  binary.BigEndian.AppendUint64(nil, uint64(start.UnixMilli())^1<<63),
		"the second of a fault":           binary.BigEndian.AppendUint64(nil, uint64(start.Add(3*time.Minute).Unix())),
		"the second a note was written":   []byte("\"written\":"),
		"a heart rate":                    {0x42, 0x7b, 0x60, 0}, // 62.84375 as float32
		"the milliseconds of an interval": {0x01, 0x73, 0x18},
	}
}

func TestNothingOfASealedHistoryCanBeFoundInItsFolder(t *testing.T) {
	// In the clear every one of them is found: what is searched for is what stands there.
	dir, canaries := haunted(t, history.Secret{})
	for name, c := range canaries {
		if len(holds(t, dir, string(c))) == 0 {
			t.Errorf("in the clear %s is not found: this search tries nothing", name)
		}
	}
	for name, secret := range map[string]history.Secret{"a key": history.NewKey(), "a passphrase": phrase(t, "nine slow lanterns")} {
		dir, canaries := haunted(t, secret)
		delete(canaries, "the milliseconds of an interval") // three bytes stand anywhere by chance
		for what, c := range canaries {
			if left := holds(t, dir, string(c)); len(left) > 0 && len(c) > 4 {
				t.Errorf("under %s, %s is in %v", name, what, left)
			}
		}
	}
}

// rawRows lists every sealed row of a file.
func rawRows(t *testing.T, path string) (all [][3][]byte) {
	t.Helper()
	b, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	err = b.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
			return bucket.ForEach(func(k, v []byte) error {
				if string(name) != "lock" {
					all = append(all, [3][]byte{bytes.Clone(name), bytes.Clone(k), bytes.Clone(v)})
				}
				return nil
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Damage to what is sealed is told, and costs that row alone.
func TestADamagedSealedRowIsCountedAndTheOthersCome(t *testing.T) {
	dir, _ := haunted(t, testKey(t))
	whole := read(t, filepath.Join(dir, "history.db"))
	rows := rawRows(t, filepath.Join(dir, "history.db"))
	d := sealedAt(t, filepath.Join(dir, "history.db"), testKey(t))
	all := counts(d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	scratch, n := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		path := filepath.Join(scratch, time.Duration(n).String())
		put(t, path, whole)
		row := rows[rapid.IntRange(0, len(rows)-1).Draw(rt, "row")]
		bit := rapid.IntRange(0, 8*(len(row[1])+len(row[2]))-1).Draw(rt, "bit")
		turn(t, path, row, bit)
		d := sealedAt(t, path, testKey(t))
		defer d.Close()
		opened := d.Status()
		got, err := readAll(d)
		_, noteErr := d.Notes("canarybird", history.Span{To: ever}, 100)
		_, faultErr := d.Faults(100)
		_, undatedErr := d.Undated("", 0, 100)
		_, whoErr := d.Wearers()
		if errors.Join(err, noteErr, faultErr, undatedErr, whoErr) == nil && opened == "" {
			rt.Errorf("bit %d of a row of %s was turned, and nobody says so", bit, row[0])
		}
		if string(row[0]) != "wearers" && got < all-1 {
			rt.Errorf("%d rows of %d come: want all but the damaged one", got, all)
		}
		if err := d.Close(); err != nil || len(rawRows(t, path)) < len(rows) {
			rt.Errorf("the damaged row is not left as it is: %v", err)
		}
	})
}

// turn turns one bit of a row, its name included.
func turn(t *testing.T, path string, row [3][]byte, bit int) {
	t.Helper()
	b, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, NoFreelistSync: true})
	if err != nil {
		t.Fatal(err)
	}
	name, value := bytes.Clone(row[1]), bytes.Clone(row[2])
	if at := bit / 8; at < len(name) {
		name[at] ^= 1 << (bit % 8)
	} else {
		value[at-len(name)] ^= 1 << (bit % 8)
	}
	err = b.Update(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket(row[0])
		return errors.Join(bucket.Delete(row[1]), bucket.Put(name, value))
	})
	if err = errors.Join(err, b.Close()); err != nil {
		t.Fatal(err)
	}
}

// counts counts what can be read.
func counts(d *history.DB) int {
	rows, _ := readAll(d) // what cannot be read is what the tests look for
	return rows
}

func TestWhatBeginsAnewAfterDamageIsSealedToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	put(t, path, []byte("this is no database"))
	d := sealedAt(t, path, testKey(t))
	written(t, d, "canarybird", "canarynote", start)
	if !strings.Contains(d.Status(), "set aside") || len(holds(t, filepath.Dir(path), "canary")) > 0 {
		t.Errorf("status %q, found in %v", d.Status(), holds(t, filepath.Dir(path), "canary"))
	}
}

func TestALockThatCannotBeReadLeavesTheFileAlone(t *testing.T) {
	path := file(t)
	d := sealedAt(t, path, testKey(t))
	written(t, d, "a", "a note", start)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	err = b.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("lock")).Put([]byte("lock"), []byte{9, 9}) })
	if err = errors.Join(err, b.Close()); err != nil {
		t.Fatal(err)
	}
	before := read(t, path)
	d = sealedAt(t, path, testKey(t))
	if !strings.Contains(d.Status(), "its lock cannot be read") || !bytes.Equal(before, read(t, path)) {
		t.Errorf("status %q", d.Status())
	}
}

func TestEveryRowOfASealedFileIsLookedAtWithItsKey(t *testing.T) {
	dir, _ := haunted(t, testKey(t))
	path := filepath.Join(dir, "history.db")
	if rows, err := history.ReadRows(path, testKey(t)); err != nil || rows < 15 {
		t.Errorf("%d rows, %v", rows, err)
	}
	if _, err := history.ReadRows(path, history.Secret{}); !errors.Is(err, history.ErrNoSecret) {
		t.Errorf("without a key: %v", err)
	}
	if _, err := history.ReadRows(path, history.NewKey()); !errors.Is(err, history.ErrWrongSecret) {
		t.Errorf("with another key: %v", err)
	}
	turn(t, path, rawRows(t, path)[3], 200)
	if rows, err := history.ReadRows(path, testKey(t)); err == nil || rows < 15 || !strings.Contains(err.Error(), "1 row cannot be read") {
		t.Errorf("%d rows, %v", rows, err)
	}
	if err := history.Examine(path); err != nil {
		t.Errorf("its pages are whole: %v", err)
	}
	if _, err := history.ReadRows(path+".nowhere", testKey(t)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestErasingFromASealedHistoryLeavesNoSealedRowOfTheWearer(t *testing.T) {
	path := file(t)
	d := sealedAt(t, path, testKey(t))
	v := &evening{d: d, epoch: start, bpm: 62}
	v.seconds("a", 0, 10*time.Minute)
	v.seconds("b", 0, 10*time.Minute)
	d.Commit(start.Add(time.Hour))
	written(t, d, "a", "a note", start)
	shot := snapshot(t, d)
	backup, err := shot.Write(start)
	if err = errors.Join(err, shot.Close(), d.Close()); err != nil {
		t.Fatal(err)
	}
	before := rawRows(t, path)
	d = sealedAt(t, path, testKey(t))
	if e, err := d.Erase("a"); err != nil || len(e.Done) != 2 || e.Rows < 22 {
		t.Fatalf("%+v, %v", e, err)
	}
	if len(minutes(t, d, "a")) > 0 || len(minutes(t, d, "b")) != 10 {
		t.Error("a is there still, or b is gone")
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	gone := 0
	for _, row := range before {
		in := len(holds(t, filepath.Dir(path), string(row[2])))
		if in == 0 {
			gone++
		} else if in != 2 {
			t.Errorf("a row of %s is in %d files: want history and backup, or none", row[0], in)
		}
	}
	if gone < 12 {
		t.Errorf("%d rows are gone from every byte of %s and %s", gone, path, backup)
	}
}
