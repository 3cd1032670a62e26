package history_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hubd/history"
)

// What is damaged inside its pages may end the process that looks: hub's tests, which look in another one, have such files.
func TestALookAtAFileFindsWhatIsWrong(t *testing.T) {
	path := file(t)
	v := &evening{d: open(t, path), epoch: start, bpm: 60}
	v.seconds("a", 0, 40*time.Minute)
	written(t, v.d, "a", strings.Repeat("long ", 1000), start)
	if err := v.d.Close(); err != nil {
		t.Fatal(err)
	}
	whole := read(t, path)
	for _, row := range []struct {
		name    string
		content []byte
		damaged bool
	}{
		{"what hubd wrote", whole, false},
		{"text", []byte("this is no history"), true},
		{"nothing but zeros", make([]byte, 5*4096), true},
	} {
		t.Run(row.name, func(t *testing.T) {
			one := filepath.Join(t.TempDir(), "history.db")
			put(t, one, row.content)
			if err := history.Examine(one); errors.Is(err, history.ErrDamaged) != row.damaged || (err == nil) == row.damaged {
				t.Errorf("got %v", err)
			}
			if !bytes.Equal(read(t, one), row.content) {
				t.Error("looking at it changed it")
			}
		})
	}
	if err := history.Examine(path + ".nowhere"); err == nil || errors.Is(err, history.ErrDamaged) {
		t.Errorf("of no file it says %v", err)
	}
}

// bbolt believes what a page says of its rows. One that reaches beyond the file is found by its form, not by what reading it does: that depends on
// what lies behind the file in the memory of whoever reads.
func TestALookFindsARowThatReachesBeyondItsPage(t *testing.T) {
	path := file(t)
	v := &evening{d: open(t, path), epoch: start, bpm: 60}
	v.seconds("a", 0, 120*time.Minute)
	written(t, v.d, "a", "one small bucket", start)
	if err := v.d.Close(); err != nil {
		t.Fatal(err)
	}
	const rows, buckets = 0, 1 // the kinds of a leaf's elements
	ofBuckets := func(ownPage bool) func([]byte) []byte {
		return func(page []byte) []byte {
			if leaf := leafOf(buckets)(page); leaf != nil && aBucket(leaf, ownPage) != nil {
				return leaf
			}
			return nil
		}
	}
	for _, row := range []struct {
		name  string
		page  func(page []byte) (leaf []byte)
		spoil func(leaf []byte)
	}{
		{"a bucket, by more than the whole file", leafOf(buckets), func(leaf []byte) { longer(leaf, 8<<20) }},
		{"a bucket, by some pages", leafOf(buckets), func(leaf []byte) { longer(leaf, 2<<12) }},
		{"a row of a bucket", leafOf(rows), func(leaf []byte) { longer(leaf, 1<<31) }},
		{"a row of a bucket that has no page of its own", ofBuckets(false), func(leaf []byte) { longer(aBucket(leaf, false)[16:], 1<<13) }},
		{"a bucket at a page that no disk has", ofBuckets(true), func(leaf []byte) { binary.NativeEndian.PutUint64(aBucket(leaf, true), 1<<63) }},
		{"a bucket at the page that it stands in", ofBuckets(true), func(leaf []byte) { copy(aBucket(leaf, true), leaf[:8]) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			data, spoilt := read(t, path), 0
			for at := 2 * 4096; at < len(data); at += 4096 {
				if leaf := row.page(data[at : at+4096]); leaf != nil {
					row.spoil(leaf)
					spoilt++
				}
			}
			one := filepath.Join(t.TempDir(), "history.db")
			put(t, one, data)
			if err := history.Examine(one); !errors.Is(err, history.ErrDamaged) || spoilt == 0 {
				t.Errorf("of %d spoilt pages it says %v", spoilt, err)
			}
		})
	}
}

// leafOf picks the leaves whose first element is of a kind.
func leafOf(kind uint32) func(page []byte) []byte {
	return func(page []byte) []byte {
		if binary.NativeEndian.Uint16(page[8:]) != 2 || binary.NativeEndian.Uint16(page[10:]) == 0 || binary.NativeEndian.Uint32(firstElement(page)) != kind {
			return nil
		}
		return page
	}
}

// firstElement of a page: its kind, where its key is, how long that is, and how long its value.
func firstElement(page []byte) []byte { return page[16:] }

// longer lets the value of a leaf's first element reach further.
func longer(leaf []byte, by uint32) {
	size := firstElement(leaf)[12:]
	binary.NativeEndian.PutUint32(size, binary.NativeEndian.Uint32(size)+by)
}

// aBucket gives the value of the first element that is a bucket with a page of its own, or with rows and without one.
func aBucket(leaf []byte, ownPage bool) []byte {
	for i := range int(binary.NativeEndian.Uint16(leaf[10:])) {
		e := leaf[16+16*i:]
		value := e[binary.NativeEndian.Uint32(e[4:])+binary.NativeEndian.Uint32(e[8:]):]
		if own := binary.NativeEndian.Uint64(value) != 0; own == ownPage && (own || binary.NativeEndian.Uint16(value[16+10:]) > 0) {
			return value
		}
	}
	return nil
}

// bbolt finds every row of such a file, and spoils it with the next one that it writes.
func TestALookFindsABranchThatIsNotWhatIsBelowIt(t *testing.T) {
	path := file(t)
	v := &evening{d: open(t, path), epoch: start, bpm: 60}
	for m := time.Duration(0); m < 300*time.Minute; m += time.Minute {
		v.seconds("a", m, m+time.Minute)
	}
	v.d.Commit(v.wall(301 * time.Minute))
	if err := v.d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := history.Examine(path); err != nil {
		t.Fatal(err)
	}
	data, spoilt := read(t, path), 0
	for at := 0; at < len(data); at += 4096 {
		page := data[at:]
		if kind := binary.NativeEndian.Uint16(page[8:]); kind != 1 {
			continue
		}
		second := page[32:] // past the head and the first element: where its key is, and how long
		key := second[binary.NativeEndian.Uint32(second):][:binary.NativeEndian.Uint32(second[4:])]
		key[7]-- // a second earlier than the first row below it: in order still
		spoilt++
	}
	one := filepath.Join(t.TempDir(), "history.db")
	put(t, one, data)
	if err := history.Examine(one); !errors.Is(err, history.ErrDamaged) || spoilt == 0 {
		t.Errorf("of %d spoilt branches it says %v", spoilt, err)
	}
}

func TestACheckDecidesWhatIsSetAside(t *testing.T) {
	whole, torn := func(string) error { return nil }, func(string) error { return fmt.Errorf("%w: torn", history.ErrDamaged) }
	blind := func(string) error { return errors.New("no process could be started") }
	for _, row := range []struct {
		name   string
		check  func(string) error
		deaths int // marks of processes that ended while opening it
		aside  bool
	}{
		{"a whole file stays", whole, 0, false},
		{"a damaged one goes", torn, 0, true},
		{"one that could not be looked at and ended hubd goes", blind, 1, true},
		{"a power cut while a whole file was opened costs nothing", whole, 2, false},
		{"one that ends hubd again and again goes, whatever the check says", whole, 5, true},
		{"without a check it goes at once", nil, 1, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := file(t)
			d := open(t, path)
			written(t, d, "a", "kept", start)
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			if row.deaths > 0 {
				put(t, path+".opening", []byte(strings.Repeat("opening\n", row.deaths)))
			}
			d = opened(history.Options{Path: path, Check: row.check})
			defer d.Close()
			got := texts(t, d, "a", time.Time{}, ever)
			if aside, _ := filepath.Glob(path + ".corrupt-*"); len(aside) > 0 != row.aside || (got == "kept") == row.aside {
				t.Errorf("set aside: %v; notes %q; %s", aside, got, d.Status())
			}
			if _, err := os.Lstat(path + ".opening"); err == nil {
				t.Error("the marker stays")
			}
		})
	}
}

// A machine may be short of processes for a while: unseen, a damaged file could end hubd.
func TestAFileThatCannotBeLookedAtWaitsThenOpensAllTheSame(t *testing.T) {
	path := file(t)
	d := open(t, path)
	written(t, d, "a", "kept", start)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	looks := 0
	d = opened(history.Options{Path: path, Check: func(string) error { looks++; return errors.New("no process could be started") }})
	defer d.Close()
	if s := d.Status(); !strings.Contains(s, "no process could be started") || !strings.Contains(s, "in memory") {
		t.Errorf("status %q", s)
	}
	for range 40 {
		d.Commit(start)
	}
	if got := texts(t, d, "a", time.Time{}, ever); got != "kept" || looks != 4 || d.Status() != "" {
		t.Errorf("after %d looks the notes are %q, %s", looks, got, d.Status())
	}
}

// A page that the disk does not give is a fault of the processor, since the file is mapped: the same as one that is cut off under it.
func TestAFileThatShrinksUnderneathIsAnErrorAndHistoryGoesOn(t *testing.T) {
	path := file(t)
	v := &evening{d: open(t, path), epoch: start, bpm: 60}
	for m := time.Duration(0); m < 300*time.Minute; m += time.Minute {
		v.seconds("a", m, m+time.Minute)
	}
	v.d.Commit(v.wall(301 * time.Minute))
	if err := os.Truncate(path, 4096); err != nil {
		t.Fatal(err)
	}
	if _, err := v.d.Minutes("", time.Time{}, ever, 1000); err == nil {
		t.Error("rows were read that are not there")
	}
	v.seconds("a", 301*time.Minute, 303*time.Minute)
	v.d.Commit(v.wall(304 * time.Minute))
	v.d.Commit(v.wall(304 * time.Minute))
	if got := minutes(t, v.d, "a"); len(got) == 0 || !strings.Contains(v.d.Status(), "set aside") {
		t.Errorf("%d minutes, status %q: want a new file", len(got), v.d.Status())
	}
}

// mounted is a file system of its own of so many bytes, which only root can make.
func mounted(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("no file system of one's own can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestAFullDiskLeavesRowsInMemoryUntilThereIsRoom(t *testing.T) {
	dir := mounted(t, "3m")
	v := &evening{d: open(t, filepath.Join(dir, "history.db")), epoch: start, bpm: 60}
	filler := filepath.Join(dir, "filler")
	put(t, filler, nil)
	f, err := os.OpenFile(filler, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, err = f.Write(make([]byte, 4096)); err == nil; _, err = f.Write(make([]byte, 4096)) {
	}
	m := time.Duration(0)
	for ; m < 3000*time.Minute && v.d.Status() == ""; m += time.Minute {
		v.seconds("a", m, m+time.Minute)
		v.d.Commit(v.wall(m + 70*time.Second))
	}
	if s := v.d.Status(); !strings.Contains(s, "the disk is full") || !strings.Contains(s, dir) {
		t.Fatalf("status %q: want in plain words what and where", s)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for range 12 {
		v.d.Commit(v.wall(m + time.Minute))
	}
	if got := minutes(t, v.d, "a"); len(got) != int(m/time.Minute) || v.d.Status() != "" {
		t.Errorf("%d minutes of %d, status %q", len(got), m/time.Minute, v.d.Status())
	}
}

func TestAReadOnlyDiskIsSaidAndWaitedFor(t *testing.T) {
	dir := mounted(t, "8m")
	remount := func(flags uintptr) {
		if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|flags, ""); err != nil {
			t.Fatal(err)
		}
	}
	remount(syscall.MS_RDONLY)
	v := &evening{d: open(t, filepath.Join(dir, "history.db")), epoch: start, bpm: 60}
	if s := v.d.Status(); !strings.Contains(s, "read-only") || !strings.Contains(s, dir) {
		t.Errorf("status %q", s)
	}
	v.seconds("a", 0, time.Minute)
	remount(0)
	for range 11 {
		v.d.Commit(v.wall(2 * time.Minute))
	}
	if got := minutes(t, v.d, "a"); len(got) != 1 || v.d.Status() != "" {
		t.Errorf("%d minutes, status %q", len(got), v.d.Status())
	}
}
