package loss_test

import (
	"fmt"

	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// Huber's loss of two residuals, one near and one far: its value, and its first
// and second derivative in the linear predictor.
func ExampleHuber() {
	b := loss.Block{
		Eta: []float64{0.5, 4}, Y: []float64{0, 0},
		Value: make([]float64, 2), R: make([]float64, 2), D: make([]float64, 2),
	}
	loss.Huber{Delta: 1}.Evaluate(&b)
	fmt.Println(b.Value, b.R, b.D)
	// Output: [0.125 3.5] [0.5 1] [1 0]
}
