package memory

import "testing"

// TestWhatWasGivenBackIsZeros, at the length that was asked for, and nobody else's.
func TestWhatWasGivenBackIsZeros(t *testing.T) {
	for _, n := range []int{0, 1, leastSpare - 1, leastSpare, leastSpare + 1, 3 * leastSpare} {
		for round := range 4 {
			var lent [][]float64
			for i := range 3 {
				s := Lend(n)
				if len(s) != n {
					t.Fatalf("%d numbers, want %d", len(s), n)
				}
				for j, v := range s {
					if v != 0 {
						t.Fatalf("round %d: number %d of %d is %v", round, j, n, v)
					}
					s[j] = float64(i + 1)
				}
				lent = append(lent, s)
			}
			for i, s := range lent {
				for j, v := range s {
					if v != float64(i+1) {
						t.Fatalf("round %d: number %d of %d belongs to two", round, j, n)
					}
				}
				GiveBack(s)
			}
		}
	}
}
