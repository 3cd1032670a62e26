package cuse

import (
	"bytes"
	"encoding/hex"
	"strings"
	"syscall"
	"testing"
)

// question is a request of the kernel as its bytes.
func question(op uint32, body ...byte) []byte {
	b := make([]byte, inHeaderBytes)
	order.PutUint32(b, uint32(inHeaderBytes+len(body)))
	order.PutUint32(b[4:], op)
	order.PutUint64(b[8:], 0x1122)
	return append(b, body...)
}

func unhex(t *testing.T, words string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(words), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The bytes are those of include/uapi/linux/fuse.h on a little-endian machine.
func TestAnswersHaveTheKernelsForm(t *testing.T) {
	d := &Device{name: "i2c-7", serve: func(Call) (int32, syscall.Errno) { return 0, syscall.ENOTTY }}
	closed := &Device{name: "i2c-7"}
	closed.closed.Store(true)
	const unique = "2211000000000000"
	for _, row := range []struct {
		name   string
		device *Device
		frame  []byte
		want   string
	}{
		{"the beginning: version, unrestricted ioctls, sizes, name", d, question(opInit, unhex(t, "07000000 26000000 00000000 01000000")...),
			"66000000 00000000" + unique + "07000000 1f000000 00000000 01000000 00000200 00000200" + strings.Repeat("00", 48) + hex.EncodeToString([]byte("DEVNAME=i2c-7\x00"))},
		{"open", d, question(opOpen, make([]byte, 8)...), "20000000 00000000" + unique + strings.Repeat("00", 16)},
		{"open of a device that is being taken away: ENXIO", closed, question(opOpen, make([]byte, 8)...), "10000000 faffffff" + unique},
		{"release", d, question(opRelease, make([]byte, 24)...), "10000000 00000000" + unique},
		{"an interrupt has no answer", d, question(opInterrupt, make([]byte, 8)...), ""},
		{"reading is not there: ENOSYS", d, question(15, make([]byte, 40)...), "10000000 daffffff" + unique},
		{"an ioctl that the device does not know: ENOTTY", d, question(opIoctl, make([]byte, 32)...), "10000000 e7ffffff" + unique},
		{"an ioctl that is cut off: EINVAL", d, question(opIoctl, make([]byte, 31)...), "10000000 eaffffff" + unique},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := row.device.answer(row.frame)
			if want := unhex(t, row.want); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%v\n got %x\nwant %x", err, got, want)
			}
		})
	}
}

func TestAnotherVersionOfTheProtocolIsRefused(t *testing.T) {
	if _, err := (&Device{}).answer(question(opInit, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)); err == nil {
		t.Error("version 8 was taken")
	}
}

// chase follows a pointer to a pointer, and doubles what it finds there.
func chase(c Call) (int32, syscall.Errno) {
	head, ok := c.Memory.Read(c.Arg, uint32(c.Word))
	if !ok {
		return 0, 0
	}
	at := uint64(order.Uint32(head))
	value, _ := c.Memory.Read(at, 1)
	c.Memory.Claim(at, 1)
	if !c.Memory.Complete() {
		return 0, 0
	}
	c.Memory.Put([]byte{2 * value[0]})
	return 5, 0
}

func TestAnIoctlGetsTheMemoryThatItsMemoryPointsAt(t *testing.T) {
	for _, word := range []int{4, 8} {
		p := &Program{Word: word, Memory: map[uint64][]byte{0x1000: []byte{0, 0x20, 0, 0, 0, 0, 0, 0}[:word], 0x2000: {21}}}
		if n, failed := p.Ioctl(chase, 1, 0x1000); n != 5 || failed != 0 || p.Memory[0x2000][0] != 42 {
			t.Errorf("%d-bit: %d, %v, %d", 8*word, n, failed, p.Memory[0x2000][0])
		}
	}
}

func TestMoreMemoryThanTheKernelMovesIsRefused(t *testing.T) {
	for _, row := range []struct {
		name  string
		serve Serve
	}{
		{"a range that is too long", func(c Call) (int32, syscall.Errno) { c.Memory.Read(c.Arg, maxTransfer+1); return 0, 0 }},
		{"two that are too long together", func(c Call) (int32, syscall.Errno) {
			c.Memory.Claim(0, maxTransfer)
			c.Memory.Claim(0, 1)
			return 0, 0
		}},
		{"too many", func(c Call) (int32, syscall.Errno) {
			for range maxRanges + 1 {
				c.Memory.Claim(0, 1)
			}
			return 0, 0
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, failed := (&Program{Word: 8}).Ioctl(row.serve, 1, 0); failed != syscall.EMSGSIZE {
				t.Error(failed)
			}
		})
	}
}

func TestMoreThanWasClaimedIsNotWritten(t *testing.T) {
	p := &Program{Word: 8, Memory: map[uint64][]byte{0: make([]byte, 4)}}
	_, failed := p.Ioctl(func(c Call) (int32, syscall.Errno) {
		c.Memory.Claim(0, 2)
		c.Memory.Put([]byte{1, 2, 3})
		return 0, 0
	}, 1, 0)
	if failed != syscall.EIO {
		t.Error(failed)
	}
}

func FuzzAnyQuestionHasAnAnswerOrAnError(f *testing.F) {
	f.Add(question(opInit, make([]byte, 16)...))
	f.Add((&Program{Word: 4, Memory: map[uint64][]byte{1: {2}}}).frame(0x707, 3, []memoryRange{{1, 1}}, nil))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, frame []byte) {
		d := &Device{name: "spidev0.0", serve: chase}
		answer, err := d.answer(frame)
		if err != nil || answer == nil {
			return
		}
		if len(answer) < outHeaderBytes || int(order.Uint32(answer)) != len(answer) {
			t.Errorf("answer %x says another length than its own", answer)
		}
	})
}
