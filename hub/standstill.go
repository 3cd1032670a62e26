//go:build standstill

package hub

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

var askedToStandStill = sync.OnceValue(func() chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	return c
})

// standStill stops the processing goroutine for ever after SIGUSR1, to see whether systemd notices.
func standStill() {
	select {
	case <-askedToStandStill():
		select {}
	default:
	}
}
