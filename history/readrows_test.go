package history_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"hubd/history"
)

// putRow puts a value in the place of a row's.
func putRow(t *testing.T, path string, row [3][]byte, value []byte) {
	t.Helper()
	b, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, NoFreelistSync: true})
	if err != nil {
		t.Fatal(err)
	}
	err = b.Update(func(tx *bbolt.Tx) error { return tx.Bucket(row[0]).Put(row[1], value) })
	if err = errors.Join(err, b.Close()); err != nil {
		t.Fatal(err)
	}
}

// One row of each kind at a time is made one that no reader takes: it is named, and costs itself alone.
func TestEveryRowThatCannotBeReadIsNamedAndTheOthersCome(t *testing.T) {
	dir, _ := haunted(t, history.Secret{})
	whole, rows := read(t, filepath.Join(dir, "history.db")), rawRows(t, filepath.Join(dir, "history.db"))
	if n, err := history.ReadRows(filepath.Join(dir, "history.db"), history.Secret{}); err != nil || n != len(rows) {
		t.Fatalf("%d rows of %d, %v", n, len(rows), err)
	}
	d := history.Open(history.Options{Path: filepath.Join(dir, "history.db")})
	all := counts(d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range rows {
		bucket := string(row[0])
		if seen[bucket] {
			continue
		}
		seen[bucket] = true
		t.Run(bucket, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.db")
			put(t, path, whole)
			putRow(t, path, row, append([]byte{9}, row[2]...))
			_, err := history.ReadRows(path, history.Secret{})
			var bad *history.Unreadable
			named := func(r string) bool { return strings.HasPrefix(r, bucket+", ") }
			if !errors.As(err, &bad) || !slices.ContainsFunc(bad.Rows, named) || bucket != "wearers" && len(bad.Rows) != 1 {
				t.Errorf("a look at every row says %v", err)
			}
			if err := history.Examine(path); err != nil {
				t.Errorf("its pages are whole, and hubd goes on with it: %v", err)
			}
			d := history.Open(history.Options{Path: path})
			defer d.Close()
			got, err := readAll(d)
			if bucket == "wearers" && err == nil {
				t.Error("rows come to nobody, and nobody says so")
			}
			if bucket != "wearers" && bucket != "journal" && (got != all-1 || err == nil) {
				t.Errorf("%d rows of %d, %v", got, all, err)
			}
		})
	}
	if len(seen) < 9 {
		t.Errorf("only these kinds: %v", seen)
	}
}

// Rows that cannot be read must not end or repeat what asks on after the rows that came.
func TestRowsThatCannotBeReadDoNotCountAsThoseThatCame(t *testing.T) {
	path := file(t)
	undated := &evening{d: history.Open(history.Options{Path: path}), bpm: 61}
	undated.seconds("a", 0, 6*time.Minute)
	if err := undated.d.Close(); err != nil {
		t.Fatal(err)
	}
	rows := slices.DeleteFunc(rawRows(t, path), func(r [3][]byte) bool { return string(r[0]) != "unplaced" })
	putRow(t, path, rows[1], []byte{9})
	d := history.Open(history.Options{Path: path})
	defer d.Close()
	var got []time.Duration
	for {
		some, err := d.Undated("a", uint64(len(got)), 2)
		var bad *history.Unreadable
		if err != nil && !errors.As(err, &bad) {
			t.Fatal(err)
		}
		if len(some) == 0 {
			break
		}
		for _, m := range some {
			got = append(got, m.Since)
		}
	}
	want := []time.Duration{0, 2 * time.Minute, 3 * time.Minute, 4 * time.Minute, 5 * time.Minute}
	if !slices.Equal(got, want) {
		t.Errorf("minutes %v, want %v", got, want)
	}
}

func TestUnreadableRowsAreCountedOnceAndNeverWithoutEnd(t *testing.T) {
	var u history.Unreadable
	if u.Err() != nil {
		t.Error("nothing is an error")
	}
	other := errors.New("the disk does not answer")
	if err := u.Take(&history.Unreadable{Rows: []string{"one", "two"}}); err != nil || !errors.Is(u.Take(other), other) {
		t.Errorf("%v, and other errors do not come back", err)
	}
	u.Add([]string{"two", "three"}, false)
	if got := u.Error(); got != "3 rows cannot be read, the first: one" {
		t.Error(got)
	}
	for i := range 2000 {
		u.Add([]string{time.Duration(i).String()}, false)
	}
	if len(u.Rows) > 1000 || !strings.HasPrefix(u.Error(), "more than 1000 rows") {
		t.Error(u.Error())
	}
}
