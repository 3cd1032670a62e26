package history_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"hubd/history"
)

// guestModules are what the kernel needs for the card, in the order in which they are loaded.
func guestModules() []string {
	return []string{"virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci", "virtio_blk"}
}

// writeInitial writes what the computer has in memory when it starts: this program as its only one, and the modules.
func writeInitial(path, parts string) error {
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		return err
	}
	var all bytes.Buffer
	archive(&all, "dev", 0o040755, 0, nil)
	archive(&all, "dev/console", 0o020600, 5<<8|1, nil)
	archive(&all, "state", 0o040755, 0, nil)
	archive(&all, "modules", 0o040755, 0, nil)
	for i, name := range guestModules() {
		module, err := os.ReadFile(filepath.Join(parts, name+".ko"))
		if errors.Is(err, fs.ErrNotExist) {
			continue // some kernels have it built in
		}
		if err != nil {
			return err
		}
		archive(&all, fmt.Sprintf("modules/%d", i), 0o100644, 0, module)
	}
	archive(&all, "init", 0o100755, 0, self)
	archive(&all, "TRAILER!!!", 0, 0, nil)
	return os.WriteFile(path, all.Bytes(), 0o600)
}

// archive appends an entry as cpio's newc form has it.
func archive(out *bytes.Buffer, name string, mode, device uint32, content []byte) {
	fmt.Fprintf(out, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		out.Len(), mode, 0, 0, 1, 0, len(content), 0, 0, device>>8, device&0xff, len(name)+1, 0)
	out.WriteString(name + "\x00")
	pad(out)
	out.Write(content)
	pad(out)
}

func pad(out *bytes.Buffer) { out.Write(make([]byte, -out.Len()&3)) }

// liveInGuest is the whole life of the computer whose power is cut: this process is its first and only one. It never returns.
func liveInGuest(t *testing.T) {
	if err := mountCard(); err != nil {
		t.Fatal(err)
	}
	fmt.Println("mounted")
	const path = "/state/hubd/history.db"
	found := counted(t, path)
	saved, err := savedSettings(filepath.Dir(path))
	if err != nil {
		fmt.Println("wrong settings:", err)
	}
	if t.Failed() {
		fmt.Println("wrong history: see above")
	}
	fmt.Println("found", found.kept, found.notes, saved, notErased(t, filepath.Dir(path)))
	writeUntilKilled(path)
}

// endure lives on a card that refuses writes at some moment: nothing may end or hang, what is wrong is said, and what was stored can still be read. It
// never returns.
func endure(t *testing.T) {
	if err := mountCard(); err != nil {
		t.Fatal(err)
	}
	fmt.Println("mounted")
	const path = "/state/hubd/history.db"
	v := &evening{d: history.Open(history.Options{Path: path, Check: history.Examine}), epoch: start, bpm: 60}
	settings := history.OpenSettings(filepath.Dir(path))
	stored, refused := 0, 0
	for i := 0; refused < 30; i++ {
		at := time.Duration(i) * time.Minute
		v.seconds("a", at, at+time.Minute)
		v.d.Commit(v.wall(at + 70*time.Second))
		err := settings.Save(numbered(i))
		if status := v.d.Status(); status == "" && refused == 0 {
			stored = i + 1
		} else if refused++; refused%10 == 1 {
			fmt.Printf("status %s; settings: %v\n", status, err)
		}
	}
	there, err := v.d.Minutes("a", time.Time{}, ever, 1_000_000)
	fmt.Println("endured", stored, len(there), err == nil)
	time.Sleep(time.Hour) // until the power goes
}

// mountCard loads the card's modules and mounts it.
func mountCard() error {
	if err := syscall.Mount("devtmpfs", "/dev", "devtmpfs", 0, ""); err != nil {
		return fmt.Errorf("mount /dev: %w", err)
	}
	modules, err := filepath.Glob("/modules/*")
	if err != nil {
		return err
	}
	slices.Sort(modules)
	for _, m := range modules {
		if err := loadModule(m); err != nil {
			return fmt.Errorf("load %s: %w", m, err)
		}
	}
	for range 100 {
		if err = syscall.Mount("/dev/vda", "/state", "ext4", 0, "errors=remount-ro"); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond) // the kernel looks for cards beside this
	}
	return fmt.Errorf("mount the card: %w", err)
}

func loadModule(path string) error {
	module, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	none := []byte{0}
	_, _, fault := syscall.Syscall(syscall.SYS_INIT_MODULE,
		uintptr(unsafe.Pointer(&module[0])), uintptr(len(module)), uintptr(unsafe.Pointer(&none[0])))
	if fault != 0 {
		return fault
	}
	return nil
}
