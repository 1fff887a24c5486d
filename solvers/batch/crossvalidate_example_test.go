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

// Powers of a number explain a wave too well unless they are held back.
func ExampleCrossValidate() {
	const rows, columns = 24, 6
	x := kernels.NewMatrix[float64](rows, columns)
	y := make([]float64, rows)
	for i := range y {
		at := float64(i)/rows - 0.5
		for j := range columns {
			x.Row(i)[j] = math.Pow(at, float64(1+j))
		}
		y[i] = math.Sin(6*at) + 0.3*math.Cos(100*at)
	}
	data := &pass.Data[float64]{X: x, Y: y}
	curve, err := batch.CrossValidate(context.Background(), data, batch.Path{
		Penalties: []float64{1e-3, 1e-2, 1e-1, 1, 10}, Standardize: true, Folds: 4, Seed: 1,
	})
	if err != nil {
		log.Fatal(err)
	}
	for i, lambda := range curve.Penalties {
		fmt.Printf("%6g: %.4f ± %.4f\n", lambda, curve.Error[i], curve.StdError[i])
	}
	fmt.Printf("best %g, within one standard error %g\n", curve.Penalties[curve.Best], curve.Penalties[curve.OneStdError])
	// Output:
	//  0.001: 0.0808 ± 0.0147
	//   0.01: 0.0803 ± 0.0142
	//    0.1: 0.0750 ± 0.0120
	//      1: 0.0937 ± 0.0109
	//     10: 0.3102 ± 0.0538
	// best 0.1, within one standard error 0.1
}
