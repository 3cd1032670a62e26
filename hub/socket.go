package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// DefaultSocket is where a running daemon listens for hubd's own commands.
const DefaultSocket = "/run/hubd/hubd.sock"

// answerWithin bounds how long a request waits for the processing goroutine.
const answerWithin = 5 * time.Second

// socketServer serves the local socket: 0660, and only for root, hubd's own user, and members of the socket's group.
type socketServer struct {
	log    *slog.Logger
	server *http.Server
	path   string
	done   chan struct{}
}

// serveSocket listens on path. A socket left behind by a daemon that is gone is replaced; one that answers is not.
func serveSocket(path string, h http.Handler, log *slog.Logger) (*socketServer, error) {
	if err := unanswered(path); err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("hub: replace old socket: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("hub: local socket: %w (does %s exist, and may this user write there?)", err, filepath.Dir(path))
	}
	if err := os.Chmod(path, 0o660); err != nil {
		l.Close()
		return nil, fmt.Errorf("hub: local socket: %w", err)
	}
	s := &socketServer{log: log, path: path, done: make(chan struct{}), server: &http.Server{
		Handler: h, ReadHeaderTimeout: 2 * time.Second, ReadTimeout: answerWithin, WriteTimeout: 2 * answerWithin,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}}
	go func() {
		defer close(s.done)
		if err := s.server.Serve(&peerListener{Listener: l, log: log}); !errors.Is(err, http.ErrServerClosed) {
			log.Error("local socket stopped", "error", err)
		}
	}()
	return s, nil
}

// unanswered refuses a socket on which another hubd answers: two of one hub take the broker from each other, and hubd pause reaches only one.
func unanswered(path string) error {
	c, err := net.DialTimeout("unix", path, time.Second)
	if err != nil {
		return nil
	}
	c.Close()
	return fmt.Errorf("hub: %s answers already: another hubd runs; stop it first, or give this one --socket FILE of its own", path)
}

func (s *socketServer) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := s.server.Shutdown(ctx); err != nil {
		s.server.Close()
	}
	<-s.done
	os.Remove(s.path)
}

// peerListener lets only local users in who may command this hub.
type peerListener struct {
	net.Listener
	log *slog.Logger
}

// Accept waits for the next permitted peer.
func (l *peerListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if err := permitted(c); err != nil {
			l.log.Warn("local socket: refused", "reason", err)
			c.Close()
			continue
		}
		return c, nil
	}
}

func permitted(c net.Conn) error {
	raw, err := c.(*net.UnixConn).SyscallConn()
	if err != nil {
		return err
	}
	var cred *unix.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil || credErr != nil {
		return errors.Join(err, credErr)
	}
	if cred.Uid == 0 || int(cred.Uid) == os.Getuid() || int(cred.Gid) == os.Getgid() {
		return nil
	}
	u, err := user.LookupId(strconv.Itoa(int(cred.Uid)))
	if err != nil {
		return fmt.Errorf("uid %d: %w", cred.Uid, err)
	}
	groups, err := u.GroupIds()
	if err != nil || !slices.Contains(groups, strconv.Itoa(os.Getgid())) {
		return fmt.Errorf("uid %d is not in hubd's group", cred.Uid)
	}
	return nil
}
