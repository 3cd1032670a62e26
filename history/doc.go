// Package history keeps what lasts: the settings file, and history.db, which holds everything with a time.
//
// settings.json is small and must never be lost: it is written whole, beside the old one, and the old one is kept (design section
// 5.4). history.db is a convenience on a card that will lose power: whatever happens to it, it is set aside and begun anew, and
// nothing here ever gives an error that would stop light, sound or pause. Nothing in this package decides what may be kept: events
// reach it through pipeline.Disclose, those of a private session into a Waiting, which is memory alone.
//
// No type here may be used by two goroutines at once; hub's keeper owns them all.
package history
