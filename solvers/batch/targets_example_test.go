package batch_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/batch"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// Three targets on one column; the second lacks a value, the third all but one.
func ExampleFitTargets() {
	x := []float64{1, 2, 3, 4}
	none := math.NaN()
	y := []float64{
		3, 9, none,
		5, none, 7,
		7, 5, none,
		9, 3, none,
	}
	data := &pass.Data[float64]{X: kernels.Matrix[float64]{Rows: 4, Cols: 1, Stride: 1, Data: x}}
	fits, err := batch.FitTargets(context.Background(), data, kernels.Matrix[float64]{Rows: 4, Cols: 3, Stride: 3, Data: y}, batch.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for j, status := range fits.Status {
		fmt.Printf("%d rows, %v: %.3g\n", fits.Rows[j], status, fits.Coefficient(j))
	}
	// Output:
	// 4 rows, converged: [1 2]
	// 3 rows, converged: [11 -2]
	// 1 rows, too few rows: [NaN NaN]
}
