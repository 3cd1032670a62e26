package hub

import (
	"crypto/sha256"
	"fmt"
	"hash/fnv"
	"os"

	"hubd/config"
)

// clientID names this hub to a broker: the same after every restart, different on every machine and for every hub on it. Two
// clients under one id would throw each other out for ever.
func clientID(hub string) string {
	h := fnv.New32a()
	h.Write(machine())
	h.Write([]byte(hub))
	return fmt.Sprintf("hubd-%08x", h.Sum32())
}

// machine is what this machine has and no other.
func machine() []byte {
	id, err := os.ReadFile("/etc/machine-id")
	if err != nil || len(id) == 0 {
		name, _ := os.Hostname() // without either, one hub id a broker is all that is asked
		return []byte(name)
	}
	return id
}

// mark tells this installation from every other, whatever its id and name: by the machine and the place of its history, which
// only one hub at a time can have. It tells neither. A hub that stores nothing, as the demo, has none.
func mark(c *config.Config) string {
	if c.History.Path == "" {
		return ""
	}
	h := sha256.New()
	h.Write(machine())
	h.Write([]byte(historyPath(c)))
	return fmt.Sprintf("%x", h.Sum(nil)[:6])
}
