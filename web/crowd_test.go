package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"hubd/internal/waiting"
)

// A thousand pages that open and close, one after the other and all at once: none stays, and no more are open than there are seats.
func TestAThousandLiveStreamsLeaveNothingBehind(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(h.handler)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	open := func(ctx context.Context) int {
		r, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/api/live?waves=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", h.cookie("a"))
		resp, err := client.Do(r)
		if err != nil {
			return 0
		}
		defer resp.Body.Close()
		_, _ = io.ReadFull(resp.Body, make([]byte, 8))
		if resp.StatusCode == 200 {
			<-ctx.Done()
		}
		return resp.StatusCode
	}
	before := runtime.NumGoroutine()
	for range 300 {
		ctx, leave := context.WithCancel(t.Context())
		done := make(chan int, 1)
		go func() { done <- open(ctx) }()
		waiting.Until(t, "the page is open", h.feeds["a"].Watched)
		leave()
		if code := <-done; code != 200 && code != 0 { // 0: it left before it had read how the answer begins
			t.Fatalf("answered %d", code)
		}
		waiting.Until(t, "it is closed", func() bool { return !h.feeds["a"].Watched() })
	}
	ctx, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	var let, full atomic.Int32
	for range 1000 {
		all.Go(func() {
			switch open(ctx) {
			case 200:
				let.Add(1)
			case 503:
				full.Add(1)
			}
		})
	}
	waiting.Until(t, "all but those with a seat were answered", func() bool { return full.Load() >= 1000-24 })
	if n := h.feeds["a"].Viewers(); n < 1 || n > 12 {
		t.Errorf("%d pages of one wearer are open", n)
	}
	leave()
	all.Wait()
	waiting.Until(t, "nobody is left", func() bool {
		return h.feeds["a"].Viewers() == 0 && !h.feeds["a"].Waves() && runtime.NumGoroutine() <= before+3
	})
}
