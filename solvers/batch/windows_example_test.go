package batch_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/batch"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// The slope of a line that bends, in windows of four rows.
func ExampleRoll() {
	x := []float64{1, 2, 3, 4, 5, 6, 7, 8}
	y := []float64{1, 2, 3, 4, 4, 3, 2, 1}
	data := &pass.Data[float64]{X: kernels.Matrix[float64]{Rows: 8, Cols: 1, Stride: 1, Data: x}, Y: y}
	windows, err := batch.Roll(context.Background(), data, batch.Windows{Size: 4, Step: 2})
	if err != nil {
		log.Fatal(err)
	}
	for i, last := range windows.Last {
		fmt.Printf("rows %d to %d: %v, slope %.1f\n", last-3, last, windows.Status[i], windows.Coefficient(i)[1])
	}
	// Output:
	// rows 0 to 3: converged, slope 1.0
	// rows 2 to 5: converged, slope 0.0
	// rows 4 to 7: converged, slope -1.0
}
