// The guest of make test-kernel: the first program of a Linux machine that has nothing but this, hubd, and a few modules of its kernel. It
// makes the chips' device nodes, lets hubd live through an evening beside them, and tells each step on the console.
package main

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"hubd/mqtt/broker"
	"hubd/scripts/kernel/plan"
)

func main() {
	if os.Getpid() != 1 {
		fmt.Fprintln(os.Stderr, "this runs as the first program of an emulated machine: make test-kernel")
		os.Exit(2)
	}
	run()
	fmt.Println(plan.End)
	unix.Sync()
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF) // where it fails, the end of the first program stops the kernel as well
}

// run does all steps.
func run() {
	w, ears, err := boot(context.Background())
	if err != nil {
		fmt.Println(plan.Failed("boot", err))
		return
	}
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		fmt.Println(plan.Failed("boot", err))
		return
	}
	fmt.Println(plan.Done("boot", fmt.Sprintf("Linux %s, nodes /dev/%s, /dev/%s, /dev/%s", unix.ByteSliceToString(name.Release[:]), adsNode, maxNode, mcpNode)))
	for _, build := range plan.Programs() {
		e := &evening{world: w, ears: ears, program: &program{path: "/hubd-" + build}}
		if !e.live(build) {
			return
		}
	}
}

func boot(ctx context.Context) (*world, *ears, error) {
	if err := mountAll(); err != nil {
		return nil, nil, err
	}
	if err := loadModules("/modules"); err != nil {
		return nil, nil, err
	}
	if err := connect(); err != nil {
		return nil, nil, err
	}
	if err := os.WriteFile(configFile, []byte(hubdConfig), 0o644); err != nil {
		return nil, nil, err
	}
	w, err := newWorld()
	if err != nil {
		return nil, nil, err
	}
	go w.live(ctx)
	if err := openTo(busGroup, "/dev/gpiochip0"); err != nil {
		return nil, nil, err
	}
	if _, err := broker.Start(brokerAddress, nil); err != nil { // it ends with the machine
		return nil, nil, err
	}
	ears, err := newEars(ctx)
	return w, ears, err
}

// live goes through the evening of one build. A step that fails leaves the others to be seen, but for a daemon that does not start.
func (e *evening) live(build string) bool {
	steps := e.steps()
	for _, step := range plan.Evening(build) {
		figures, err := steps[step]()
		if err == nil {
			fmt.Println(plan.Done(build+" "+step, figures))
			continue
		}
		fmt.Println(plan.Failed(build+" "+step, err))
		if e.log != nil {
			fmt.Println(e.log)
		}
		if step == "start" {
			return false
		}
	}
	return true
}
