package batch_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/batch"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// How far a slope varies when the rows are drawn anew, a thousand times.
func ExampleResample() {
	x := []float64{1, 2, 3, 4, 5, 6, 7, 8}
	y := []float64{1.2, 1.9, 3.2, 3.8, 5.1, 6.2, 6.8, 8.1}
	data := &pass.Data[float64]{X: kernels.Matrix[float64]{Rows: 8, Cols: 1, Stride: 1, Data: x}, Y: y}
	fits, err := batch.Resample(context.Background(), data, batch.Bootstrap{Replicates: 1000, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	spread := make([]float64, fits.Width)
	n := fits.Spread(spread)
	fmt.Printf("%d replicates, standard error of the slope %.3f\n", n, spread[1])
	// Output: 1000 replicates, standard error of the slope 0.030
}

// A point far off has leverage: without it the line is another.
func ExampleLeaveOneOut() {
	x := []float64{1, 2, 3, 4, 20}
	y := []float64{1, 2, 3, 4, 5}
	data := &pass.Data[float64]{X: kernels.Matrix[float64]{Rows: 5, Cols: 1, Stride: 1, Data: x}, Y: y}
	leave, err := batch.LeaveOneOut(context.Background(), data, batch.Options{}, true)
	if err != nil {
		log.Fatal(err)
	}
	for i, h := range leave.Leverage {
		fmt.Printf("leverage %.2f, slope without the row %.2f\n", h, leave.Coefficients[1]-leave.Changes[2*i+1])
	}
	// Output:
	// leverage 0.30, slope without the row 0.13
	// leverage 0.26, slope without the row 0.15
	// leverage 0.24, slope without the row 0.17
	// leverage 0.22, slope without the row 0.17
	// leverage 0.98, slope without the row 1.00
}
