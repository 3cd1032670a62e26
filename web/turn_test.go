package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubd/history"
	"hubd/web"
	"hubd/wire"
)

// A hundred files and reports asked for at once would take a Pi's memory: two are made, the others wait for their turn, and are told where it
// does not come.
func TestAHundredFilesAtOnceAreMadeTwoByTwo(t *testing.T) {
	const asked = 100
	for _, row := range []struct {
		name   string
		takes  time.Duration
		served int
	}{
		{"quick ones all have their turn", 50 * time.Millisecond, asked},
		{"of slow ones some are told to ask again", 900 * time.Millisecond, 12},
		{"one that hangs keeps two places, and no more wait than an answer may", time.Hour, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				now, most := 0, 0
				one := make(chan struct{}, 1) // for now and most
				count := func(by int) {
					one <- struct{}{}
					now += by
					most = max(most, now)
					<-one
				}
				work := func() { count(1); time.Sleep(row.takes); count(-1) }
				h := web.New(web.Options{
					Wearers: []string{"a"}, OwnRest: func(string) (wire.OwnRest, bool) { return wire.OwnRest{}, true },
					Report: func(context.Context, web.ReportRequest) ([]byte, string, error) {
						work()
						return []byte("the week"), "", nil
					},
					History: &web.History{Notes: func(context.Context, string, history.Span) ([]history.Note, string, error) {
						work()
						return nil, "", nil
					}},
				})
				answers := make(chan int, asked)
				for i := range asked {
					path := "/api/export/a?format=csv&what=journal"
					if i%2 == 0 {
						path = "/api/report/a?kind=week&form=page&from=2026-11-20T00:00:00Z&to=2026-11-27T00:00:00Z"
					}
					go func() {
						w := ask(h, "GET", path, "")
						if w.Code == http.StatusServiceUnavailable && !strings.Contains(w.Body.String(), "ask again when one is done") {
							t.Errorf("%s", w.Body)
						}
						answers <- w.Code
					}()
				}
				codes := map[int]int{}
				for range asked {
					codes[<-answers]++
				}
				if most != 2 || codes[200] != row.served || codes[503] != asked-row.served {
					t.Errorf("%d at once, answers %v: want two at once, and %d served", most, codes, row.served)
				}
			})
		})
	}
}
