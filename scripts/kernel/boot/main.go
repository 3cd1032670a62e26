// Boots the guest of make test-kernel in QEMU and judges what its console says. scripts/test-kernel.sh brings
// what it needs.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"hubd/scripts/kernel/plan"
)

// wholeWithin bounds the test, stepWithin each step of it, both in the time of this machine. On a busy one a second of the guest takes many:
// its own bounds are in its own time.
const (
	wholeWithin = 90 * time.Minute
	stepWithin  = 20 * time.Minute
)

func main() {
	var o options
	flag.StringVar(&o.kernel, "kernel", "", "kernel `FILE` of the guest")
	flag.StringVar(&o.modules, "modules", "", "`FOLDER` with the kernel's modules")
	flag.StringVar(&o.programs, "programs", "", "`FOLDER` with guest and the builds of hubd")
	flag.StringVar(&o.log, "log", "", "`FILE` for the whole console")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, wholeWithin)
	defer cancel()
	if err := test(ctx, o); err != nil {
		fmt.Fprintf(os.Stderr, "test-kernel: %v; the console is in %s\n", err, o.log)
		os.Exit(1)
	}
	fmt.Printf("%d steps done\n", len(plan.Steps()))
}

// options are the files of the test.
type options struct{ kernel, modules, programs, log string }

// test runs the guest once.
func test(ctx context.Context, o options) (err error) {
	folder, err := os.MkdirTemp("", "hubd-kernel")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	archive := filepath.Join(folder, "initramfs")
	if err := pack(archive, o); err != nil {
		return err
	}
	console, err := os.Create(o.log)
	if err != nil {
		return err
	}
	defer console.Close()
	m, err := startMachine(ctx, o.kernel, archive, filepath.Join(folder, "monitor"))
	if err != nil {
		return err
	}
	defer m.end()
	if err := judge(ctx, m, console); err != nil {
		return fmt.Errorf("%w (%s)", err, m.state())
	}
	return nil
}

// pack writes the guest's first file system.
func pack(to string, o options) error {
	files := []file{
		{path: "dev", mode: folderMode}, {path: "dev/console", mode: consoleMode, rdev: [2]int{5, 1}}, {path: "modules", mode: folderMode},
		{path: "init", mode: programMode, source: filepath.Join(o.programs, "guest")},
	}
	for _, build := range plan.Programs() {
		files = append(files, file{path: "hubd-" + build, mode: programMode, source: filepath.Join(o.programs, "hubd-"+build)})
	}
	modules, err := filepath.Glob(filepath.Join(o.modules, "*.ko"))
	if err != nil {
		return err
	}
	for _, m := range modules {
		files = append(files, file{path: "modules/" + filepath.Base(m), mode: programMode, source: m})
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := writeArchive(out, files); err != nil {
		return err
	}
	return out.Close()
}
