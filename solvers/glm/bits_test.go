package glm

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/internal/reference"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

var update = flag.Bool("update", false, "write the golden bits of this machine's fits")

// bits is every number of a fit that must be the same everywhere, in the form
// that loses nothing. What comes from gonum's distributions is excused.
func bits(m *Model) []string {
	hex := func(v float64) string {
		if math.IsNaN(v) {
			return "NaN"
		}
		return strconv.FormatFloat(v, 'x', -1, 64)
	}
	list := []string{
		fmt.Sprintf("%d %d {%d %d}%s", m.Rows, m.Iterations, m.Evaluations.Gradients, m.Evaluations.Hessians, m.Status),
		hex(m.SumWeights), hex(m.Dispersion), hex(m.LogLikelihood), hex(m.Deviance), hex(m.NullDeviance),
		hex(m.AIC), hex(m.BIC), hex(m.GradientNorm), hex(m.Condition), hex(m.centeredIntercept),
	}
	for _, c := range m.Coefficients {
		list = append(list, hex(c.Estimate), hex(c.StdError), hex(c.Center))
	}
	return list
}

// problem is data of many rows for one family, from a generator of integers
// that is the same everywhere.
func problem[T kernels.Float](rows, columns int, family Family, weighted bool) Data[T] {
	state := uint64(rows*1000003 + columns*31 + int(family))
	next := func() float64 { // in [-1, 1)
		state = state*6364136223846793005 + 1442695040888963407
		return float64(int64(state)>>11) / (1 << 52)
	}
	d := Data[T]{Columns: columns, Stride: columns + 1}
	for range rows {
		sum := 0.25
		for j := range columns {
			x := next() + float64(j%5)
			d.X = append(d.X, T(x))
			sum += float64(x-float64(j%5)) * 0.5
		}
		d.X = append(d.X, T(math.NaN())) // between the end of a row and the stride
		y := sum + next()
		switch family {
		case Binomial, SquaredHinge:
			if y > 0.25 {
				y = 1
			} else {
				y = 0
			}
		case Poisson:
			y = math.Floor(float64(y * y))
		case Gamma:
			y = math.FMA(y, y, 0x1p-10)
		case Tweedie:
			y = max(float64(y*y)-0.5, 0)
		}
		d.Y = append(d.Y, T(y))
		if weighted {
			d.Weights = append(d.Weights, T(1.5+next()))
			d.Offset = append(d.Offset, T(next()))
		}
	}
	return d
}

// inMemory is a source whose rows lie in memory.
type inMemory[T kernels.Float] struct {
	Data[T]
	row int
}

func (s *inMemory[T]) Columns() int   { return s.Data.Columns }
func (s *inMemory[T]) Weighted() bool { return s.Weights != nil }
func (s *inMemory[T]) Offsets() bool  { return s.Offset != nil }
func (s *inMemory[T]) Rewind() error  { s.row = 0; return nil }

func (s *inMemory[T]) Read(c *pass.Chunk[T]) (int, error) {
	n := min(c.X.Rows, len(s.Y)-s.row)
	for i := range n {
		copy(c.X.Data[i*c.X.Stride:][:s.Data.Columns], s.X[(s.row+i)*s.Stride:])
	}
	copy(c.Y, s.Y[s.row:][:n])
	if c.Weights != nil {
		copy(c.Weights, s.Weights[s.row:][:n])
	}
	if c.Offset != nil {
		copy(c.Offset, s.Offset[s.row:][:n])
	}
	s.row += n
	if s.row == len(s.Y) {
		return n, io.EOF
	}
	return n, nil
}

// fits runs every fit whose bits are recorded, under one name each.
func fits(t *testing.T, visit func(name string, fit func(threads int, stream bool) *Model)) {
	must := func(m *Model, err error) *Model {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	ctx := context.Background()
	for _, c := range reference.Cases(t) {
		if c.L1 > 0 && c.L2 == 0 {
			continue // elastic nets have all that a lasso has
		}
		d, o := load(t, c)
		visit(c.Name, func(threads int, stream bool) *Model {
			o.Threads = threads
			if stream {
				d.Stride = d.Columns
				return must(FitSource[float64](ctx, &inMemory[float64]{Data: d}, d.Names, d.Target, o))
			}
			return must(Fit(ctx, d, o))
		})
	}
	for _, size := range []struct{ rows, columns int }{{1, 0}, {1023, 3}, {1025, 40}, {5*1024 + 77, 7}, {2500, 65}, {9000, 1}} {
		for family := range Family(len(families)) {
			if family > Binomial && (size.rows < 1000 || size.columns > 7) || family > Tweedie && size.columns > 1 {
				continue // what these have of their own does not depend on the columns
			}
			for _, weighted := range []bool{false, true} {
				if size.rows == 1 && family == Binomial {
					continue
				}
				o := Options{Family: family, L2: float64(size.columns % 2), Standardize: weighted}
				name := fmt.Sprintf("%d×%d %v weighted %v", size.rows, size.columns, family, weighted)
				d64, d32 := problem[float64](size.rows, size.columns, family, weighted), problem[float32](size.rows, size.columns, family, weighted)
				visit(name+" float64", func(threads int, stream bool) *Model {
					o.Threads = threads
					if stream {
						return must(FitSource[float64](ctx, &inMemory[float64]{Data: d64}, nil, "", o))
					}
					return must(Fit(ctx, d64, o))
				})
				visit(name+" float32", func(threads int, stream bool) *Model {
					o.Threads = threads
					if stream {
						return must(FitSource[float32](ctx, &inMemory[float32]{Data: d32}, nil, "", o))
					}
					return must(Fit(ctx, d32, o))
				})
			}
		}
	}
	for _, weighted := range []bool{false, true} {
		name, o := fmt.Sprintf("nearly collinear weighted %v", weighted), Options{}
		d64, d32 := nearlyCollinearProblem[float64](2500, 5, weighted), nearlyCollinearProblem[float32](2500, 5, weighted)
		visit(name+" float64", func(threads int, stream bool) *Model {
			o.Threads = threads
			if stream {
				return must(FitSource[float64](ctx, &inMemory[float64]{Data: d64}, nil, "", o))
			}
			return must(Fit(ctx, d64, o))
		})
		visit(name+" float32", func(threads int, stream bool) *Model {
			o.Threads = threads
			if stream {
				return must(FitSource[float32](ctx, &inMemory[float32]{Data: d32}, nil, "", o))
			}
			return must(Fit(ctx, d32, o))
		})
	}
}

// nearlyCollinearProblem is a problem whose first column is far from zero and
// whose second is nearly a copy of the third: in float64, so near that standard
// errors take a pass of their own.
func nearlyCollinearProblem[T kernels.Float](rows, columns int, weighted bool) Data[T] {
	apart := T(0x1p-28)
	if is32[T]() {
		apart = 0x1p-12
	}
	d := problem[T](rows, columns, Gaussian, weighted)
	for i := range d.Y {
		row := d.X[i*d.Stride:]
		row[0] += 2000
		product := row[1] * apart // rounded, since a power of two
		row[1] = row[2] + product
	}
	return d
}

// TestSameBitsEverywhere compares whole fits with bits recorded once, at every
// level, for several numbers of threads, in memory and through a reader. The
// same file holds under GOAMD64=v3, without assembly, and on arm64.
func TestSameBitsEverywhere(t *testing.T) {
	golden := map[string][]string{}
	file := filepath.Join("testdata", "bits.json")
	if text, err := os.ReadFile(file); err == nil {
		if err := json.Unmarshal(text, &golden); err != nil {
			t.Fatal(err)
		}
	}
	threads, recorded := []int{1, 2, 3, 7}, 0
	if testing.Short() { // in emulation
		threads = []int{3}
	}
	fits(t, func(name string, fit func(int, bool) *Model) {
		if *update {
			golden[name] = bits(fit(1, false))
			return
		}
		want, ok := golden[name]
		if !ok {
			t.Fatalf("%s is not recorded; go test -run TestSameBitsEverywhere -update", name)
		}
		recorded++
		for _, level := range levels() {
			restore := cpu.Use(level)
			for _, threads := range threads {
				for _, stream := range []bool{false, true} {
					if got := bits(fit(threads, stream)); !slices.Equal(got, want) {
						t.Errorf("%s, %v, %d threads, through a reader %v:\n got %v\nwant %v", name, level, threads, stream, got, want)
					}
				}
			}
			restore()
		}
	})
	if *update {
		text, err := json.MarshalIndent(golden, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if recorded < 50 || recorded != len(golden) {
		t.Errorf("%d fits, %d recorded", recorded, len(golden))
	}
}
