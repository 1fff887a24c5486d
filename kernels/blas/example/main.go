// Command example multiplies and factorises a matrix of 1000 rows and columns
// with gonum's mat, first on gonum's own BLAS and then on that of this module,
// and prints both times.
//
//	go run ./kernels/blas/example
package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/seed-0327bdf7/hesse/kernels/blas"
)

type task struct {
	name string
	do   func()
}

func main() {
	a := random(1000)
	product, gram, lu, qr, cholesky := new(mat.Dense), new(mat.SymDense), new(mat.LU), new(mat.QR), new(mat.Cholesky)
	tasks := []task{
		{"A·A", func() { product.Mul(a, a) }},
		{"A·Aᵀ", func() { gram.SymOuterK(1, a) }},
		{"LU", func() { lu.Factorize(a) }},
		{"QR", func() { qr.Factorize(a) }},
		{"Cholesky", func() { cholesky.Factorize(gram) }},
	}
	before := times(tasks)
	blas.Use()
	after := times(tasks)
	for i, t := range tasks {
		fmt.Printf("%-8s %7.1f ms %7.1f ms %6.1f times as fast\n", t.name, before[i], after[i], before[i]/after[i])
	}
}

// random is a square matrix of normal numbers.
func random(n int) *mat.Dense {
	r := rand.New(rand.NewPCG(1, 2))
	a := mat.NewDense(n, n, nil)
	a.Apply(func(int, int, float64) float64 { return r.NormFloat64() }, a)
	return a
}

// times are milliseconds, the least of five runs; the first one allocates.
func times(tasks []task) []float64 {
	least := make([]float64, len(tasks))
	for i, t := range tasks {
		for run := range 5 {
			start := time.Now()
			t.do()
			if ms := 1e3 * time.Since(start).Seconds(); run == 0 || ms < least[i] {
				least[i] = ms
			}
		}
	}
	return least
}
