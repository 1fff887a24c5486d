package seal

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
)

var kind = Kind{Magic: "hesse test", Version: 3, Package: "seal", What: "a test"}

func sealed(body []byte) []byte { return Seal(append(kind.Begin(nil, len(body)), body...), 0) }

func TestOpenReturnsWhatWasSealed(t *testing.T) {
	for _, body := range [][]byte{{}, []byte("x"), bytes.Repeat([]byte("0123456789"), 40_000)} {
		b := sealed(body)
		if got, err := kind.Open(b); err != nil || !bytes.Equal(got, body) {
			t.Errorf("%d bytes come back as %d, %v", len(body), len(got), err)
		}
		if end := len(b) - 4; binary.LittleEndian.Uint32(b[end:]) != crc32.ChecksumIEEE(b[:end]) {
			t.Errorf("the checksum of %d bytes depends on pieces", len(body))
		}
		if behind := Seal(append(kind.Begin([]byte("before"), 0), body...), 6); !bytes.Equal(behind[6:], b) {
			t.Error("what comes before an encoding changes it")
		}
		if cap(b) > len(b)+len(b)/4+64 {
			t.Errorf("%d bytes in room for %d", len(b), cap(b))
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	b := sealed([]byte("body"))
	refused := func(what string, b []byte, want string) {
		t.Helper()
		if _, err := kind.Open(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
	for i := range b {
		for bit := range 8 {
			damaged := slices.Clone(b)
			damaged[i] ^= 1 << bit
			refused("damaged", damaged, "seal: ")
		}
		refused("cut off", b[:i], "seal: ")
		refused("cut off in front", b[i+1:], "not a test")
	}
	refused("longer", append(slices.Clone(b), 0), "damaged or cut off")
	other := kind
	other.Version = 4
	refused("another version", Seal(other.Begin(nil, 0), 0), "a test of version 4; this program reads version 3")
	refused("something else", []byte("PAR1 and so on"), "not a test")
}
