package solvers_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// analyticCentre is −Σ log of the distances of a point to the sides of the
// triangle x > 0, y > 0, x + 2y < 1.
type analyticCentre struct{}

func (analyticCentre) Dim() int { return 2 }

func (c analyticCentre) Gradient(ctx context.Context, x, g []float64) (float64, error) {
	return c.Hessian(ctx, x, g, make([]float64, 4))
}

func (analyticCentre) Hessian(_ context.Context, x, g, h []float64) (float64, error) {
	clear(g)
	clear(h)
	f := 0.0
	for _, side := range [][3]float64{{1, 0, 0}, {0, 1, 0}, {-1, -2, 1}} {
		distance := side[0]*x[0] + side[1]*x[1] + side[2]
		if distance <= 0 {
			return math.Inf(1), nil
		}
		f -= math.Log(distance)
		for i := range 2 {
			g[i] -= side[i] / distance
			for j := i; j < 2; j++ {
				h[2*i+j] += side[i] * side[j] / (distance * distance)
			}
		}
	}
	return f, nil
}

func ExampleMinimize() {
	r, err := solvers.Minimize(context.Background(), analyticCentre{}, solvers.Newton{}, []float64{0.9, 0.01}, solvers.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Status)
	fmt.Printf("x = %.6f, f = %.6f\n", r.X, r.Value)
	// Output:
	// converged
	// x = [0.333333 0.166667], f = 3.988984
}

func ExampleFunction() {
	// Rosenbrock's valley.
	valley := solvers.Function(2, func(x, g []float64) float64 {
		a, b := 1-x[0], x[1]-x[0]*x[0]
		g[0], g[1] = -2*a-400*x[0]*b, 200*b
		return a*a + 100*b*b
	})
	start := []float64{-1.2, 1}
	for _, m := range []solvers.Method{solvers.LBFGS{}, solvers.ConjugateGradient{}, solvers.LBFGS{Search: solvers.Armijo{}}} {
		r, err := solvers.Minimize(context.Background(), valley, m, start, solvers.Settings{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %v at %.6f\n", m.Name(), r.Status, r.X)
	}
	// Output:
	// lbfgs: converged at [1.000000 1.000000]
	// cg: converged at [1.000000 1.000000]
	// lbfgs: converged at [1.000000 1.000000]
}

func ExampleCompose() {
	// A lasso of three columns that are orthogonal.
	b := []float64{3, -0.5, -2}
	squares := solvers.HessianFunction(3, func(x, g, h []float64) float64 {
		sum := 0.0
		clear(h)
		for i := range x {
			g[i] = x[i] - b[i]
			sum += g[i] * g[i] / 2
			if h != nil {
				h[4*i] = 1
			}
		}
		return sum
	})
	lasso := solvers.Compose(squares, solvers.L1{1, 1, 1})
	for _, m := range []solvers.Method{solvers.CoordinateDescent{}, solvers.OWLQN{}, solvers.ProximalGradient{}} {
		r, err := solvers.Minimize(context.Background(), lasso, m, nil, solvers.Settings{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %.6f\n", m.Name(), r.X)
	}
	// Output:
	// coordinate-descent: [2.000000 0.000000 -1.000000]
	// owl-qn: [2.000000 0.000000 -1.000000]
	// proximal-gradient: [2.000000 0.000000 -1.000000]
}

func ExampleIterates() {
	run := solvers.Iterates(context.Background(), analyticCentre{}, solvers.Newton{}, []float64{0.9, 0.01}, solvers.Settings{})
	for it, err := range run {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%d  f = %.4f  to gain: %.4f\n", it.Iteration, it.Value, it.Decrement/2)
		if it.Decrement < 1e-2 {
			break
		}
	}
	// Output:
	// 0  f = 7.2363  to gain: 0.8879
	// 1  f = 6.0199  to gain: 0.7627
	// 2  f = 4.9954  to gain: 0.5107
	// 3  f = 4.3446  to gain: 0.2198
	// 4  f = 4.0685  to gain: 0.0665
	// 5  f = 3.9928  to gain: 0.0038
}

// A run that is stopped goes on from the bytes of a checkpoint, with the bits of
// one that was never stopped.
func ExampleCheckpoint() {
	ctx := context.Background()
	problem := solvers.Function(2, func(x, g []float64) float64 {
		a, b := 1-x[0], x[1]-x[0]*x[0]
		g[0], g[1] = -2*a-400*x[0]*b, 200*b
		return a*a + 100*b*b
	})
	var kept []byte // a file, say
	for it, err := range solvers.Iterates(ctx, problem, solvers.LBFGS{}, []float64{-1.2, 1}, solvers.Settings{}) {
		if err != nil {
			log.Fatal(err)
		}
		if it.Iteration == 10 {
			c, err := it.Checkpoint()
			if err != nil {
				log.Fatal(err)
			}
			if kept, err = c.MarshalBinary(); err != nil {
				log.Fatal(err)
			}
			break // or a crash
		}
	}

	var from solvers.Checkpoint
	if err := from.UnmarshalBinary(kept); err != nil {
		log.Fatal(err)
	}
	resumed, err := solvers.Minimize(ctx, problem, solvers.LBFGS{}, nil, solvers.Settings{From: &from})
	if err != nil {
		log.Fatal(err)
	}
	whole, err := solvers.Minimize(ctx, problem, solvers.LBFGS{}, []float64{-1.2, 1}, solvers.Settings{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resumed.Status, slices.Equal(resumed.X, whole.X), resumed.Iterations == whole.Iterations)
	// Output: converged true true
}

func ExampleSum() {
	// Points about the line y = 4 + 3x, one term of a sum of squares for each.
	x, y := make([]float64, 100), make([]float64, 100)
	for i := range x {
		x[i] = float64(i*37%100) / 50
		y[i] = 4 + 3*x[i] + math.Sin(float64(i))
	}
	squares := solvers.Sum(2, len(x), func(i int, beta, g []float64) float64 {
		r := beta[0] + beta[1]*x[i] - y[i]
		g[0] += r
		g[1] += r * x[i]
		return r * r / 2
	})
	exact, err := solvers.Minimize(context.Background(), squares, solvers.LBFGS{}, nil, solvers.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("least squares: %.2f\n", exact.X)
	for _, m := range []solvers.Method{
		solvers.SGD{}, solvers.SVRG{},
		solvers.Adam{Sampling: solvers.Sampling{Batch: 10, Seed: 7}},
		solvers.Stochastic{Label: "mine", Chain: []solvers.Update{solvers.Trace{Decay: 0.5}, solvers.SumSquares{}}},
	} {
		r, err := solvers.Minimize(context.Background(), squares, m, nil, solvers.Settings{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %v, %.1f\n", m.Name(), r.Status, r.X)
	}
	// Output:
	// least squares: [4.00 3.01]
	// sgd: converged, [4.0 3.0]
	// svrg: converged, [4.0 3.0]
	// adam: converged, [4.0 3.0]
	// mine: converged, [4.0 3.0]
}
