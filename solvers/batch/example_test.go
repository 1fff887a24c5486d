package batch_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/batch"
)

// A line for every shop: what was sold, by price. The third has one price only.
func ExampleGroups_Fit() {
	shop := []string{"north", "south", "north", "west", "south", "north", "west", "south", "north", "west"}
	price := []float64{1, 2, 2, 3, 3, 3, 3, 1, 4, 3}
	sold := []float64{9, 14, 7, 5, 13, 5.5, 4, 15.5, 2.5, 6}

	shops, starts, index := batch.Order(shop)
	groups := &batch.Groups[float64]{
		X: kernels.Matrix[float64]{Rows: len(price), Cols: 1, Stride: 1, Data: price},
		Y: sold, Starts: starts, Index: index,
	}
	fits, err := groups.Fit(context.Background(), batch.Options{StdErrors: true}, nil)
	if err != nil {
		log.Fatal(err)
	}
	for i, name := range shops {
		fmt.Printf("%-5s %d rows, %v", name, fits.Rows[i], fits.Status[i])
		if fits.Status[i] == batch.Converged {
			fmt.Printf(": %.2f %+.2f·price ± %.2f", fits.Coefficient(i)[0], fits.Coefficient(i)[1], fits.StdError(i)[1])
		}
		fmt.Println()
	}
	// Output:
	// north 4 rows, converged: 11.25 -2.10·price ± 0.21
	// south 3 rows, converged: 16.67 -1.25·price ± 0.14
	// west  3 rows, rank deficient
}
