package batch

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/internal/leak"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// TestGroupsHaveTheSameBits: with any instruction set and number of threads, in
// any neighbourhood and order, in new memory and in old.
func TestGroupsHaveTheSameBits(t *testing.T) {
	leak.None(t, func() {
		for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Poisson{}} {
			for _, columns := range []int{1, 5, 9, 37} {
				sameBits[float64](t, l, columns)
				sameBits[float32](t, l, columns)
			}
		}
	})
}

// The sum was taken on amd64; a difference means that some product was fused or
// some sum reordered.
func TestGroupsHaveTheSameBitsOnEveryMachine(t *testing.T) {
	sum := fnv.New64a()
	for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Poisson{}} {
		for _, weighted := range []bool{false, true} {
			g := &Groups[float64]{X: kernels.NewMatrix[float64](240, 3), Starts: []int{0, 12, 30, 100, 240}}
			for i := range g.X.Rows {
				for j := range 3 {
					g.X.Row(i)[j] = float64((i*i*(j+3)+7*j*i+j*j*j)%101) / 7
				}
				g.Y = append(g.Y, float64(i*i%7%2))
				if weighted {
					g.Weights, g.Offset = append(g.Weights, float64(1+i%3)/3), append(g.Offset, float64(i%5)/10)
				}
			}
			f, err := g.Fit(ctx, Options{Loss: l, StdErrors: true, Deviance: true}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range slices.Concat(f.Coefficients, f.StdErrors, f.Deviance) {
				if v != v {
					t.Fatalf("%s: %v", l.Name(), f.Status)
				}
				fmt.Fprintf(sum, "%x ", math.Float64bits(v))
			}
		}
	}
	if got := fmt.Sprintf("%x", sum.Sum64()); got != "2b26e7ac6b421944" {
		t.Errorf("bits %s", got)
	}
}

func sameBits[T kernels.Float](t *testing.T, l loss.Loss, columns int) {
	g := random[T](rand.New(rand.NewPCG(5, uint64(columns))), columns, l, []int{60, 130, 0, 45, 300, 44, 70, 3, 129, 99, 64, 1500}, true, true)
	o := Options{Loss: l, StdErrors: true, Deviance: true, Threads: 1}
	want, err := g.Fit(ctx, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, f *Fits, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range [][2][]float64{{f.Coefficients, want.Coefficients}, {f.StdErrors, want.StdErrors}, {f.Deviance, want.Deviance}} {
			for i := range v[1] {
				if a, b := v[0][i], v[1][i]; math.Float64bits(a) != math.Float64bits(b) && !(a != a && b != b) {
					t.Errorf("%s, %d columns, %s: %v, want %v", l.Name(), columns, what, a, b)
					return
				}
			}
		}
		if !slices.Equal(f.Status, want.Status) || !slices.Equal(f.Iterations, want.Iterations) || !slices.Equal(f.Rows, want.Rows) {
			t.Errorf("%s, %d columns, %s: %v, want %v", l.Name(), columns, what, f.Status, want.Status)
		}
	}
	for _, level := range levels() {
		restore := cpu.Use(level)
		o.Threads = 3
		f, err := g.Fit(ctx, o, nil)
		check(level.String(), f, err)
		restore()
	}
	old, err := g.Fit(ctx, Options{NoIntercept: true, Loss: l}, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := g.Fit(ctx, o, old)
	check("in old memory", f, err)

	// Rows dealt out, and put in order by their keys.
	key := make([]int, g.X.Rows)
	for group := range g.Starts[1:] {
		for i := g.Starts[group]; i < g.Starts[group+1]; i++ {
			key[i] = group
		}
	}
	rank := rand.New(rand.NewPCG(8, 9)).Perm(len(want.Status))
	at := slices.Clone(g.Starts)
	mixed := &Groups[T]{X: kernels.NewMatrix[T](g.X.Rows, columns)}
	var keys []int
	for len(keys) < g.X.Rows {
		for _, group := range rank {
			if i := at[group]; i < g.Starts[group+1] {
				copy(mixed.X.Row(len(keys)), g.X.Row(i))
				keys = append(keys, group)
				mixed.Y, mixed.Weights, mixed.Offset = append(mixed.Y, g.Y[i]), append(mixed.Weights, g.Weights[i]), append(mixed.Offset, g.Offset[i])
				at[group]++
			}
		}
	}
	var unique []int
	unique, mixed.Starts, mixed.Index = Order(keys)
	f, err = mixed.Fit(ctx, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, group := range unique {
		if !slices.Equal(f.Coefficient(i), want.Coefficient(group)) && f.Status[i] == Converged || f.Status[i] != want.Status[group] {
			t.Errorf("%s, %d columns, group %d of mixed rows: %v %v, want %v %v", l.Name(), columns, group, f.Status[i], f.Coefficient(i), want.Status[group], want.Coefficient(group))
		}
	}
}
