package history

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"go.etcd.io/bbolt"
)

// txn is a transaction of the file, sealed or not.
type txn struct {
	*bbolt.Tx
	seal  *Seal  // nil: rows stand there as they are
	slots *slots // where seal is set
}

// fill is how full a page is made that is parted in two. Sealed rows come in no order, so both halves need room.
func (tx txn) fill() float64 {
	if tx.seal != nil {
		return bbolt.DefaultFillPercent
	}
	return fillPercent
}

// wholeSlots moves a bound down to where a slot begins. The rows of a sealed slot stand on pages of their own: to take away a row a minute
// would write two more of them every minute.
func (tx txn) wholeSlots(bucket string, key []byte) []byte {
	if tx.seal == nil {
		return key
	}
	return binary.BigEndian.AppendUint64(nil, slotOf(bucket, key)*slotWidth(bucket))
}

// view reads.
func (d *DB) view(f func(tx txn) error) error {
	return d.bolt.View(func(tx *bbolt.Tx) error { return f(txn{tx, d.seal, &d.slots}) })
}

// change writes.
func (d *DB) change(f func(tx txn) error) error {
	return d.bolt.Update(func(tx *bbolt.Tx) error { return f(txn{tx, d.seal, &d.slots}) })
}

// shelf is one bucket, by the keys of its rows: whether they are sealed is no matter to who asks. The zero shelf has no rows, and none may
// be put there.
type shelf struct {
	tx   txn
	name string
	b    *bbolt.Bucket
}

func (tx txn) shelf(name string) shelf { return shelf{tx, name, tx.Bucket([]byte(name))} }

// Get gives the row of a key; nil where there is none, or none that can be opened.
func (s shelf) Get(key []byte) []byte {
	if s.tx.seal == nil {
		return s.b.Get(key)
	}
	name := s.tx.seal.name(s.name, key)
	value := s.b.Get(name)
	if value == nil {
		return nil
	}
	_, row, err := s.tx.seal.open(s.name, name, value)
	if err != nil {
		return nil // a reader counts it
	}
	return row
}

// Put writes a row.
func (s shelf) Put(key, row []byte) error {
	if s.tx.seal == nil {
		return s.b.Put(key, row)
	}
	name := s.tx.seal.name(s.name, key)
	s.tx.slots.add(s.name, slotOf(s.name, key), name)
	return s.b.Put(name, s.tx.seal.seal(s.name, name, key, row))
}

// Delete removes a row, if there is one.
func (s shelf) Delete(key []byte) error {
	if s.tx.seal == nil {
		return s.b.Delete(key)
	}
	return s.b.Delete(s.tx.seal.name(s.name, key))
}

// NextSequence counts what the bucket counts.
func (s shelf) NextSequence() (uint64, error) { return s.b.NextSequence() }

// startsBefore tells whether there may be a row before a key. It opens nothing.
func (s shelf) startsBefore(key []byte) bool {
	if s.tx.seal == nil {
		return true
	}
	first, ok := s.tx.slots.from(s.name, 0)
	begins := binary.BigEndian.AppendUint64(nil, first.number*slotWidth(s.name))
	return ok && bytes.Compare(begins, key) < 0
}

// walk gives the rows from a key on in the order of keys, until each wants no more. A row that cannot be opened comes with
// its error, under the name that it is sealed as.
func (s shelf) walk(from []byte, each func(key, row []byte, err error) (more bool)) {
	if s.b == nil {
		return // a file of an earlier hubd, opened to read
	}
	if s.tx.seal != nil {
		s.walkSlots(from, each)
		return
	}
	c := s.b.Cursor()
	for k, v := c.Seek(from); k != nil && each(k, v, nil); k, v = c.Next() {
	}
}

func (s shelf) walkSlots(from []byte, each func(key, row []byte, err error) bool) {
	for slot, ok := s.tx.slots.from(s.name, slotOf(s.name, from)); ok; slot, ok = s.tx.slots.from(s.name, slot.number+1) {
		rows := s.slot(slot)
		if len(rows) == 0 {
			s.empty(slot)
		}
		for _, r := range rows {
			if r.err == nil && bytes.Compare(r.key, from) < 0 {
				continue
			}
			if !each(r.key, r.row, r.err) {
				return
			}
		}
		if slot.number == ^uint64(0) {
			return
		}
	}
}

// openedRow is a row out of its seal; with an error its key is the name that it is sealed as.
type openedRow struct {
	key, row []byte
	err      error
}

// fails is less for rows that cannot be opened.
func fails(r openedRow) int {
	if r.err != nil {
		return 0
	}
	return 1
}

// slot opens all rows of one slot and orders them; those that cannot be opened come first.
func (s shelf) slot(at slot) (rows []openedRow) {
	c := s.b.Cursor()
	for k, v := c.Seek(at.name[:]); len(k) >= slotSize && bytes.Equal(k[:slotSize], at.name[:]); k, v = c.Next() {
		key, row, err := s.tx.seal.open(s.name, k, v)
		if err != nil {
			key = k
		}
		rows = append(rows, openedRow{key, row, err})
	}
	slices.SortFunc(rows, func(a, b openedRow) int {
		if opens := cmp.Compare(fails(a), fails(b)); opens != 0 {
			return opens
		}
		return bytes.Compare(a.key, b.key)
	})
	return rows
}

// empty forgets a slot that holds nothing, once that is so on the disk.
func (s shelf) empty(at slot) {
	if s.tx.Writable() {
		s.tx.OnCommit(func() { s.tx.slots.drop(s.name, at.number) })
		return
	}
	s.tx.slots.drop(s.name, at.number)
}

// slot is a stretch of a bucket's keys that has rows.
type slot struct {
	number uint64
	name   [slotSize]byte
}

// slots know in memory which slots there are: their order is nowhere in the file. One that has lost its last row may still be known, one that
// has a row always is.
type slots struct {
	of   map[string][]slot      // by bucket, in the order of numbers
	lost map[string]*Unreadable // by bucket: rows of which not even the slot could be told
}

func (s *slots) find(bucket string, number uint64) (int, bool) {
	return slices.BinarySearchFunc(s.of[bucket], number, func(a slot, n uint64) int { return cmp.Compare(a.number, n) })
}

func (s *slots) add(bucket string, number uint64, name []byte) {
	if i, known := s.find(bucket, number); !known {
		s.of[bucket] = slices.Insert(s.of[bucket], i, slot{number, [slotSize]byte(name)})
	}
}

func (s *slots) drop(bucket string, number uint64) {
	if i, known := s.find(bucket, number); known {
		s.of[bucket] = slices.Delete(s.of[bucket], i, i+1)
	}
}

// from gives the first slot that is not before a number.
func (s *slots) from(bucket string, number uint64) (slot, bool) {
	i, _ := s.find(bucket, number)
	if i == len(s.of[bucket]) {
		return slot{}, false
	}
	return s.of[bucket][i], true
}

// learnSlots opens one row of each slot, for only a row knows which stretch its slot is. Of a year that is some ten thousand rows of half
// a million.
func learnSlots(tx *bbolt.Tx, seal *Seal) slots {
	all := slots{of: map[string][]slot{}, lost: map[string]*Unreadable{}}
	_ = tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
		if bucket := string(name); bucket != bucketLock {
			all.learn(bucket, b, seal)
		}
		return nil
	})
	return all
}

// learn opens rows of a bucket, and remembers those that stand in slots of which none could be opened.
func (s *slots) learn(bucket string, b *bbolt.Bucket, seal *Seal) {
	c := b.Cursor()
	var lost, unknown Unreadable
	var name [slotSize]byte
	for k, v := c.First(); k != nil; {
		if len(k) < slotSize || !bytes.Equal(k[:slotSize], name[:]) {
			lost.Add(unknown.Rows, unknown.More)
			unknown, name = Unreadable{}, [slotSize]byte{}
			copy(name[:], k)
		}
		key, _, err := seal.open(bucket, k, v)
		if err != nil || !bytes.Equal(seal.slotName(bucket, slotOf(bucket, key)), name[:]) {
			unknown.meet(sealedName(bucket, k), errSealed)
			k, v = c.Next()
			continue
		}
		s.of[bucket] = append(s.of[bucket], slot{slotOf(bucket, key), name})
		unknown = Unreadable{} // a reader of the slot names them
		next := binary.BigEndian.Uint64(name[:]) + 1
		if next == 0 {
			break
		}
		k, v = c.Seek(binary.BigEndian.AppendUint64(nil, next))
	}
	if lost.Add(unknown.Rows, unknown.More); lost.Err() != nil {
		s.lost[bucket] = &lost
	}
	slices.SortFunc(s.of[bucket], func(a, b slot) int { return cmp.Compare(a.number, b.number) })
}
