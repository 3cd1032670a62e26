package history_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"syscall"
)

// sector is what the card writes whole or not at all, bytes. ext4 asks that of a block, or it cannot trust its journal after a loss of power.
const sector = 4096

// card is a memory card behind the protocol of network block devices. It has a cache of its own, as real ones have: a write is answered
// before it lasts, and what the card was not asked to flush may be gone when the power goes, each sector by itself and in any order.
type card struct {
	lasting []byte
	cached  map[int64][][]byte // by sector: all that was written since the last flush, oldest first
	flushes int
	lies    bool // it answers flushes and does nothing, as the worst cards do

	writesLeft int    // until powerGoes is called, right after a write; 0: it is not
	powerGoes  func() // ends the computer
	gone       bool   // powerGoes was called

	failsAfter int // so many writes, every one that comes is refused, and every flush; 0: none is
	writes     int
}

// refuses tells whether the card is at its end, as far as writing goes.
func (c *card) refuses() bool { return c.failsAfter > 0 && c.writes > c.failsAfter }

// mayForget is what a card may lose when the power goes.
type mayForget uint8

// The kinds of cuts.
const (
	forgetsSome    mayForget = iota // each sector is as it was, or as any write since has left it
	forgetsAll                      // whatever was not flushed
	forgetsNothing                  // the machine ends, and the card goes on
	kindsOfCuts
)

// cut is what happens when the power goes, and gives how many sectors had not been flushed.
func (c *card) cut(random *rand.Rand, may mayForget) (open int) {
	open = len(c.cached)
	for at, writes := range c.cached {
		last := len(writes) - 1
		switch may {
		case forgetsSome:
			last = random.IntN(len(writes)+1) - 1
		case forgetsAll:
			last = -1
		}
		if last >= 0 {
			copy(c.lasting[at*sector:], writes[last])
		}
	}
	c.cached = nil
	return open
}

func (c *card) write(offset int64, data []byte) {
	if c.cached == nil {
		c.cached = map[int64][][]byte{}
	}
	for i := int64(0); i < int64(len(data)); i += sector {
		at := (offset + i) / sector
		c.cached[at] = append(c.cached[at], data[i:i+sector])
	}
}

func (c *card) read(offset int64, data []byte) {
	for len(data) > 0 {
		at, within := offset/sector, offset%sector
		now := c.lasting[at*sector : (at+1)*sector]
		if writes := c.cached[at]; len(writes) > 0 {
			now = writes[len(writes)-1]
		}
		n := copy(data, now[within:])
		data, offset = data[n:], offset+int64(n)
	}
}

func (c *card) flush() {
	c.flushes++
	if c.lies {
		return
	}
	for at, writes := range c.cached {
		copy(c.lasting[at*sector:], writes[len(writes)-1])
	}
	c.cached = nil
}

// The protocol's words, as its specification has them.
const (
	nbdGreeting  = 0x4e42444d41474943 // NBDMAGIC
	nbdOption    = 0x49484156454f5054 // IHAVEOPT
	nbdAnswer    = 0x0003e889045565a9
	nbdRequest   = 0x25609513
	nbdReply     = 0x67446698
	nbdAck       = 1
	nbdInfo      = 3
	nbdUnknown   = 1<<31 + 1
	nbdGo        = 7
	nbdCanFlush  = 1<<0 | 1<<2 // the flags of this export: flags are there, and flush is understood
	nbdModern    = 1 << 0      // fixed newstyle
	nbdMostBytes = 32 << 20
	nbdFault     = 7 // where in a reply the number of an error ends
)

// serve answers one client until it hangs up, which is no error.
func (c *card) serve(conn net.Conn) error {
	defer conn.Close()
	err := c.greet(conn)
	for err == nil {
		err = c.answer(conn)
	}
	for _, hungUp := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, hungUp) {
			return nil
		}
	}
	return err
}

func (c *card) greet(conn net.Conn) error {
	hello := binary.BigEndian.AppendUint64(nil, nbdGreeting)
	hello = binary.BigEndian.AppendUint64(hello, nbdOption)
	if _, err := conn.Write(binary.BigEndian.AppendUint16(hello, nbdModern)); err != nil {
		return err
	}
	if _, err := io.ReadFull(conn, make([]byte, 4)); err != nil {
		return err
	}
	for {
		var head struct {
			Magic        uint64
			Option, Size uint32
		}
		if err := binary.Read(conn, binary.BigEndian, &head); err != nil {
			return err
		}
		if head.Magic != nbdOption || head.Size > nbdMostBytes {
			return fmt.Errorf("card: an option begins with %x", head.Magic)
		}
		if _, err := io.CopyN(io.Discard, conn, int64(head.Size)); err != nil {
			return err
		}
		if head.Option != nbdGo {
			if err := option(conn, head.Option, nbdUnknown, nil); err != nil {
				return err
			}
			continue
		}
		export := binary.BigEndian.AppendUint64([]byte{0, 0}, uint64(len(c.lasting)))
		return errors.Join(
			option(conn, nbdGo, nbdInfo, binary.BigEndian.AppendUint16(export, nbdCanFlush)),
			option(conn, nbdGo, nbdAck, nil),
		)
	}
}

func option(conn net.Conn, what, kind uint32, data []byte) error {
	out := binary.BigEndian.AppendUint64(nil, nbdAnswer)
	for _, n := range []uint32{what, kind, uint32(len(data))} {
		out = binary.BigEndian.AppendUint32(out, n)
	}
	_, err := conn.Write(append(out, data...))
	return err
}

// answer does one request.
func (c *card) answer(conn net.Conn) error {
	const toRead, toWrite, toEnd, toFlush = 0, 1, 2, 3
	var r struct {
		Magic          uint32
		Flags, Command uint16
		Cookie         uint64
		Offset         int64
		Size           uint32
	}
	if err := binary.Read(conn, binary.BigEndian, &r); err != nil {
		return err
	}
	outside := r.Offset < 0 || r.Offset > int64(len(c.lasting)) || int64(r.Size) > int64(len(c.lasting))-r.Offset
	part := r.Command == toWrite && (r.Offset%sector != 0 || r.Size%sector != 0)
	if r.Magic != nbdRequest || r.Command > toFlush || outside || part {
		return fmt.Errorf("card: a request it does not understand: %+v", r)
	}
	data := make([]byte, r.Size)
	reply := binary.BigEndian.AppendUint32(nil, nbdReply)
	reply = binary.BigEndian.AppendUint64(append(reply, 0, 0, 0, 0), r.Cookie)
	switch r.Command {
	case toRead:
		c.read(r.Offset, data)
		reply = append(reply, data...)
	case toWrite:
		if _, err := io.ReadFull(conn, data); err != nil {
			return err
		}
		if c.writes++; c.refuses() {
			break
		}
		c.write(r.Offset, data)
		if c.writesLeft--; c.writesLeft == 0 {
			c.gone = true
			c.powerGoes()
			return io.EOF
		}
	case toEnd:
		return io.EOF
	case toFlush:
		if !c.refuses() {
			c.flush()
		}
	}
	if r.Command != toRead && c.refuses() {
		reply[nbdFault] = byte(syscall.EIO)
	}
	_, err := conn.Write(reply)
	return err
}
