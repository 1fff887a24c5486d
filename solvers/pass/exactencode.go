package pass

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// exactMagic begins every encoding; its last byte is the version.
var exactMagic = []byte("hesse exact\x01")

// MarshalBinary encodes moments exactly: a version, what they are, the fields
// in little-endian order, a CRC-32 at the end.
func (m *ExactMoments) MarshalBinary() ([]byte, error) {
	b := append([]byte{}, exactMagic...)
	number := func(v uint64) { b = binary.LittleEndian.AppendUint64(b, v) }
	for _, n := range []int{m.p, m.kind.rows, m.kind.columns, len(m.Shift), m.Rows} {
		number(uint64(n))
	}
	number(math.Float64bits(m.SumLogW))
	for _, v := range m.Shift {
		number(math.Float64bits(v))
	}
	m.entries(func(hi, lo *float64) {
		number(math.Float64bits(*hi))
		number(math.Float64bits(*lo))
	})
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b)), nil
}

// entries visits all entries that count.
func (m *ExactMoments) entries(visit func(hi, lo *float64)) {
	for i := range m.kind.rows {
		from := 0
		if m.triangle() {
			from = i
		}
		for j := from; j < m.kind.columns; j++ {
			at := i*m.square.Stride + j
			visit(&m.square.Hi[at], &m.square.Lo[at])
		}
	}
}

// UnmarshalBinary decodes what MarshalBinary wrote. An encoding that is
// damaged, of another version or of another length is an error, and m is as
// before.
func (m *ExactMoments) UnmarshalBinary(data []byte) error {
	const version, header = 1, 6 * 8
	if len(data) < len(exactMagic) || !bytes.Equal(data[:len(exactMagic)-1], exactMagic[:len(exactMagic)-1]) {
		return errors.New("pass: not the moments of an exact pass")
	}
	if v := data[len(exactMagic)-1]; v != version {
		return fmt.Errorf("pass: exact moments of version %d; this program reads version %d", v, version)
	}
	damaged := errors.New("pass: exact moments are damaged or cut off")
	if len(data) < len(exactMagic)+header+4 {
		return damaged
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return damaged
	}
	rest := body[len(exactMagic):]
	number := func() uint64 {
		v := binary.LittleEndian.Uint64(rest)
		rest = rest[8:]
		return v
	}
	p, rows, columns, shifts, count := number(), number(), number(), number(), number()
	// Numbers that cannot be in so many bytes must not be multiplied.
	limit := uint64(len(rest) / 8)
	if p > limit || columns != p+2 && columns != p+3 || rows != 1 && rows != columns || shifts != 0 && shifts != p || count > math.MaxInt {
		return damaged
	}
	entries := columns
	if rows > 1 {
		entries = columns * (columns + 1) / 2
	}
	if uint64(len(rest)) != 8*(1+shifts+2*entries) {
		return damaged
	}
	d := newExactMoments(int(p), exactKind{int(rows), int(columns)})
	d.Rows, d.SumLogW = int(count), math.Float64frombits(number())
	for range shifts {
		d.Shift = append(d.Shift, math.Float64frombits(number()))
	}
	d.entries(func(hi, lo *float64) {
		*hi, *lo = math.Float64frombits(number()), math.Float64frombits(number())
	})
	*m = *d
	return nil
}
