// Package hub builds the parts and runs them: goroutines, queues, the pause word, the watchdog, start and stop order.
//
// It holds no topic, no JSON, no threshold and no rule. build.go alone turns a config into parts. Live runs, the demo, replay and
// hubd run --simulate are the same build: they differ in which bus a driver gets and in who paces it.
//
//	reading goroutine per bus ──Block──▶ inbox ──▶ processing goroutine (owns the pipeline) ──Event──▶ sinks
//	broker, socket ──Command, LampReport──▶ ┘                       pause word ◀── any goroutine
package hub
