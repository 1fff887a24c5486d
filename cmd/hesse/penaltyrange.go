package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// A penaltyRange is a penalty as --l2 takes it: a number, or from..to with
// :count behind it if it is not to be 100.
type penaltyRange struct {
	from, to float64
	count    int // 0 for a number, which is from
}

const gridSize = 100

// Decode implements kong.MapperValue.
func (r *penaltyRange) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("float", &text); err != nil {
		return err
	}
	first, second, isRange := strings.Cut(text, "..")
	var err error
	if r.from, err = strconv.ParseFloat(first, 64); err != nil || !isRange {
		if err != nil {
			return fmt.Errorf("expected a float but got %q (string)", text)
		}
		r.to, r.count = r.from, 0
		return nil
	}
	last, count, counted := strings.Cut(second, ":")
	r.count = gridSize
	if counted {
		if r.count, err = strconv.Atoi(count); err != nil || r.count < 2 || r.count > 10000 {
			return fmt.Errorf("%q: the number of penalties behind the colon lies between 2 and 10000", text)
		}
	}
	if r.to, err = strconv.ParseFloat(last, 64); err != nil || !(0 < r.from && r.from < r.to) || math.IsInf(r.to, 0) {
		return fmt.Errorf("%q is no range; it goes from a positive number to a greater one, as 1e-4..1e4", text)
	}
	return nil
}

// grid is the penalties of a range, evenly spaced in their logarithms, to six
// digits: one that was chosen can be typed, and is the same on every machine.
func (r penaltyRange) grid() []float64 {
	penalties := make([]float64, r.count)
	low, high := math.Log10(r.from), math.Log10(r.to)
	for i := range penalties {
		exact := math.Pow(10, low+(high-low)*float64(i)/float64(r.count-1))
		penalties[i], _ = strconv.ParseFloat(strconv.FormatFloat(exact, 'g', 6, 64), 64)
	}
	penalties[0], penalties[r.count-1] = r.from, r.to
	return penalties
}
