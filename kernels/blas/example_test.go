package blas_test

import (
	"fmt"
	"log"

	"gonum.org/v1/gonum/mat"

	"github.com/seed-0327bdf7/hesse/kernels/blas"
)

// One line, and gonum's matrices, decompositions and solutions run on this BLAS.
func Example() {
	blas.Use()
	a := mat.NewDense(2, 2, []float64{4, 1, 1, 3})
	b := mat.NewVecDense(2, []float64{1, 2})
	var x mat.VecDense
	if err := x.SolveVec(a, b); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f %.4f\n", x.AtVec(0), x.AtVec(1))
	// Output: 0.0909 0.6364
}
