package history

import "fmt"

// number gives the one byte that stands for a wearer in keys: one that nobody ever had, as long as there are such.
func number(tx txn, wearer string) (byte, error) {
	if wearer == "" {
		return 0, nil
	}
	b := tx.shelf(bucketWearers)
	if v := b.Get([]byte(wearer)); len(v) == 1 {
		return v[0], nil
	}
	n, err := b.NextSequence()
	if err != nil {
		return 0, err
	}
	if n > maxWearers {
		if n, err = freed(b); err != nil {
			return 0, err
		}
	}
	return byte(n), b.Put([]byte(wearer), []byte{byte(n)})
}

// freed gives a number that somebody had who was erased: with the last of their rows it is free again. Where one cannot be read nobody knows
// whose numbers are taken, and rows of two people must never be one's.
func freed(wearers shelf) (n uint64, err error) {
	var taken [maxWearers + 1]bool
	wearers.walk(nil, func(_, number []byte, unread error) bool {
		if err = unread; err == nil && len(number) == 1 {
			taken[number[0]] = true
		}
		return err == nil
	})
	for n = 1; n <= maxWearers && taken[n]; n++ {
	}
	if err == nil && n > maxWearers {
		err = fmt.Errorf("more than %d wearers", maxWearers)
	}
	return n, err
}
