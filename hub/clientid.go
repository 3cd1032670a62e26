package hub

import (
	"fmt"
	"hash/fnv"
	"os"
)

// clientID names this hub to a broker: the same after every restart, different on every machine and for every hub on it. Two
// clients under one id would throw each other out for ever.
func clientID(hub string) string {
	machine, err := os.ReadFile("/etc/machine-id")
	if err != nil || len(machine) == 0 {
		name, _ := os.Hostname() // without either, one hub id a broker is all that is asked
		machine = []byte(name)
	}
	h := fnv.New32a()
	h.Write(machine)
	h.Write([]byte(hub))
	return fmt.Sprintf("hubd-%08x", h.Sum32())
}
