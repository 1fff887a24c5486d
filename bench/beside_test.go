package bench

import "testing"

// TestRoofBeside: both are measured with every case, and lie where the roof that is
// measured before lies. A factor of ten is room for any machine.
func TestRoofBeside(t *testing.T) {
	buffer := Buffer(1 << 24)
	for _, dtype := range []string{Float64, Float32} {
		before := Calibrate(2, buffer)
		b := newRoofBeside(2, dtype, buffer)
		for range 3 {
			b.once()
		}
		bandwidth, peak := b.median()
		for _, c := range []struct {
			what          string
			beside, alone float64
		}{{"bandwidth", bandwidth, before.Bandwidth}, {"peak", peak, before.peak(dtype)}} {
			if ratio := c.beside / c.alone; !(ratio > 0.1 && ratio < 10) {
				t.Errorf("%s: %s is %g, and was %g", dtype, c.what, c.beside, c.alone)
			}
		}
		if b.next < 1<<24 || len(b.bandwidths) != 3 || len(b.peaks) != 3 {
			t.Errorf("after three: %d bytes read, %d and %d results", b.next, len(b.bandwidths), len(b.peaks))
		}
	}
}
