package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	if err := all(); err != nil {
		fmt.Println("FAIL", err)
	}
	fmt.Println("END")
	unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
}

func all() error {
	if err := mountAll(); err != nil {
		return err
	}
	if err := loadModules("/modules"); err != nil {
		return err
	}
	if err := connect(); err != nil {
		return err
	}
	pin(0, 1)
	w, err := newWorld()
	if err != nil {
		return err
	}
	broker := os.Getenv("HUBD_BROKER")
	os.WriteFile(configFile, fmt.Appendf(nil, config, broker), 0o644)
	e, err := newEars(broker)
	if err != nil {
		return err
	}
	if err := e.client.Start(context.Background()); err != nil {
		return err
	}
	for _, path := range []string{"/hubd-arm64", "/hubd-armv6"} {
		p := &program{path: path}
		out, err := p.ask(time.Minute, "version")
		fmt.Println(out, err)
		out, err = p.ask(time.Minute, "check", "--config", configFile)
		fmt.Println(out, err)
		if err := p.start([]uint32{busGroup}); err != nil {
			return err
		}
		pin(p.cmd.Process.Pid, 0)
		for range 12 {
			before := map[string]uint64{}
			for n, d := range w.devices {
				before[n] = d.Calls()
			}
			time.Sleep(2500 * time.Millisecond)
			s, err := p.status()
			fmt.Println(s, err)
			for n, d := range w.devices {
				fmt.Printf("%s %.1f/s; ", n, float64(d.Calls()-before[n])/2.5)
			}
			for i, x := range []string{"a", "b"} {
				st := e.state(x)
				fmt.Print(x, " ", st.State, " ")
				if st.HeartRate != nil {
					fmt.Print(*st.HeartRate)
				}
				if st.Reason != nil {
					fmt.Print(*st.Reason)
				}
				fmt.Print(" truth ", w.bodies[i].heartRate(), " ")
			}
			fmt.Println(e.messages())
			fmt.Println("guest", ran(1), "hubd", ran(p.cmd.Process.Pid), "at", w.now())
		}
		d, err := p.stop(10 * time.Second)
		fmt.Println(d, err)
		fmt.Println(p.log)
	}
	return nil
}

func ran(pid int) (ms float64) {
	m, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, f := range m {
		b, _ := os.ReadFile(f)
		var ns float64
		fmt.Sscan(string(b), &ns)
		ms += ns / 1e6
	}
	return ms
}

func pin(pid, cpu int) {
	var set unix.CPUSet
	set.Set(cpu)
	d := 1
	if pid != 0 {
		d = pid
	}
	m, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", d))
	for _, f := range m {
		var id int
		fmt.Sscan(filepath.Base(f), &id)
		fmt.Println("pin", id, cpu, unix.SchedSetaffinity(id, &set))
	}
}
