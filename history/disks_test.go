package history

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// fakeMachine is a /sys and a mountinfo of a Pi: a card with two partitions, a stick, an image on the card that is mounted as a loop, an encrypted
// part of the card, an overlay and a btrfs.
func fakeMachine(t *testing.T) machine {
	t.Helper()
	root := t.TempDir()
	put := func(path, text string) {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	block := func(number, at string) {
		put(at+"/dev", number+"\n")
		link := filepath.Join(root, "sys/dev/block", number)
		if err := os.MkdirAll(filepath.Dir(link), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(root, at), link); err != nil {
			t.Fatal(err)
		}
	}
	block("179:0", "sys/devices/mmcblk0")
	for i, part := range []string{"179:1", "179:2", "179:3"} {
		at := fmt.Sprintf("sys/devices/mmcblk0/mmcblk0p%d", i+1)
		block(part, at)
		put(at+"/partition", fmt.Sprint(i+1))
	}
	block("8:0", "sys/devices/sda")
	block("8:1", "sys/devices/sda/sda1")
	put("sys/devices/sda/sda1/partition", "1")
	block("253:0", "sys/devices/dm-0")
	put("sys/devices/dm-0/slaves/mmcblk0p3/dev", "179:3")
	block("253:1", "sys/devices/dm-1")
	put("sys/devices/dm-1/slaves/dm-1/dev", "253:1") // itself
	block("7:0", "sys/devices/loop0")
	image := filepath.Join(root, "image")
	put("image", "")
	put("sys/devices/loop0/loop/backing_file", image+"\n")
	put("proc/self/mountinfo", strings.Join([]string{
		"20 1 0:40 / /run rw - tmpfs tmpfs rw",
		"21 1 0:41 / /over rw - overlay overlay rw,lowerdir=/nowhere,upperdir=" + root + ",workdir=/w",
		"22 1 0:42 / /net rw - nfs server:/x rw",
		"half a line", "",
	}, "\n"))
	return machine{root}
}

func TestADiskIsFoundUnderWhatLiesOnIt(t *testing.T) {
	m := fakeMachine(t)
	var here []string // what lies under the folder of this test
	if err := (machine{}).disksUnder(m.root, mostLayers, func(d string) { here = append(here, d) }); err != nil {
		t.Skip("the disks of this machine cannot be told: ", err)
	}
	for _, tt := range []struct {
		name         string
		major, minor uint32
		want         []string
		fails        bool
	}{
		{"a partition is its card", 179, 2, []string{"mmcblk0"}, false},
		{"another partition is the same card", 179, 1, []string{"mmcblk0"}, false},
		{"a stick is another", 8, 1, []string{"sda"}, false},
		{"an encrypted part is the card it lies on", 253, 0, []string{"mmcblk0"}, false},
		{"a mapping of itself ends", 253, 1, nil, true},
		{"memory is no disk of anybody's", 0, 40, []string{"0:40"}, false},
		{"the network too", 0, 42, []string{"0:42"}, false},
		{"what nobody mounted is by itself", 0, 99, []string{"0:99"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			err := m.disksOf(unix.Mkdev(tt.major, tt.minor), mostLayers, func(d string) { got = append(got, d) })
			if (err != nil) != tt.fails || !slices.Equal(got, tt.want) {
				t.Errorf("%q, %v: want %q", got, err, tt.want)
			}
		})
	}
}

// What lies under an image or an overlay is told by the device of a real file, so the device of this test's folder is made known.
func TestAnImageAndAnOverlayAreTheDiskTheyLieOn(t *testing.T) {
	m := fakeMachine(t)
	var stat unix.Stat_t
	if err := unix.Stat(m.root, &stat); err != nil {
		t.Fatal(err)
	}
	number := fmt.Sprintf("%d:%d", unix.Major(uint64(stat.Dev)), unix.Minor(uint64(stat.Dev)))
	link := filepath.Join(m.root, "sys/dev/block", number)
	if err := os.Symlink(filepath.Join(m.root, "sys/devices/mmcblk0/mmcblk0p2"), link); err != nil {
		t.Skip("this machine's own numbers are the fake ones: ", err)
	}
	for name, dev := range map[string]uint64{"an image": unix.Mkdev(7, 0), "an overlay": unix.Mkdev(0, 41)} {
		var got []string
		if err := m.disksOf(dev, mostLayers, func(d string) { got = append(got, d) }); err != nil || !slices.Equal(got, []string{"mmcblk0"}) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if same, err := m.sameDisk(m.root, filepath.Join(m.root, "image")); err != nil || !same {
		t.Errorf("two files of one folder: %v, %v", same, err)
	}
}

func FuzzParseMount(f *testing.F) {
	f.Add("36 35 98:0 / /mnt rw,noatime master:1 - ext3 /dev/root rw,errors=continue")
	f.Add("21 1 0:41 / / rw - overlay overlay rw,lowerdir=/a:/b,upperdir=/c")
	f.Add(" - ")
	f.Fuzz(func(t *testing.T, line string) {
		m, ok := parseMount(line)
		if ok && (m.number == "" || m.kind == "" || !strings.Contains(line, m.source)) {
			t.Errorf("%q was read as %+v", line, m)
		}
	})
}
