// Package seal is the outside of binary forms: a name and a version in front,
// a checksum behind, so that other files, other versions and damage are told
// apart and refused.
package seal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
)

// A Kind is one binary form.
type Kind struct {
	Magic   string // what every encoding begins with
	Version byte   // follows it
	Package string // that an error names first
	What    string // is encoded, in the words of an error
}

// Begin appends the beginning of an encoding, and makes room for a body of some
// bytes.
func (k Kind) Begin(b []byte, room int) []byte {
	b = slices.Grow(b, len(k.Magic)+1+room+sum)
	return append(append(b, k.Magic...), k.Version)
}

// sum is the length of a checksum.
const sum = 4

// Seal ends what Begin has begun at an index of b: a CRC-32 of all of it
// follows, little-endian.
func Seal(b []byte, from int) []byte {
	return binary.LittleEndian.AppendUint32(b, checksum(b[from:]))
}

// Open returns the body of an encoding, which lies in data. The error says
// whether data are something else, of another version, or damaged.
func (k Kind) Open(data []byte) (body []byte, err error) {
	head := len(k.Magic)
	if len(data) <= head || string(data[:head]) != k.Magic {
		return nil, fmt.Errorf("%s: not %s", k.Package, k.What)
	}
	if v := data[head]; v != k.Version {
		return nil, fmt.Errorf("%s: %s of version %d; this program reads version %d", k.Package, k.What, v, k.Version)
	}
	end := len(data) - sum
	if end <= head || checksum(data[:end]) != binary.LittleEndian.Uint32(data[end:]) {
		return nil, fmt.Errorf("%s: %s: damaged or cut off", k.Package, k.What)
	}
	return data[head+1 : end], nil
}

// checksum is the CRC-32 in pieces, for nothing stops a goroutine within one.
func checksum(b []byte) (sum uint32) {
	const piece = 1 << 17
	for ; len(b) > piece; b = b[piece:] {
		sum = crc32.Update(sum, crc32.IEEETable, b[:piece])
	}
	return crc32.Update(sum, crc32.IEEETable, b)
}
