package glm

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// approximate is methods that approximate the Hessian in some way.
func approximate() []solvers.Method {
	return []solvers.Method{
		solvers.ApproximateNewton{},
		solvers.ApproximateNewton{Curvature: solvers.Blocks{Size: 3}, Every: 2},
		solvers.ApproximateNewton{Curvature: solvers.LowRank{Rank: 4}},
		solvers.ApproximateNewton{Curvature: solvers.Expected{}},
		solvers.NewtonCG{Preconditioner: solvers.Blocks{Size: 4}},
		solvers.NewtonCG{Preconditioner: solvers.LowRank{Rank: 3}},
		solvers.LBFGS{Initial: solvers.Blocks{}},
		solvers.LBFGS{Initial: solvers.Expected{}},
	}
}

// TestApproximationsFitModels to the estimates of Newton's method, with the same
// bits at every level, on any number of threads, from memory or a source.
func TestApproximationsFitModels(t *testing.T) {
	for _, family := range []Family{Gaussian, Binomial, Gamma} {
		d := problem[float64](1100, 7, family, true)
		want, err := Fit(ctx, d, Options{Family: family, L2: 1})
		if err != nil {
			t.Fatal(err)
		}
		for k, method := range approximate() {
			var first []string
			for _, level := range levels() {
				for _, threads := range []int{1, 3} {
					o := Options{Family: family, L2: 1, Method: method, Threads: threads}
					restore := cpu.Use(level)
					m, err := Fit(ctx, d, o)
					if threads == 3 {
						m, err = FitSource(ctx, &inMemory[float64]{Data: d}, nil, "", o)
					}
					restore()
					if err != nil || !m.Converged {
						t.Fatalf("%v by %d: %v, %+v", family, k, err, m)
					}
					for j, c := range m.Coefficients {
						if math.Abs(c.Estimate-want.Coefficients[j].Estimate) > 1e-5*(1+math.Abs(c.Estimate)) {
							t.Errorf("%v by %d: %s is %g, want %g", family, k, c.Name, c.Estimate, want.Coefficients[j].Estimate)
						}
					}
					if got := bits(m); first == nil {
						first = got
					} else if !slices.Equal(got, first) {
						t.Errorf("%v by %d, %v, %d threads: other bits", family, k, level, threads)
					}
				}
			}
		}
	}
}

// TestPartsOfTheHessian: blocks are those of the Hessian, and the expected one
// is that of Fisher scoring.
func TestPartsOfTheHessian(t *testing.T) {
	for _, family := range []Family{Binomial, Gamma} {
		for _, intercept := range []bool{false, true} {
			d := problem[float64](700, 5, family, true)
			design, err := d.design()
			if err != nil {
				t.Fatal(err)
			}
			passes := func(m pass.Model) (*pass.Pass[float64], error) { return pass.New(design, m, 2) }
			l := family.about().loss(Parameters{})
			p, err := passes(pass.Model{Loss: l, Intercept: intercept})
			if err != nil {
				t.Fatal(err)
			}
			o := &objective[float64]{pass: p, family: family, intercept: intercept, penalty: []float64{1, 2, 3, 4, 5}}
			o.parts.passes = passes
			n, lead := o.Dim(), o.Lead()
			x, g, h := slices.Repeat([]float64{0.1}, n), make([]float64, n), make([]float64, n*n)
			if _, err := o.Hessian(ctx, x, g, h); err != nil {
				t.Fatal(err)
			}
			blocks := make([]float64, lead+3*4)
			for _, size := range []int{1, 2} {
				number := (5 + size - 1) / size
				dst := blocks[:lead+number*size*size]
				if err := o.HessianBlocks(ctx, dst, size, x); err != nil {
					t.Fatal(err)
				}
				for i := range n {
					got := dst[0]
					if j := i - lead; j >= 0 {
						got = dst[lead+j/size*size*size+j%size*(size+1)]
					}
					if math.Abs(got/h[i*n+i]-1) > 1e-12 {
						t.Errorf("%v, blocks of %d: entry %d of the diagonal is %g, want %g", family, size, i, got, h[i*n+i])
					}
				}
				if size == 2 && math.Abs(dst[lead+1]-h[lead*n+lead+1]) > 1e-12*h[lead*n+lead] {
					t.Errorf("%v: beside the diagonal %g, want %g", family, dst[lead+1], h[lead*n+lead+1])
				}
			}
			expected := make([]float64, n*n)
			if err := o.ExpectedHessian(ctx, x, expected); err != nil {
				t.Fatal(err)
			}
			want := h
			if scorer, ok := l.(loss.Scorer); ok {
				p, err := passes(pass.Model{Loss: scorer.Scoring(), Intercept: intercept})
				if err != nil {
					t.Fatal(err)
				}
				scoring := &objective[float64]{pass: p, family: family, intercept: intercept, penalty: o.penalty}
				want = make([]float64, n*n)
				if _, err := scoring.Hessian(ctx, x, g, want); err != nil {
					t.Fatal(err)
				}
				if slices.Equal(want, h) {
					t.Errorf("%v: the expected Hessian is the observed one", family)
				}
			}
			if !slices.Equal(expected, want) {
				t.Errorf("%v: expected %g, want %g", family, expected, want)
			}
		}
	}
}
