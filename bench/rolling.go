package bench

import (
	"context"
	"fmt"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/batch"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// windowRows is how many rows a window of so many columns has.
func windowRows(columns int) int { return max(250, 10*columns) }

// rolling is least squares with an intercept in every window of 250 rows, or ten
// for each column if that is more. The answer is all coefficients. A window
// needs a row more than the one before, and a solution.
var rolling = workload{
	name: "rolling", flops: func(p int) float64 {
		width := float64(p + 1)
		return triangle(p+1) + width*width*width/3 + 2*width*width
	}, target: true, vector: true, tolerance: coefficients, whole: true,
	beside:   func(p int) int { return p + 1 },
	fewest:   func(columns int) int { return windowRows(columns) + kernels.PanelRows },
	shortest: func(columns int) int { return 8 * windowRows(columns) }, // the first window has no answer of its own
	ours:     ours{rollingOurs[float64], rollingOurs[float32]},
}

// checkWindows is an error if there are no rows but those of the first window.
func checkWindows[T kernels.Float](b *Problem[T]) error {
	if size := windowRows(b.X.Cols); b.X.Rows <= size {
		return fmt.Errorf("bench: windows of %d rows, for %d columns, of %d rows; take more of them with --n or --size", size, b.X.Cols, b.X.Rows)
	}
	return nil
}

func rollingOurs[T kernels.Float](b *Problem[T]) (Answer, error) {
	if err := checkWindows(b); err != nil {
		return Answer{}, err
	}
	fits, err := batch.Roll(context.Background(), &pass.Data[T]{X: b.X, Y: b.Y},
		batch.Windows{Options: batch.Options{Threads: b.Threads}, Size: windowRows(b.X.Cols)})
	if err != nil {
		return Answer{}, err
	}
	return Answer{Vector: fits.Coefficients}, nil
}
