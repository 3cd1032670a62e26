package history

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// machine is where the kernel tells of its disks; root is empty but in tests.
type machine struct{ root string }

// mostLayers is how many file systems and mappings may lie between a file and its disk: a loop among them ends.
const mostLayers = 8

// errLayers is a disk under more than that.
var errLayers = errors.New("too many layers lie between it and its disk")

// sameDisk tells whether two files lie on one disk, through partitions, bind mounts, images mounted as loops, mappings (dm-crypt, LVM) and overlays.
func (m machine) sameDisk(a, b string) (bool, error) {
	of := map[string]bool{}
	if err := m.disksUnder(a, mostLayers, func(disk string) { of[disk] = true }); err != nil {
		return false, err
	}
	same := false
	err := m.disksUnder(b, mostLayers, func(disk string) { same = same || of[disk] })
	return same, err
}

// disksUnder gives every disk on which a file lies.
func (m machine) disksUnder(path string, layers int, disk func(string)) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("the system does not tell of devices")
	}
	return m.disksOf(uint64(stat.Dev), layers, disk)
}

// disksOf gives every disk of a device.
func (m machine) disksOf(dev uint64, layers int, disk func(string)) error {
	if layers == 0 {
		return errLayers
	}
	number := fmt.Sprintf("%d:%d", unix.Major(dev), unix.Minor(dev))
	at, err := filepath.EvalSymlinks(filepath.Join(m.root, "/sys/dev/block", number))
	if errors.Is(err, fs.ErrNotExist) {
		return m.mountOf(number, layers, disk)
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(at, "partition")); err == nil {
		at = filepath.Dir(at)
	}
	if image, err := os.ReadFile(filepath.Join(at, "loop", "backing_file")); err == nil {
		return m.disksUnder(strings.TrimSpace(string(image)), layers-1, disk)
	}
	under, err := os.ReadDir(filepath.Join(at, "slaves"))
	if err == nil && len(under) > 0 {
		for _, u := range under {
			if err := m.disksNamed(filepath.Join(at, "slaves", u.Name()), layers-1, disk); err != nil {
				return err
			}
		}
		return nil
	}
	disk(filepath.Base(at))
	return nil
}

// disksNamed gives the disks of a block device by its folder in /sys.
func (m machine) disksNamed(folder string, layers int, disk func(string)) error {
	text, err := os.ReadFile(filepath.Join(folder, "dev"))
	if err != nil {
		return err
	}
	var major, minor uint32
	if _, err := fmt.Sscanf(string(text), "%d:%d", &major, &minor); err != nil {
		return fmt.Errorf("%s/dev: %w", folder, err)
	}
	return m.disksOf(unix.Mkdev(major, minor), layers, disk)
}

// mountOf gives the disks of a file system whose device is no disk's: a btrfs names its source, an overlay the folders that it shows. Memory and
// the network are their own disk.
func (m machine) mountOf(number string, layers int, disk func(string)) error {
	f, err := os.Open(filepath.Join(m.root, "/proc/self/mountinfo"))
	if err != nil {
		return err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		mount, ok := parseMount(lines.Text())
		if !ok || mount.number != number {
			continue
		}
		if mount.kind == "overlay" {
			return m.overlay(mount.options, layers, disk)
		}
		if info, err := os.Stat(mount.source); err == nil && info.Mode()&fs.ModeDevice != 0 {
			if stat, ok := info.Sys().(*syscall.Stat_t); ok && uint64(stat.Rdev) != 0 {
				return m.disksOf(uint64(stat.Rdev), layers-1, disk)
			}
		}
		break
	}
	disk(number)
	return nil
}

// overlay gives the disks of the folders under an overlay. A folder that cannot be seen from here is told by the overlay's other ones.
func (m machine) overlay(options string, layers int, disk func(string)) error {
	var first error
	seen := 0
	for _, o := range strings.Split(options, ",") {
		key, folders, _ := strings.Cut(o, "=")
		if key != "upperdir" && key != "lowerdir" {
			continue
		}
		for _, folder := range strings.Split(folders, ":") {
			if err := m.disksUnder(folder, layers-1, disk); err != nil {
				first = err
				continue
			}
			seen++
		}
	}
	if seen == 0 && first != nil {
		return first
	}
	return nil
}

// mountedAs is one line of mountinfo.
type mountedAs struct{ number, kind, source, options string }

// parseMount reads "36 35 98:0 / /mnt rw,noatime master:1 - ext3 /dev/root rw".
func parseMount(line string) (m mountedAs, ok bool) {
	before, after, ok := strings.Cut(line, " - ")
	head, tail := strings.Fields(before), strings.Fields(after)
	if !ok || len(head) < 3 || len(tail) < 3 {
		return m, false
	}
	return mountedAs{number: head[2], kind: tail[0], source: tail[1], options: tail[2]}, true
}
