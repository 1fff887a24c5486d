package pass

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/seed-0327bdf7/hesse/internal/seal"
)

var sealedMoments = seal.Kind{Magic: "hesse moments", Version: 1, Package: "pass", What: "moments of a pass"}

// MarshalBinary encodes moments exactly: a version, the length and the fields
// in little-endian order, a CRC-32 at the end.
func (m *Moments) MarshalBinary() ([]byte, error) {
	p := len(m.Gradient)
	numbers := len(m.scalars()) + len(m.Gradient) + len(m.CrossD) + len(m.Shift)
	if m.Hessian != nil {
		numbers += p * (p + 1) / 2
	}
	b := sealedMoments.Begin(nil, 17+8*numbers)
	b = binary.LittleEndian.AppendUint64(b, uint64(p))
	var parts byte
	if m.Hessian != nil {
		parts |= 1
	}
	if m.Shift != nil {
		parts |= 2
	}
	b = append(b, parts)
	b = binary.LittleEndian.AppendUint64(b, uint64(m.Rows))
	number := func(v float64) { b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v)) }
	for _, v := range m.scalars() {
		number(*v)
	}
	for _, s := range [][]float64{m.Gradient, m.CrossD, m.Shift} {
		for _, v := range s {
			number(v)
		}
	}
	if m.Hessian != nil {
		for i := range p {
			for _, v := range m.Hessian[i*p+i : (i+1)*p] {
				number(v)
			}
		}
	}
	return seal.Seal(b, 0), nil
}

func (m *Moments) scalars() []*float64 {
	return []*float64{&m.SumW, &m.SumLogW, &m.Loss, &m.SumR, &m.SumD, &m.MinMargin, &m.MaxMargin}
}

// UnmarshalBinary decodes what MarshalBinary wrote. An encoding that is
// damaged, of another version or of another length is an error, and m is as
// before.
func (m *Moments) UnmarshalBinary(data []byte) error {
	rest, err := sealedMoments.Open(data)
	if err != nil {
		return err
	}
	damaged := errors.New("pass: moments are damaged or cut off")
	const header = 8 + 1 + 8
	if len(rest) < header {
		return damaged
	}
	columns, parts, rows := binary.LittleEndian.Uint64(rest), rest[8], binary.LittleEndian.Uint64(rest[9:])
	rest = rest[header:]
	d := Moments{Rows: int(rows)}
	// A number of columns that cannot be in so many bytes must not be multiplied.
	if columns > uint64(len(rest)/8) || parts > 3 || rows > math.MaxInt {
		return damaged
	}
	numbers := uint64(len(d.scalars())) + columns
	if parts&1 != 0 {
		numbers += columns + columns*(columns+1)/2
	}
	if parts&2 != 0 {
		numbers += columns
	}
	if uint64(len(rest)) != 8*numbers {
		return damaged
	}
	p := int(columns)
	number := func() float64 {
		v := math.Float64frombits(binary.LittleEndian.Uint64(rest))
		rest = rest[8:]
		return v
	}
	vector := func() []float64 {
		v := make([]float64, p)
		for i := range v {
			v[i] = number()
		}
		return v
	}
	for _, v := range d.scalars() {
		*v = number()
	}
	d.Gradient = vector()
	if parts&1 != 0 {
		d.CrossD = vector()
	}
	if parts&2 != 0 {
		d.Shift = vector()
	}
	if parts&1 != 0 {
		d.Hessian = make([]float64, p*p)
		for i := range p {
			for j := i; j < p; j++ {
				d.Hessian[i*p+j] = number()
			}
		}
	}
	*m = d
	return nil
}
