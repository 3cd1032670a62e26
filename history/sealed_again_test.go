package history_test

import (
	"os"
	"os/exec"
	"testing"

	"hubd/history"
)

// sealedAgain makes a process of these tests seal every history.
const sealedAgain = "HUBD_TEST_SEALED"

// testKey is the key of every history that is sealed here.
func testKey(t testing.TB) history.Secret {
	if t != nil {
		t.Helper()
	}
	key, err := history.ParseKey([]byte("hubd-history-key-1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f630dcd29"))
	if err != nil {
		panic(err)
	}
	return key
}

// opened opens a history, sealed where this process is to.
func opened(o history.Options) *history.DB {
	if os.Getenv(sealedAgain) != "" {
		o.Sealed, o.Secret = true, testKey(nil)
	}
	return history.Open(o)
}

// What holds of rows in the clear holds of sealed ones.
func TestEverythingHoldsSealedToo(t *testing.T) {
	if os.Getenv(sealedAgain) != "" {
		t.Skip("it is sealed already")
	}
	const slow = "Seal|Lock|Secret|Key|Rekey|Kill|Acknowledged|NoDamageKeeps|FullStaysAsLarge|Fuzz|Years|Settings|Baseline|StopsGrowing|OldMinutesGo|GoneFromEveryByte|SomebodyUnknownChangesNothing|SessionsToo"
	cmd := exec.Command(os.Args[0], "-test.run=^Test", "-test.skip="+slow, "-test.short")
	cmd.Env = append(os.Environ(), sealedAgain+"=1", "GORACE=atexit_sleep_ms=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
