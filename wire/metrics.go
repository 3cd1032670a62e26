package wire

import (
	"strconv"
	"time"
)

// Metrics is what hubd tells Prometheus: the machine's own work. No bodily value, no wearer and no session is in it.
type Metrics struct {
	Version         string
	Uptime          time.Duration
	Buses           []BusReport
	SourcesSilent   int
	BrokerConnected bool
	StorageTrouble  bool
	Reconnects      uint64 // to the broker, after the first connection
	Sent            uint64 // messages that the broker has
	Unsent          uint64 // messages given up: too old, or without room
	Queues          []Queue
	BlocksDropped   uint64 // for a full inbox
	RowsDropped     uint64 // for a full way to history
	Commits         uint64 // of history, done or refused
	CommitSlowest   time.Duration
	PageViewers     int
	FramesDropped   uint64 // for slow pages
	Goroutines      int
	OpenFiles       int
	MemoryBytes     uint64 // that Go has from the system
	AnonymousBytes  int64  // of the process that no file backs (RssAnon)
	LiveBytes       uint64 // what the last collection found in use: the number that a leak moves
}

// Queue is one of hubd's waiting lines, each of which has a size.
type Queue struct {
	Name    string
	Waiting int
}

// AppendMetrics appends them in Prometheus's text format, version 0.0.4.
func AppendMetrics(dst []byte, m Metrics) []byte {
	dst = family(dst, "hubd_build_info", "gauge", "Which hubd this is.")
	dst = append(appendText(append(dst, "hubd_build_info{version="...), m.Version), "} 1\n"...)
	dst = one(dst, "hubd_uptime_seconds", "gauge", "Time since hubd began.", m.Uptime.Seconds())
	for _, f := range busFamilies() {
		dst = family(dst, f.name, f.kind, f.help)
		for _, b := range m.Buses {
			dst = append(appendText(append(append(dst, f.name...), "{bus="...), b.Bus), "} "...)
			dst = append(figure(dst, f.value(b)), '\n')
		}
	}
	dst = one(dst, "hubd_sources_silent", "gauge", "Chips that do not answer.", float64(m.SourcesSilent))
	dst = one(dst, "hubd_broker_connected", "gauge", "1 while the broker is reached.", truth(m.BrokerConnected))
	dst = one(dst, "hubd_storage_trouble", "gauge", "1 while settings or history cannot be kept.", truth(m.StorageTrouble))
	dst = one(dst, "hubd_broker_reconnects_total", "counter", "Connections to the broker after the first.", float64(m.Reconnects))
	dst = one(dst, "hubd_broker_sent_total", "counter", "Messages that the broker has.", float64(m.Sent))
	dst = one(dst, "hubd_broker_unsent_total", "counter", "Messages given up: too old, or without room.", float64(m.Unsent))
	dst = family(dst, "hubd_queue_waiting", "gauge", "What waits now: blocks for processing, messages for the broker, rows for history.")
	for _, q := range m.Queues {
		dst = append(appendText(append(dst, "hubd_queue_waiting{queue="...), q.Name), "} "...)
		dst = append(figure(dst, float64(q.Waiting)), '\n')
	}
	dst = one(dst, "hubd_blocks_dropped_total", "counter", "Blocks of samples dropped because processing was behind.", float64(m.BlocksDropped))
	dst = one(dst, "hubd_rows_dropped_total", "counter", "Rows that found no place on their way to history.", float64(m.RowsDropped))
	dst = one(dst, "hubd_commits_total", "counter", "Commits of history, done or refused.", float64(m.Commits))
	dst = one(dst, "hubd_commit_slowest_seconds", "gauge", "The longest that a commit ever took.", m.CommitSlowest.Seconds())
	dst = one(dst, "hubd_page_viewers", "gauge", "Open pages.", float64(m.PageViewers))
	dst = one(dst, "hubd_page_frames_dropped_total", "counter", "Values that a slow page did not get.", float64(m.FramesDropped))
	dst = one(dst, "hubd_goroutines", "gauge", "Goroutines now.", float64(m.Goroutines))
	dst = one(dst, "hubd_open_files", "gauge", "Open files, sockets among them.", float64(m.OpenFiles))
	dst = one(dst, "hubd_memory_bytes", "gauge", "Memory that Go has from the system.", float64(m.MemoryBytes))
	dst = one(dst, "hubd_memory_anonymous_bytes", "gauge", "Memory that no file backs.", float64(m.AnonymousBytes))
	return one(dst, "hubd_memory_live_bytes", "gauge", "Memory that the last collection found in use.", float64(m.LiveBytes))
}

// busFamily is one metric that every bus has.
type busFamily struct {
	name, kind, help string
	value            func(BusReport) float64
}

func busFamilies() []busFamily {
	return []busFamily{
		{"hubd_samples_total", "counter", "Samples taken.", func(b BusReport) float64 { return float64(b.Samples) }},
		{"hubd_gaps_total", "counter", "Samples before which some are missing.", func(b BusReport) float64 { return float64(b.Gaps) }},
		{"hubd_late_samples_total", "counter", "Samples taken much later than planned.", func(b BusReport) float64 { return float64(b.Late) }},
		{"hubd_skipped_total", "counter", "Samples not taken because the bus was behind.", func(b BusReport) float64 { return float64(b.Skipped) }},
		{"hubd_lost_samples_total", "counter", "Samples that a chip's own memory dropped.", func(b BusReport) float64 { return float64(b.Lost) }},
		{"hubd_bus_errors_total", "counter", "Failed conversions and attempts to open a chip.", func(b BusReport) float64 { return float64(b.Errors) }},
		{"hubd_faults_total", "counter", "Chips that stopped answering, inputs that froze.", func(b BusReport) float64 { return float64(b.Faults) }},
		{"hubd_reopens_total", "counter", "Chips that answered again after a fault.", func(b BusReport) float64 { return float64(b.Reopens) }},
		{"hubd_lateness_max_seconds", "gauge", "The latest that a conversion ever began.", func(b BusReport) float64 { return b.LatenessMax.Seconds() }},
	}
}

func family(dst []byte, name, kind, help string) []byte {
	dst = append(append(append(append(dst, "# HELP "...), name...), ' '), help...)
	return append(append(append(append(append(dst, "\n# TYPE "...), name...), ' '), kind...), '\n')
}

func one(dst []byte, name, kind, help string, v float64) []byte {
	dst = append(append(family(dst, name, kind, help), name...), ' ')
	return append(figure(dst, v), '\n')
}

func figure(dst []byte, v float64) []byte { return strconv.AppendFloat(dst, v, 'g', -1, 64) }

func truth(v bool) float64 {
	if v {
		return 1
	}
	return 0
}
