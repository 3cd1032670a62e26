package mqtt

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// maxAnswer bounds every packet of the broker that is no message: those that answer something have a few bytes.
const maxAnswer = 64 << 10

// errPacket ends a connection: no broker sends this.
var errPacket = errors.New("mqtt: what came is no MQTT packet")

// bounded is a connection on which no message is longer than its topic may be. paho makes room for the length that a packet announces, up to
// 256 MiB, before anybody can look at it, and twice: one such message would end hubd, and a retained one after every restart anew.
// A longer payload is cut one byte behind the limit, so that its receiver sees that it was too long; the rest is thrown away unread.
type bounded struct {
	net.Conn
	from *bufio.Reader
	most func(topic string) int // bytes of payload
	head []byte                 // of the packet under way, still to be handed on
	pass int                    // bytes of it that follow
	skip int                    // bytes of it that are thrown away then
}

// bound puts a limit to what comes over a connection.
func bound(c net.Conn, most func(topic string) int) *bounded {
	return &bounded{Conn: c, from: bufio.NewReader(c), most: most}
}

// Read gives what came, with longer payloads cut.
func (b *bounded) Read(p []byte) (int, error) {
	for len(p) > 0 {
		switch {
		case len(b.head) > 0:
			n := copy(p, b.head)
			b.head = b.head[n:]
			return n, nil
		case b.pass > 0:
			n, err := b.from.Read(p[:min(len(p), b.pass)])
			b.pass -= n
			return n, err
		case b.skip > 0:
			n, err := b.from.Discard(b.skip)
			b.skip -= n
			if err != nil {
				return 0, err
			}
		default:
			if err := b.next(); err != nil {
				return 0, err
			}
		}
	}
	return 0, nil
}

// next reads the beginning of a packet: the fixed header of MQTT 3.1.1, 2.2, and of a message its topic too.
func (b *bounded) next() error {
	kind, err := b.from.ReadByte()
	if err != nil {
		return err
	}
	length, err := b.length()
	if err != nil {
		return err
	}
	if kind>>4 == 3 { // PUBLISH
		return b.message(kind, length)
	}
	if length > maxAnswer {
		return fmt.Errorf("%w: an answer of %d bytes", errPacket, length)
	}
	b.head, b.pass = binary.AppendUvarint([]byte{kind}, uint64(length)), length
	return nil
}

// length reads how many bytes of a packet follow.
func (b *bounded) length() (int, error) {
	var n int
	for shift := 0; shift < 28; shift += 7 {
		c, err := b.from.ReadByte()
		if err != nil {
			return 0, broken(err)
		}
		n |= int(c&0x7f) << shift
		if c < 0x80 {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%w: a length of more than four bytes", errPacket)
}

// message reads the topic of a message, and cuts what follows.
func (b *bounded) message(kind byte, length int) error {
	var size [2]byte
	if _, err := io.ReadFull(b.from, size[:]); err != nil {
		return broken(err)
	}
	topic := make([]byte, binary.BigEndian.Uint16(size[:]))
	rest := length - len(size) - len(topic)
	id := 0
	if kind&0x06 != 0 {
		id = 2 // QoS 1 has a packet id before the payload
	}
	if rest < id {
		return fmt.Errorf("%w: a message of %d bytes with a topic of %d", errPacket, length, len(topic))
	}
	if _, err := io.ReadFull(b.from, topic); err != nil {
		return broken(err)
	}
	b.skip = max(0, rest-id-b.most(string(topic))-1)
	b.pass = rest - b.skip
	b.head = binary.AppendUvarint([]byte{kind}, uint64(length-b.skip))
	b.head = append(append(b.head, size[:]...), topic...)
	return nil
}

// broken tells a packet that ends in the middle from a connection that ends.
func broken(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
