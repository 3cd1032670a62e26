package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Request is one command for a running daemon.
type Request struct {
	Socket  string // empty: where hubd run listens
	Wearer  string // empty: the room
	Name    string
	Payload string
}

// askWithin bounds a whole request to the daemon.
const askWithin = 10 * time.Second

// maxAnswer bounds what is read of an answer.
const maxAnswer = 16 << 20

// Ask sends one command through the local socket and gives the daemon's answer. A refusal is an error with its reason.
func Ask(ctx context.Context, r Request) (string, error) {
	target := r.Wearer
	if target == "" {
		target = "room"
	}
	path := "/api/command/" + url.PathEscape(target) + "/" + url.PathEscape(r.Name)
	data, err := call(ctx, r.Socket, http.MethodPost, path, r.Payload)
	if err != nil {
		return "", err
	}
	var answer struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return "", errNotJSON
	}
	if answer.Error != "" {
		return "", fmt.Errorf("refused: %s", answer.Error)
	}
	return "done", nil
}

// TheWearer gives id back, or the only wearer of the running daemon where id is empty.
func TheWearer(ctx context.Context, socket, id string) (string, error) {
	if id != "" {
		return id, nil
	}
	data, err := call(ctx, socket, http.MethodGet, "/api/status", "")
	if err != nil {
		return "", err
	}
	var status struct {
		Wearers []struct {
			ID string `json:"wearer"`
		} `json:"wearers"`
	}
	if err := json.Unmarshal(data, &status); err != nil {
		return "", errNotJSON
	}
	if len(status.Wearers) == 1 {
		return status.Wearers[0].ID, nil
	}
	ids := make([]string, len(status.Wearers))
	for i, w := range status.Wearers {
		ids[i] = w.ID
	}
	return "", fmt.Errorf("whose? add --wearer with one of: %s", strings.Join(ids, ", "))
}

var errNotJSON = errors.New("what answers on this socket is no hubd")

// call sends one request to the socket and gives the answer.
func call(ctx context.Context, socket, method, path, body string) ([]byte, error) {
	return callWithin(ctx, askWithin, socket, method, path, body)
}

func callWithin(ctx context.Context, within time.Duration, socket, method, path, body string) ([]byte, error) {
	if socket == "" {
		socket = findSocket()
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
	}}
	req, err := http.NewRequestWithContext(ctx, method, "http://hubd"+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, noDaemon(socket, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the daemon's answer: %w", err)
	}
	return data, nil
}

func noDaemon(socket string, err error) error {
	switch {
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%s: you may not speak to the daemon: add yourself to the group hubd, or use sudo", socket)
	case errors.Is(err, os.ErrNotExist) || strings.Contains(err.Error(), "refused"):
		return fmt.Errorf("%s: no daemon answers: start it with hubd run, or name its socket with --socket", socket)
	}
	return fmt.Errorf("%s: %w", socket, err)
}

// SocketPath is where hubd run listens: systemd's runtime folder, /run/hubd where it can be made or written, else a folder that is
// the user's alone.
func SocketPath() string {
	if dir := os.Getenv("RUNTIME_DIRECTORY"); dir != "" {
		return filepath.Join(dir, socketName)
	}
	if err := os.MkdirAll(filepath.Dir(DefaultSocket), 0o750); err == nil && unix.Access(filepath.Dir(DefaultSocket), unix.W_OK) == nil {
		return DefaultSocket
	}
	dir := ownFolder()
	if err := os.MkdirAll(dir, 0o700); err != nil || !private(dir) {
		return DefaultSocket // listening there fails, and says so
	}
	return filepath.Join(dir, socketName)
}

// findSocket is the first socket that exists where a daemon may listen, else the usual one; within a unit it is the unit's own. In a folder
// that others can write to, a socket could be anybody's: only one in a folder of the user's own is believed.
func findSocket() string {
	if dir := os.Getenv("RUNTIME_DIRECTORY"); dir != "" {
		return filepath.Join(dir, socketName)
	}
	if _, err := os.Stat(DefaultSocket); err == nil {
		return DefaultSocket
	}
	if dir := ownFolder(); private(dir) {
		if path := filepath.Join(dir, socketName); unix.Access(path, unix.F_OK) == nil {
			return path
		}
	}
	return DefaultSocket
}

// private tells whether a folder is this user's own, and nobody else writes there. In /tmp anybody may have made it beforehand, or a link.
func private(dir string) bool {
	var st unix.Stat_t
	return unix.Lstat(dir, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR && int(st.Uid) == os.Getuid() && st.Mode&0o022 == 0
}

const socketName = "hubd.sock"

// daemonSimulates is said where a command follows a daemon without being told to.
const daemonSimulates = "the running hubd has simulated chips, and so has this command: nobody is sensed"

// simulatedBy gives the scenario of the simulated chips that the daemon at a socket runs on; empty where none answers, or its chips are real.
func simulatedBy(ctx context.Context, socket string) string {
	var status struct {
		Simulated string `json:"simulated"`
	}
	data, err := Status(ctx, socket)
	if err != nil || json.Unmarshal(data, &status) != nil {
		return ""
	}
	return status.Simulated
}

// ownFolder is a folder of the user's own for the socket of a daemon that no system manager started.
func ownFolder() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return dir
	}
	return filepath.Join(os.TempDir(), "hubd-"+strconv.Itoa(os.Getuid()))
}

// Place says whose past a socket answers for, and where it lies.
type Place struct {
	Hub  string // id
	File string // its history.db
}

// PlaceOf asks what answers at a socket for the hub and the file that it keeps.
func PlaceOf(ctx context.Context, socket string) (Place, error) {
	var status struct {
		Hub     string `json:"hub"`
		Storage struct {
			File string `json:"file"`
		} `json:"storage"`
	}
	data, err := Status(ctx, socket)
	if err != nil {
		return Place{}, err
	}
	if err := json.Unmarshal(data, &status); err != nil {
		return Place{}, errNotJSON
	}
	return Place{Hub: status.Hub, File: status.Storage.File}, nil
}

// Status is what GET /api/status of the daemon at a socket says.
func Status(ctx context.Context, socket string) ([]byte, error) {
	return call(ctx, socket, http.MethodGet, "/api/status", "")
}
