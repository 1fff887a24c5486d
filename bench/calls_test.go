package bench

import "testing"

// TestCallsAgree: every routine has the answer of gonum's; potrf of ours leaves its
// factor elsewhere.
func TestCallsAgree(t *testing.T) {
	for _, name := range Routines() {
		for _, dtype := range []string{Float64, Float32} {
			if name == "potrf" {
				continue
			}
			c := Call{Routine: name, Type: dtype, M: 37, N: 29, K: 41, Threads: 1}
			ours, err := OurCall(c)
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := GonumCall(c)
			if err != nil {
				t.Fatal(err)
			}
			sum, size, _ := ours.Answer()
			other, _, _ := theirs.Answer()
			if err := c.Agree(sum, other, size); err != nil {
				t.Errorf("%s, %s: %v", name, dtype, err)
			}
			if size == 0 || c.Agree(sum, sum+size/100, size) == nil {
				t.Errorf("%s, %s: any answer would do", name, dtype)
			}
			if _, err := ours.Time(2); err != nil || c.FLOPs() <= 0 {
				t.Errorf("%s: %v, %g operations", name, err, c.FLOPs())
			}
		}
	}
}

func TestCallsThatCannotBe(t *testing.T) {
	for _, c := range []Call{
		{Routine: "gemmm", Type: Float64, M: 1, N: 1, K: 1, Threads: 1},
		{Routine: "gemm", Type: "float16", M: 1, N: 1, K: 1, Threads: 1},
		{Routine: "gemm", Type: Float64, M: 0, N: 1, K: 1, Threads: 1},
		{Routine: "potrf", Type: Float32, M: 1, N: 1, K: 1, Threads: 1},
	} {
		if _, err := OurCall(c); err == nil {
			t.Errorf("%+v: no error", c)
		}
	}
}
