package kernels_test

import (
	"fmt"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// A design that the program fills row by row, where it will be read.
func ExampleNewMatrix() {
	x := kernels.NewMatrix[float64](4, 2)
	for i := range x.Rows {
		row := x.Row(i)
		row[0], row[1] = 1, float64(i)
	}
	g := make([]float64, x.Cols*x.Cols)
	kernels.Gram(g, x.Cols, x, make([]float64, kernels.TriangleWork(x.Cols)))
	fmt.Println(g) // the upper triangle
	// Output: [4 6 0 14]
}
