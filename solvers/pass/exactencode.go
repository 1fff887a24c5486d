package pass

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/seed-0327bdf7/hesse/internal/seal"
)

var sealedExact = seal.Kind{Magic: "hesse exact", Version: 1, Package: "pass", What: "moments of an exact pass"}

// MarshalBinary encodes moments exactly: a version, what they are, the fields
// in little-endian order, a CRC-32 at the end.
func (m *ExactMoments) MarshalBinary() ([]byte, error) {
	b := sealedExact.Begin(nil, 0)
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
	return seal.Seal(b, 0), nil
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
	rest, err := sealedExact.Open(data)
	if err != nil {
		return err
	}
	damaged := errors.New("pass: exact moments are damaged or cut off")
	const header = 6 * 8
	if len(rest) < header {
		return damaged
	}
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
