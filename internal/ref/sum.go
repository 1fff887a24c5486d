package ref

// Sum adds the elements of x in eight lanes: lane l takes x[l], x[l+8], … in
// order from +0, padded with zeros to a multiple of eight; the lanes are
// added as those of Dots.
func Sum(x []float64) float64 {
	var a0, a1, a2, a3, a4, a5, a6, a7 float64
	for ; len(x) >= 8; x = x[8:] {
		a0 += x[0]
		a1 += x[1]
		a2 += x[2]
		a3 += x[3]
		a4 += x[4]
		a5 += x[5]
		a6 += x[6]
		a7 += x[7]
	}
	acc := [8]float64{a0, a1, a2, a3, a4, a5, a6, a7}
	if len(x) > 0 {
		for l := range acc {
			var v float64
			if l < len(x) {
				v = x[l]
			}
			acc[l] += v
		}
	}
	return fold(&acc)
}
