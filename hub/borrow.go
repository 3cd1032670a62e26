package hub

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"time"

	"hubd/config"
	"hubd/wire"
)

// errFree is a bus that no daemon has.
var errFree = errors.New("hub: no daemon uses this bus")

// loan is a bus that a running daemon has lent to this command. ctx ends when the lend does, with the reason as its cause.
type loan struct {
	ctx  context.Context
	may  map[string]bool // wearers who may be read
	give func()          // gives the bus back
}

// deviceOf is how the daemon calls a bus.
func deviceOf(b config.Bus) string {
	if b.SPI != "" {
		return "spi/" + b.SPI
	}
	return "i2c/" + b.I2C
}

// borrow asks the daemon at a socket for a bus. Where none answers, or it does not use this bus, the bus is free: errFree. The daemon takes
// it back when this process ends, however it ends, since the connection then closes. Whose electrodes are off is told meanwhile; told may be nil.
func borrow(ctx context.Context, socket string, b config.Bus, wearer string, length time.Duration, told func([]wire.LeadsOff)) (*loan, error) {
	if socket == "" {
		socket = findSocket()
	}
	resp, cancel, err := askForBus(ctx, socket, "/api/lend/"+deviceOf(b)+"?"+url.Values{
		"wearer": {wearer}, "seconds": {strconv.Itoa(int(length/time.Second) + 1)},
	}.Encode())
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(resp.Body) // it takes no line without end
	lent, err := firstLine(resp.StatusCode, lines)
	if err != nil {
		resp.Body.Close()
		cancel()
		return nil, err
	}
	l := &loan{may: map[string]bool{}}
	for _, w := range lent.Wearers {
		l.may[w] = true
	}
	over, end := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		end(lastLine(lines, told))
	}()
	l.ctx, l.give = over, func() {
		cancel()
		resp.Body.Close()
		<-done
	}
	return l, nil
}

// askForBus sends the request. The answer goes on for as long as the lend does.
func askForBus(ctx context.Context, socket, path string) (*http.Response, context.CancelFunc, error) {
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, ResponseHeaderTimeout: askWithin,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
	}}
	ctx, cancel := context.WithCancel(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://hubd"+path, nil)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	resp, err := client.Do(req)
	switch {
	case errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED):
		cancel()
		return nil, nil, errFree
	case err != nil:
		cancel()
		return nil, nil, noDaemon(socket, err)
	}
	return resp, cancel, nil
}

// firstLine reads whether the bus was lent.
func firstLine(code int, lines *bufio.Scanner) (lent wire.LentBus, err error) {
	if code == http.StatusNotFound {
		return lent, errFree
	}
	if !lines.Scan() {
		return lent, errNotJSON
	}
	var answer struct {
		Error string `json:"error"`
		wire.LentBus
	}
	if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
		return lent, errNotJSON
	}
	if answer.Error != "" {
		return lent, errors.New(answer.Error)
	}
	return answer.LentBus, nil
}

// lastLine hands on what is told of electrodes, until the end of a lend, and gives its reason.
func lastLine(lines *bufio.Scanner, told func([]wire.LeadsOff)) error {
	for lines.Scan() {
		var line struct {
			wire.LendOver
			Off []wire.LeadsOff `json:"leads_off"`
		}
		switch err := json.Unmarshal(lines.Bytes(), &line); {
		case err != nil:
			return errNotJSON
		case line.Ended != "":
			return fmt.Errorf("the daemon took the bus back: %s", line.Ended)
		case told != nil:
			told(line.Off)
		}
	}
	return errors.New("the daemon has gone")
}
