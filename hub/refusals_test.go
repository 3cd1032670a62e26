package hub

import (
	"fmt"
	"testing"
	"time"

	"hubd/internal/waiting"
	"hubd/pipeline"
)

func TestARefusedCommandIsALineAndAThousandAreANumber(t *testing.T) {
	log := &waiting.Text{}
	r := refusals{log: logTo(log)}
	r.note(time.Second, pipeline.Refused{Name: "dance", Reason: "there is no such command"})
	r.note(2*time.Second, pipeline.Refused{Name: "start_session", Reason: "a session of kind together runs", Inside: true})
	log.Wants(t, 1, `msg="command refused" name=dance reason="there is no such command"`)
	log.Wants(t, 1, `name=start_session reason="it went to whoever asked, and nowhere else"`)
	log.Wants(t, 0, "together")
	r.note(3*time.Second, pipeline.Refused{Name: "answer", Reason: `"come closer" is not understood: wanted is one of space, touch`})
	log.Wants(t, 1, "… is not understood: wanted is one of space, touch")
	log.Wants(t, 0, "closer")
	for i := range 1000 {
		r.note(3*time.Second, pipeline.Refused{Name: fmt.Sprint("n", i)})
	}
	r.unanswered(4*time.Second, 7)
	r.tick(time.Second + refusalWindow - 1)
	log.Wants(t, refusalLines, "command refused")
	log.Wants(t, 0, "more commands")
	r.tick(time.Second + refusalWindow)
	log.Wants(t, 1, fmt.Sprintf("count=%d", 1000+3-refusalLines+7))

	r.tick(time.Hour)
	r.note(time.Hour, pipeline.Refused{Name: "again"})
	log.Wants(t, 1, "name=again")
	r.tick(2 * time.Hour)
	log.Wants(t, 1, "more commands")
}

func TestRefusalsThatFindNoRoomAreCounted(t *testing.T) {
	b := newBench(t, nil)
	for range maxCommands + 20 {
		b.inbox.refuse(pipeline.Event{Value: pipeline.Refused{Name: "dance", Reason: "there is no such command"}})
	}
	b.at(time.Second)
	b.at(time.Second + refusalWindow)
	b.log.Wants(t, refusalLines, "msg=\"command refused\"")
	b.log.Wants(t, 1, fmt.Sprintf("count=%d", maxCommands+20-refusalLines))
}
