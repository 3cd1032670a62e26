package web

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hubd/setup"
	"hubd/wire"
)

const (
	calibrationPath = "/api/calibration/"
	measurePath     = "/measure"
	// measureWithin bounds the answer that a board's reading is told with.
	measureWithin = time.Minute
)

// Calibration measures and keeps a wearer's skin-conductance board. A refusal is for people; err says that it is not known what became of it.
type Calibration struct {
	// Measure reads the board with a resistor across its electrodes, 0: open ones, and gives what it read as a share of the supply. tell is
	// called meanwhile, on the goroutine that called.
	Measure func(ctx context.Context, wearer string, ohm float64, tell func(read, of time.Duration)) (share float64, refusal string, err error)
	// Keep works out the board from its readings and stores what comes of it.
	Keep func(ctx context.Context, wearer string, r wire.BoardReadings) (c setup.SkinCalibration, refusal string, err error)
}

// calibration answers calibrationPath<wearer>/measure and calibrationPath<wearer>.
func (h *handler) calibration(w http.ResponseWriter, r *http.Request) {
	wearer, measures := strings.CutSuffix(strings.TrimPrefix(r.URL.EscapedPath(), calibrationPath), measurePath)
	switch {
	case !slices.Contains(h.o.Wearers, wearer):
		fail(w, http.StatusNotFound, "nobody here is called "+strconv.Quote(wearer))
	case measures:
		h.measure(w, r, wearer)
	default:
		h.keepBoard(w, r, wearer)
	}
}

// measure answers with a JSON object a line: how far it is, and last what was read, or why nothing was. Closing the connection ends it.
func (h *handler) measure(w http.ResponseWriter, r *http.Request, wearer string) {
	ohm, err := resistorOf(r)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	if n, err := r.Body.Read(make([]byte, 1)); n > 0 || err != io.EOF { // the server notices an end only when nothing is left to read
		fail(w, http.StatusBadRequest, "a board is measured without a body")
		return
	}
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{})
	_ = c.SetWriteDeadline(time.Now().Add(measureWithin))
	w.Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
	line := func(data []byte) {
		_, _ = w.Write(append(data, '\n')) // who asked may have gone: ctx ends then
		_ = c.Flush()
	}
	share, refusal, err := h.o.Calibration.Measure(r.Context(), wearer, ohm, func(read, of time.Duration) {
		line(wire.AppendBoardProgress(nil, read, of))
	})
	switch {
	case err != nil:
		line(wire.AppendError(nil, err.Error()))
	case refusal != "":
		line(wire.AppendError(nil, refusal))
	default:
		line(wire.AppendBoardShare(nil, share, ohm))
	}
}

// resistorOf reads which resistor lies across the electrodes; 0: none does.
func resistorOf(r *http.Request) (float64, error) {
	text := r.URL.Query().Get("resistor")
	if text == "" {
		return 0, nil
	}
	return setup.ParseOhm(text)
}

func (h *handler) keepBoard(w http.ResponseWriter, r *http.Request, wearer string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxBoardReadings))
	if err != nil {
		fail(w, http.StatusBadRequest, "the readings are too long, or ended too soon")
		return
	}
	readings, err := wire.ParseBoardReadings(body)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.o.Within)
	defer cancel()
	c, refusal, err := h.o.Calibration.Keep(ctx, wearer, readings)
	if !refusedOrFailed(w, refusal, err) {
		send(w, http.StatusOK, wire.AppendCalibrated(nil, c))
	}
}
