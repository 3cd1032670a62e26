package history

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// sealOf makes a seal of a secret.
func sealOf(t testing.TB, s Secret) *Seal {
	t.Helper()
	seal, err := s.Seal()
	if err != nil {
		t.Fatal(err)
	}
	return seal
}

func buckets() []string {
	return []string{
		bucketWearers, bucketMinutes, bucketUnplaced, bucketFaults, bucketJournal,
		bucketSessions, bucketMornings, bucketMoments, bucketIntervals, bucketUndated,
	}
}

func TestASealedRowComesBackAsItWas(t *testing.T) {
	seal := sealOf(t, NewKey())
	rapid.Check(t, func(t *rapid.T) {
		bucket := rapid.SampledFrom(buckets()).Draw(t, "bucket")
		key := rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, "key")
		row := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "row")
		name := seal.name(bucket, key)
		k, r, err := seal.open(bucket, name, seal.seal(bucket, name, key, row))
		if err != nil || !bytes.Equal(k, key) || !bytes.Equal(r, row) {
			t.Errorf("% x, % x came back as % x, % x, %v", key, row, k, r, err)
		}
	})
}

func TestAnyBitOfASealedRowThatIsTurnedIsNoticed(t *testing.T) {
	seal := sealOf(t, NewKey())
	key, row := stampKey(time.UnixMilli(1_800_000_000_123), 3, 7), goodRows()[tableMoments]
	name := seal.name(bucketMoments, key)
	value := seal.seal(bucketMoments, name, key, row)
	for i := range 8 * (len(name) + len(value)) {
		n, v := bytes.Clone(name), bytes.Clone(value)
		if at := i / 8; at < len(n) {
			n[at] ^= 1 << (i % 8)
		} else {
			v[at-len(n)] ^= 1 << (i % 8)
		}
		if _, _, err := seal.open(bucketMoments, n, v); !errors.Is(err, errSealed) {
			t.Fatalf("bit %d: %v", i, err)
		}
	}
}

func TestASealedRowOpensNowhereElse(t *testing.T) {
	key := NewKey()
	seal, other := sealOf(t, key), sealOf(t, key)
	at, later := timeKey(time.Unix(1_800_000_000, 0), 1), timeKey(time.Unix(1_800_000_060, 0), 1)
	name := seal.name(bucketMinutes, at)
	value := seal.seal(bucketMinutes, name, at, make([]byte, rowSize))
	for _, tt := range []struct {
		what   string
		seal   *Seal
		bucket string
		name   []byte
	}{
		{"under the name of another minute", seal, bucketMinutes, seal.name(bucketMinutes, later)},
		{"in another bucket", seal, bucketJournal, name},
		{"in another file of the same key", other, bucketMinutes, name},
	} {
		if _, _, err := tt.seal.open(tt.bucket, tt.name, value); err == nil {
			t.Errorf("%s: it opens", tt.what)
		}
	}
	if bytes.Equal(seal.seal(bucketMinutes, name, at, nil), seal.seal(bucketMinutes, name, at, nil)) {
		t.Error("the same row sealed twice is the same: a nonce came again")
	}
}

// How many beats a minute had is as private as the beats.
func TestTheLengthOfASealedRowTellsNothingOfABody(t *testing.T) {
	seal := sealOf(t, NewKey())
	length := func(bucket string, row int) int {
		return len(seal.seal(bucket, nil, make([]byte, stampKeySize), make([]byte, row)))
	}
	for beats := 1; beats < 140; beats++ {
		if got, want := length(bucketIntervals, 1+intervalSize*beats), length(bucketIntervals, 1); got != want {
			t.Fatalf("%d beats take %d bytes, one takes %d", beats, got, want)
		}
	}
	if length(bucketJournal, 30) != length(bucketJournal, 200) {
		t.Error("a short note and a longer one can be told apart")
	}
}

// Of a row's key nothing shows: not its time in any of the forms that rows use, and not whose it is.
func TestTheNameOfARowHoldsNothingOfItsKey(t *testing.T) {
	seal := sealOf(t, NewKey())
	at := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
	names := map[string]bool{}
	for wearer := range byte(20) {
		for _, key := range [][]byte{timeKey(at, wearer), stampKey(at, wearer, 0)} {
			name := seal.name(bucketMinutes, key)
			if bytes.Contains(name, key[:4]) || len(name) != nameSize || names[string(name)] {
				t.Errorf("% x became % x", key, name)
			}
			names[string(name)] = true
		}
	}
	if !bytes.Equal(seal.name(bucketMinutes, timeKey(at, 1))[:slotSize], seal.name(bucketMinutes, timeKey(at, 2))[:slotSize]) {
		t.Error("the rows of one hour do not stand beside each other")
	}
}

func TestASlotIsNeverBeforeAnotherWhoseKeysAreSmaller(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bucket := rapid.SampledFrom(buckets()[1:]).Draw(t, "bucket")
		a, b := rapid.SliceOfN(rapid.Byte(), 8, 20).Draw(t, "a"), rapid.SliceOfN(rapid.Byte(), 8, 20).Draw(t, "b")
		if bytes.Compare(a, b) <= 0 && slotOf(bucket, a) > slotOf(bucket, b) {
			t.Errorf("% x lies in %d, % x in %d", a, slotOf(bucket, a), b, slotOf(bucket, b))
		}
	})
	if got := slotOf(bucketMinutes, timeKey(time.Time{}, 0)); got >= slotOf(bucketMinutes, timeKey(time.Unix(0, 0), 0)) {
		t.Error("the first year lies after 1970")
	}
}

func TestALockOpensToItsOwnSecretAlone(t *testing.T) {
	phrase, other := mustSecret(t, "nine slow lanterns"), mustSecret(t, "nine slow lanternS")
	key := NewKey()
	for _, tt := range []struct {
		name         string
		made, opened Secret
		want         error
	}{
		{"a key", key, key, nil},
		{"another key", key, NewKey(), ErrWrongSecret},
		{"a passphrase", phrase, phrase, nil},
		{"a passphrase with a letter changed", phrase, other, ErrWrongSecret},
		{"a passphrase for a key", key, phrase, ErrWrongSecret},
		{"a key for a passphrase", phrase, key, ErrWrongSecret},
	} {
		t.Run(tt.name, func(t *testing.T) {
			seal := sealOf(t, tt.made)
			l, err := decodeLock(seal.lock.encode())
			if err != nil || l != seal.lock {
				t.Fatalf("%+v, %v", l, err)
			}
			got, err := tt.opened.Open(l)
			if !errors.Is(err, tt.want) || (got != nil) != (tt.want == nil) {
				t.Fatalf("%v, want %v", err, tt.want)
			}
			if got != nil && !bytes.Equal(got.name(bucketMinutes, nil), seal.name(bucketMinutes, nil)) {
				t.Error("it opens, and its names are others")
			}
		})
	}
}

func TestALockWithAnyBitTurnedOpensToNothing(t *testing.T) {
	key := NewKey()
	whole := sealOf(t, key).lock.encode()
	for i := range 8 * len(whole) {
		bad := bytes.Clone(whole)
		bad[i/8] ^= 1 << (i % 8)
		l, err := decodeLock(bad)
		if err != nil {
			continue
		}
		if _, err := key.Open(l); err == nil {
			t.Fatalf("bit %d: it opens", i)
		}
	}
}

// A passphrase costs a thief what it costs a Pi, and never more memory than a Pi has.
func TestWhatALockMayAskForIsBounded(t *testing.T) {
	good := sealOf(t, NewKey()).lock
	for name, l := range map[string]Lock{
		"no pass":            {phrase: true, memory: stretchMemory},
		"hours of passes":    {phrase: true, time: math.MaxUint32, memory: stretchMemory},
		"no memory":          {phrase: true, time: 1},
		"gigabytes":          {phrase: true, time: 1, memory: math.MaxUint32},
		"a key that is slow": {time: 1, memory: 1 << 10, salt: good.salt},
	} {
		if _, err := decodeLock(l.encode()); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if stretchMemory > mostStretchMemory || stretchMemory<<10 > 64<<20 {
		t.Error("hubd's own stretching does not fit a Pi Zero 2 W beside the rest")
	}
}

func mustSecret(t testing.TB, text string) Secret {
	t.Helper()
	s, err := ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatIsTypedIsAKeyOrAPassphrase(t *testing.T) {
	key := NewKey()
	for _, tt := range []struct {
		name, text string
		ok         bool
	}{
		{"a passphrase", "nine slow lanterns", true},
		{"one with an end of line", "nine slow lanterns\r\n", true},
		{"a short one", "lanterns", false},
		{"nothing", "", false},
		{"a book", strings.Repeat("x", MostPhrase+1), false},
		{"two lines", "nine slow\nlanterns", false},
		{"what is no text", "nine slow \xff lanterns", false},
		{"a key", key.KeyText(), true},
		{"a key with space round it", "  " + key.KeyText() + "\n ", true},
		{"a key with a letter wrong", key.KeyText()[:30] + "g" + key.KeyText()[31:], false},
		{"a key that is cut off", key.KeyText()[:50], false},
	} {
		s, err := ParseSecret(tt.text)
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
		if given := strings.TrimPrefix(tt.text, keyWord); err != nil && len(given) > 12 && strings.Contains(err.Error(), given[4:12]) {
			t.Errorf("%s: the error repeats it: %v", tt.name, err)
		}
		if err == nil && strings.HasPrefix(strings.TrimSpace(tt.text), keyWord) != s.isKey() {
			t.Errorf("%s: a key is taken for a passphrase, or the other way", tt.name)
		}
	}
}

func TestNoWayOfPrintingShowsASecret(t *testing.T) {
	key, phrase := NewKey(), mustSecret(t, "nine slow lanterns")
	seal := sealOf(t, key)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", key, "phrase", phrase, "seal", seal, "options", Options{Secret: key})
	out := log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		out += fmt.Sprintf(verb+verb+verb+verb, key, phrase, seal, []Secret{key})
	}
	out += fmt.Sprintf("%+v %+v", Options{Secret: key}, DB{seal: seal, o: Options{Secret: phrase}})
	hex := key.KeyText()[len(keyWord) : len(keyWord)+12]
	for _, shown := range []string{hex, strings.ToUpper(hex), "lanterns", string(key.key[:8]), fmt.Sprint(key.key[:4])[1:8], "6c616e74"} {
		if strings.Contains(out, shown) {
			t.Errorf("%q is shown in %s", shown, out)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add([]byte(NewKey().KeyText()))
	f.Add([]byte(keyWord))
	f.Add([]byte("nine slow lanterns"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ParseKey(text)
		if err == nil && !strings.EqualFold(s.KeyText(), string(bytes.TrimSpace(text))+"\n") {
			t.Errorf("%q was read as another key", text)
		}
		if err != nil && !s.None() {
			t.Errorf("%q: a key and an error", text)
		}
	})
}

func FuzzDecodeLock(f *testing.F) {
	f.Add(sealOf(f, NewKey()).lock.encode())
	f.Add((Lock{phrase: true, time: stretchTime, memory: stretchMemory}).encode())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, row []byte) {
		l, err := decodeLock(row)
		if err != nil {
			return
		}
		if !bytes.Equal(l.encode(), row) {
			t.Errorf("% x was read as % x", row, l.encode())
		}
		if l.memory > mostStretchMemory || l.time > mostStretchTime {
			t.Errorf("it asks for %d passes of %d KiB", l.time, l.memory)
		}
	})
}

// Whoever has the key can seal anything: what comes out of a seal is looked at all the same.
func FuzzOpenRow(f *testing.F) {
	seal, err := (Secret{key: make([]byte, keySize32)}).Open(zeroLock(f))
	if err != nil {
		f.Fatal(err)
	}
	name := make([]byte, nameSize)
	f.Add(byte(1), name, seal.seal(bucketMinutes, name, []byte("key"), []byte("row")), []byte{3, 0, 0, 0, 3, 'k', 'e', 'y', 'r', 'o', 'w'})
	f.Add(byte(0), []byte{}, []byte{}, []byte{255, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, of byte, name, value, plain []byte) {
		bucket := buckets()[int(of)%len(buckets())]
		if _, _, err := seal.open(bucket, name, value); err != nil && !errors.Is(err, errSealed) {
			t.Error(err)
		}
		key, row, err := seal.open(bucket, name, sealWith(seal.rows, plain, bound(bucket, name)))
		if err == nil && len(key)+len(row)+sealedHead > len(plain) {
			t.Errorf("% x was read as % x and % x", plain, key, row)
		}
	})
}

// zeroLock is the same lock in every process, as fuzzing needs it.
func zeroLock(t testing.TB) Lock {
	t.Helper()
	var l Lock
	_, proof, err := (Secret{key: make([]byte, keySize32)}).derive(l)
	if err != nil {
		t.Fatal(err)
	}
	copy(l.proof[24:], proof.Seal(nil, l.proof[:24], nil, l.head()))
	return l
}
