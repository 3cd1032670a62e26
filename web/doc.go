// Package web is hubd's net/http handlers: New for the local socket, and NewPage for browsers, which puts the same handler behind a
// wearer's own token and adds the page's files and its live stream (docs/page.md).
//
// It decides nothing about people: a command is read by wire.ParseCommand and handed to Options.Do, whose answer it gives back.
// Every answer is JSON, a failed one {"error": "…"}. The server around it must set ReadHeaderTimeout (2 s), ReadTimeout (5 s),
// WriteTimeout (10 s), IdleTimeout (60 s) and MaxHeaderBytes (16 KiB): a handler cannot bound a client that sends slowly.
//
//	POST /api/command/<target>/<name>   target room or a wearer's id; the body is the payload of the command, at most 4 KiB
//	POST /api/journal/<wearer>          a note as JSON, at most 64 KiB; answers its number
//	GET  /api/journal/<wearer>          the wearer's notes; from and to bound what they are about
//	DELETE /api/journal/<wearer>/<id>   takes one back
//	GET  /api/minutes/<wearer>          some minutes from from on, a JSON object a line; undated=1 for those without a date; last, where some
//	                                    cannot be read, {"unreadable":…}, which the journal and what is kept say beside their rows
//	POST /api/backup                    writes a copy of what lasts; answers where it is
//	POST /api/lend/<i2c|spi>/<bus>      lends a bus for setting up until the connection closes; wearer and seconds say for whom and how long
//	GET  /api/status                    version, session, wearers with their own settings, lamps, sources, broker, storage
//	GET  /api/rest/<wearer>             how a declared rest goes, and that wearer's own rest; on a wearer's own way in only
//	GET  /api/rest/<wearer>/export      the own rest minute by minute, as in the settings file
//	POST /api/page/open, close          makes a token for the page, or takes tokens back; on the local socket only
//	GET  /healthz                       whether hubd is well; no bodily value, no wearer, no session
package web
