package pipeline

import "errors"

// recall takes what was stored of a wearer's body and could not be read when hubd started. What was learnt since goes on beside it.
func (p *Pipeline) recall(c Command, w *Wearer) error {
	if c.Origin.Source != SourceBoot || c.Body == nil {
		return errors.New("only hubd itself recalls what it has stored")
	}
	if w.settings.Forgotten {
		return nil // the wearer has said since that it is to go
	}
	w.estimator.Recall(c.Body.Baseline)
	if pace := c.Body.ResonancePace; pace.Known && !w.settings.ResonancePace.Known {
		w.settings.ResonancePace = pace
		p.room.SetOwnPace(w.index, pace)
	}
	p.revision++
	return nil
}
