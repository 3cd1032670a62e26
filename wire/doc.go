// Package wire is the form of everything hubd says and hears in words: JSON, topics, commands, and the lines printed for people.
//
// Every encoder writes fixed keys in a fixed order with fixed decimals, so that two runs print the same bytes and a reader of
// one sink can read all of them. What is not known is null, never 0 and never the last value. Encoders append to a slice and
// allocate nothing where it has room; none uses reflection. Nothing here decides what may be told: an Event reaches a sink only
// through pipeline.Disclose, and the views withhold by share once more.
package wire
