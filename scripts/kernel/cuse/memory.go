package cuse

import "syscall"

// Call is one ioctl of a program that has the device open.
type Call struct {
	Cmd    uint32
	Arg    uint64 // most often an address
	Word   int    // size of the caller's pointers and longs in bytes: 4 or 8
	Memory *Memory
}

// memoryRange is a part of the caller's memory.
type memoryRange struct {
	base   uint64
	length uint32
}

// Memory is the caller's memory as far as it has been brought, and what goes back into it. One that answers an ioctl reads and claims in
// the same order each round, before it does anything: until Complete says so, the whole call will come again.
type Memory struct {
	in      []byte // contents of the ranges read, one after another
	outSize int    // of the ranges that the kernel will write to

	read    []memoryRange
	claimed []memoryRange
	missing bool
	broken  bool
	out     []byte
}

// Read gives n bytes of the caller's memory, or false while they are missing: the caller then returns, and is asked again.
func (m *Memory) Read(base uint64, n uint32) ([]byte, bool) {
	m.note(&m.read, base, n)
	if uint64(n) > uint64(len(m.in)) {
		m.missing = true
	}
	if m.missing {
		return nil, false
	}
	part := m.in[:n:n]
	m.in = m.in[n:]
	return part, true
}

// Claim says that n bytes will be written at base. Put fills the claims in their order.
func (m *Memory) Claim(base uint64, n uint32) { m.note(&m.claimed, base, n) }

func (m *Memory) note(to *[]memoryRange, base uint64, n uint32) {
	total := uint64(n)
	for _, ranges := range [2][]memoryRange{m.read, m.claimed} {
		for _, r := range ranges {
			total += uint64(r.length)
		}
	}
	if total > maxTransfer || len(m.read)+len(m.claimed) == maxRanges {
		m.missing, m.broken = true, true
		return
	}
	if n > 0 {
		*to = append(*to, memoryRange{base, n})
	}
}

// Complete tells whether all that was read is here and all that was claimed can be written.
func (m *Memory) Complete() bool { return !m.missing && m.outSize == m.claims() }

func (m *Memory) claims() (n int) {
	for _, r := range m.claimed {
		n += int(r.length)
	}
	return n
}

// Put appends to what goes into the claimed memory.
func (m *Memory) Put(b []byte) { m.out = append(m.out, b...) }

// answer ends a round: with a request for more memory, or for good.
func (m *Memory) answer(unique uint64, result int32, failed syscall.Errno) []byte {
	switch {
	case failed != 0:
		return reply(unique, failed, 0)
	case m.broken:
		return reply(unique, syscall.EMSGSIZE, 0)
	case !m.Complete():
		return retryReply(unique, m.read, m.claimed)
	case len(m.out) > m.outSize:
		return reply(unique, syscall.EIO, 0)
	}
	return doneReply(unique, result, m.out)
}
