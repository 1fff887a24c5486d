package chart

import (
	"math"
	"strconv"
	"strings"
)

// has tells whether a number has a place on the axis.
func (a Axis) has(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) && (v > 0 || !a.Log) }

// A scale is the numbers that an axis shows, or of a logarithmic one their decimal
// logarithms.
type scale struct {
	low, high float64
	log       bool
}

// scale holds one of the coordinates of all points, and of ends of bars, that have
// a place.
func (p *Panel) scale(of func(Point) float64, log bool) scale {
	s := scale{math.Inf(1), math.Inf(-1), log}
	hold := func(at Point) {
		if p.X.has(at.X) && p.Y.has(at.Y) {
			v := s.inner(of(at))
			s.low, s.high = min(s.low, v), max(s.high, v)
		}
	}
	for _, at := range p.Points {
		hold(at)
	}
	for _, b := range p.Bars {
		if p.Y.has(b.Low) && p.Y.has(b.High) {
			hold(Point{b.X, b.Low})
			hold(Point{b.X, b.High})
		}
	}
	switch {
	case s.low > s.high:
		s.low, s.high = 0, 1
	case s.low == s.high && log:
		s.low, s.high = s.low-0.5, s.high+0.5
	case s.high/2-s.low/2 < tiny:
		by := math.Abs(s.low) / 2
		if by < tiny {
			by = 0.5
		}
		s.low, s.high = s.low-by, s.high+by
	}
	return s
}

func (s scale) inner(v float64) float64 {
	if s.log {
		return math.Log10(v)
	}
	return v
}

// share is where between the ends of the axis a number lies. Halves are subtracted
// because a difference may be too large.
func (s scale) share(v float64) float64 {
	return (s.inner(v)/2 - s.low/2) / (s.high/2 - s.low/2)
}

// A tick is a number on an axis.
type tick struct {
	value float64
	label string
}

const (
	most  = 6    // ticks that an axis has, or one more
	slack = 1e-9 // of a number of steps

	tiny = 1e-300 // numbers that differ by less are not told apart
)

// ticks are round numbers between the ends.
func (s scale) ticks() []tick {
	if s.log && s.high-s.low >= 1 {
		return s.decades()
	}
	low, high := s.low, s.high
	if s.log {
		low, high = math.Pow(10, low), math.Pow(10, high)
	}
	step := round((high/2 - low/2) / (most / 2))
	var list []tick
	for k := math.Ceil(low/step - slack); k <= high/step+slack && len(list) <= most; k++ {
		list = append(list, tick{k * step, label(k*step, step, max(math.Abs(low), math.Abs(high)))})
	}
	return list
}

// decades are powers of ten.
func (s scale) decades() []tick {
	every := max(int(math.Ceil((s.high-s.low)/most)), 1)
	var list []tick
	for k := int(math.Ceil(s.low - slack)); float64(k) <= s.high+slack; k++ {
		if k%every == 0 {
			v := math.Pow(10, float64(k))
			list = append(list, tick{v, short(strconv.FormatFloat(v, 'g', -1, 64))})
		}
	}
	return list
}

// round is the least of 1, 2, 5 times a power of ten that is no less than v.
func round(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v*(1-slack) {
			return m * power
		}
	}
	return 10 * power
}

// label is a multiple of step in as many digits as that has, beside numbers up to
// largest.
func label(v, step, largest float64) string {
	exponent := math.Floor(math.Log10(step) + slack)
	if largest < 1e6 && exponent >= -4 {
		return strconv.FormatFloat(v+0, 'f', max(int(-exponent), 0), 64)
	}
	if v == 0 {
		return "0"
	}
	digits := math.Floor(math.Log10(math.Abs(v))+slack) - exponent
	return short(strconv.FormatFloat(v, 'e', min(max(int(digits), 0), 16), 64))
}

// short is a number without the padding of its exponent.
func short(text string) string {
	mantissa, power, ok := strings.Cut(text, "e")
	if !ok {
		return text
	}
	sign := strings.TrimPrefix(power[:1], "+")
	return mantissa + "e" + sign + strings.TrimPrefix(power[1:], "0")
}
