package pass_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// Loss, gradient and Hessian of least squares at a point, from rows in two parts
// whose moments are merged: each could have been read on a machine of its own.
func ExamplePass_Run() {
	parts := []pass.Data[float64]{
		{X: kernels.Matrix[float64]{Rows: 2, Cols: 2, Stride: 2, Data: []float64{1, 0, 2, 1}}, Y: []float64{1, 3}},
		{X: kernels.Matrix[float64]{Rows: 1, Cols: 2, Stride: 2, Data: []float64{0, 3}}, Y: []float64{2}},
	}
	model := pass.Model{Loss: loss.Squared{}}
	at := pass.Point{Beta: []float64{1, 0}}
	var all *pass.Moments
	for i := range parts {
		p, err := pass.New(&parts[i], model, 1)
		if err != nil {
			log.Fatal(err)
		}
		moments, err := p.Run(context.Background(), at, pass.Want{Hessian: true})
		switch {
		case err != nil:
			log.Fatal(err)
		case all == nil:
			all = moments
		default:
			if err := all.Merge(moments); err != nil {
				log.Fatal(err)
			}
		}
	}
	fmt.Println(all.Loss, all.Gradient)
	fmt.Println(all.Hessian) // the upper triangle
	// Output:
	// 2.5 [-2 -7]
	// [5 2 0 10]
}
