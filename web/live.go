package web

import (
	"net/http"
	"time"

	"hubd/wire"
)

const (
	betweenWrites = 50 * time.Millisecond // what comes together goes together
	writeWithin   = 5 * time.Second       // a page that takes nothing for so long has gone
	hereEvery     = 5 * time.Second       // a word that says nothing, so that both sides know of each other: see hub.js
)

// live streams what a wearer's page is told until it closes. waves=1 adds the waves.
func (p *page) live(w http.ResponseWriter, r *http.Request, wearer string) {
	if p.seats.Add(1) > maxSeats {
		p.seats.Add(-1)
		fail(w, http.StatusServiceUnavailable, tooMany)
		return
	}
	defer p.seats.Add(-1)
	feed := p.o.Feeds[wearer]
	v := feed.join(r.URL.Query().Get("waves") == "1")
	if v == nil {
		fail(w, http.StatusServiceUnavailable, tooMany)
		return
	}
	defer feed.leave(v)
	if _, ok := whose(p.tokens(), p.brought(r)); !ok { // taken back in between, when the streams were ended and this was none yet
		fail(w, http.StatusUnauthorized, "this token was taken back")
		return
	}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	s := &stream{w: w, out: http.NewResponseController(w)}
	now, speed := p.o.Clock()
	hello := append(append([]byte("retry: 1000\ndata: "), wire.AppendHello(nil, now, speed)...), "\n\n"...)
	if s.send(hello) {
		s.follow(r.Context().Done(), feed, v)
	}
}

const tooMany = "too many pages are open: close one"

// stream writes to one page.
type stream struct {
	w   http.ResponseWriter
	out *http.ResponseController
	buf []byte
}

// send tells whether the page took it.
func (s *stream) send(data []byte) bool {
	if err := s.out.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return false
	}
	if _, err := s.w.Write(data); err != nil {
		return false
	}
	return s.out.Flush() == nil
}

func (s *stream) follow(gone <-chan struct{}, feed *Feed, v *viewer) {
	here := time.NewTicker(hereEvery)
	defer here.Stop()
	pace := time.NewTimer(0)
	defer pace.Stop()
	<-pace.C
	for {
		select {
		case <-gone:
			return
		case <-v.end:
			return
		case <-here.C:
			s.buf = append(append(append(s.buf[:0], "data: "...), wire.Here...), "\n\n"...)
		case <-v.wake:
			s.buf = feed.take(s.buf[:0], v)
		}
		if len(s.buf) > 0 && !s.send(s.buf) {
			return
		}
		pace.Reset(betweenWrites)
		select {
		case <-gone:
			return
		case <-v.end:
			return
		case <-pace.C:
		}
	}
}
