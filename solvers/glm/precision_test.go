package glm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/internal/reference"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// An ill is a problem whose columns are nearly collinear, or far away.
type ill struct {
	name      string
	data      Data[float64]
	intercept bool
}

// ills are random problems that float64 normal equations cannot solve, or
// hardly.
func ills(random *rand.Rand) []ill {
	build := func(name string, rows, columns int, intercept bool, entry func(i, j int) float64) ill {
		d := Data[float64]{Columns: columns}
		for i := range rows {
			y := 0.0
			for j := range columns {
				v := entry(i, j)
				d.X = append(d.X, v)
				y += v
			}
			d.Y = append(d.Y, y*(1+1e-3*random.NormFloat64()))
		}
		return ill{name, d, intercept}
	}
	far := make([]float64, 60)
	for i := range far {
		far[i] = random.NormFloat64()
	}
	x := make([]float64, 200)
	for i := range x {
		x[i] = random.Float64()
	}
	return []ill{
		build("Hilbert", 30, 8, false, func(i, j int) float64 { return 1 / float64(i+j+1) }),
		build("Hilbert beside an intercept", 40, 7, true, func(i, j int) float64 { return 1 / float64(i+j+1) }),
		build("powers", 200, 11, true, func(i, j int) float64 { return math.Pow(x[i], float64(j+1)) }),
		build("powers far away", 200, 3, true, func(i, j int) float64 { return math.Pow(100+x[i], float64(j+1)) }),
		build("far away", 60, 3, true, func(i, j int) float64 { return 1e8 + 1e-4*far[(i*(j+1))%60] }),
		build("near copies", 60, 2, true, func(i, j int) float64 { return far[i] * (1 + 1e-9*float64(j)*far[(7*i+3)%60]) }),
	}
}

// TestExactBeatsQR: on ill-conditioned problems too, against rational numbers.
func TestExactBeatsQR(t *testing.T) {
	random := rand.New(rand.NewPCG(21, 22))
	for _, c := range ills(random) {
		want := solveRational(stored(c.data, c.intercept))
		m, err := Fit(ctx, c.data, Options{NoIntercept: !c.intercept, Precision: Exact})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		qr, qrErrors := want.fewest(decomposed(t, c.data, c.intercept))
		got, gotErrors := want.fewest(estimates(m))
		t.Logf("%-28s QR %.1f and %.1f digits, exact %.1f and %.1f, condition %.1e", c.name, qr, qrErrors, got, gotErrors, m.Condition)
		if got < 15.5 || gotErrors < 15 || gotErrors < qrErrors {
			t.Errorf("%s: %.1f and %.1f digits; QR has %.1f and %.1f", c.name, got, gotErrors, qr, qrErrors)
		}
	}
}

// TestExactWeightsOffsetAndPenalty holds all that a gaussian fit can be asked
// for to rational numbers.
func TestExactWeightsOffsetAndPenalty(t *testing.T) {
	for bits := range 16 {
		weighted, offset, penalised, intercept := bits&1 != 0, bits&2 != 0, bits&4 != 0, bits&8 != 0
		d := problem[float64](300, 4, Gaussian, true)
		for i := range d.Y { // nearly a copy
			x := d.X[i*d.Stride:]
			x[3] = x[1] + 0x1p-30*x[2]*x[2]
		}
		o := Options{NoIntercept: !intercept, Precision: Exact}
		if penalised {
			o.L2 = 0.75
		}
		var rows [][]*big.Rat
		rat := func(v float64) *big.Rat { return new(big.Rat).SetFloat64(v) }
		lead := 0
		if intercept {
			lead = 1
		}
		n := lead + 4
		a := make([][]*big.Rat, n)
		for i := range a {
			for range n + 1 {
				a[i] = append(a[i], new(big.Rat))
			}
		}
		for i, y := range d.Y {
			var z []*big.Rat
			if intercept {
				z = append(z, rat(1))
			}
			for j := range 4 {
				z = append(z, rat(d.X[i*d.Stride+j]))
			}
			v := rat(y)
			if offset {
				v.Sub(v, rat(d.Offset[i]))
			}
			z = append(z, v)
			rows = append(rows, z)
			for j := range n {
				left := z[j]
				if weighted {
					left = new(big.Rat).Mul(left, rat(d.Weights[i]))
				}
				for k := range n + 1 {
					a[j][k].Add(a[j][k], new(big.Rat).Mul(left, z[k]))
				}
			}
		}
		if penalised {
			for j := lead; j < n; j++ {
				a[j][j].Add(a[j][j], rat(o.L2))
			}
		}
		for k := range n {
			pivot := new(big.Rat).Inv(a[k][k])
			for j := range a[k] {
				a[k][j].Mul(a[k][j], pivot)
			}
			for i := range n {
				if i != k {
					factor := new(big.Rat).Set(a[i][k])
					for j := range a[i] {
						a[i][j].Sub(a[i][j], new(big.Rat).Mul(factor, a[k][j]))
					}
				}
			}
		}
		deviance := new(big.Rat)
		for i, z := range rows {
			r := new(big.Rat).Set(z[n])
			for j := range n {
				r.Sub(r, new(big.Rat).Mul(z[j], a[j][n]))
			}
			r.Mul(r, r)
			if weighted {
				r.Mul(r, rat(d.Weights[i]))
			}
			deviance.Add(deviance, r)
		}
		if !weighted {
			d.Weights = nil
		}
		if !offset {
			d.Offset = nil
		}
		m, err := Fit(ctx, d, o)
		if err != nil {
			t.Fatal(err)
		}
		for j, c := range m.Coefficients {
			if digits := agreeing(c.Estimate, new(big.Float).SetPrec(200).SetRat(a[j][n])); digits < 15.5 {
				t.Errorf("%04b: %s has %.1f digits", bits, c.Name, digits)
			}
		}
		if digits := agreeing(m.Deviance, new(big.Float).SetPrec(200).SetRat(deviance)); digits < 15.5 {
			t.Errorf("%04b: the deviance has %.1f digits", bits, digits)
		}
	}
}

// TestExactAgreesWithReferences: where float64 does, exact precision finds the
// same, and what the references know beyond coefficients.
func TestExactAgreesWithReferences(t *testing.T) {
	for _, c := range reference.Cases(t) {
		if c.Family != "gaussian" || c.File == "tiny.csv" || c.L1 > 0 {
			continue
		}
		d, o := load(t, c)
		o.Precision = Exact
		m, err := Fit(ctx, d, o)
		if err != nil || !m.Converged {
			t.Fatalf("%s: %v, %+v", c.Name, err, m)
		}
		close := func(what string, got float64, want *float64) {
			t.Helper()
			if want == nil != math.IsNaN(got) || want != nil && math.Abs(got-*want) > 1e-13*math.Abs(*want) {
				t.Errorf("%s: %s is %v, want %v", c.Name, what, got, want)
			}
		}
		for i, want := range c.Coefficients {
			close(want.Name, m.Coefficients[i].Estimate, &want.Estimate)
			close(want.Name+" std. error", m.Coefficients[i].StdError, want.StdError)
		}
		close("deviance", m.Deviance, c.Deviance)
		close("null deviance", m.NullDeviance, c.NullDeviance)
		close("log-likelihood", m.LogLikelihood, c.LogLikelihood)
		close("AIC", m.AIC, c.AIC)
		close("BIC", m.BIC, c.BIC)
	}
}

func TestPrecisionIsChosen(t *testing.T) {
	random := rand.New(rand.NewPCG(23, 24))
	near := func(distance float64) Data[float64] {
		d := Data[float64]{Columns: 2}
		for range 300 {
			a, b := random.NormFloat64(), random.NormFloat64()
			d.X = append(d.X, a, a+distance*b)
			d.Y = append(d.Y, 2*a+random.NormFloat64())
		}
		return d
	}
	for _, c := range []struct {
		distance float64
		want     Precision
	}{{1, Plain}, {1e-3, Plain}, {1e-5, Exact}, {1e-8, Exact}, {1e-11, Exact}} {
		m, err := Fit(ctx, near(c.distance), Options{})
		if err != nil || m.Precision != c.want || !m.Converged {
			t.Errorf("distance %g: %v, %+v", c.distance, err, m)
			continue
		}
		if !strings.Contains(m.Summary(), "precision: "+c.want.String()) {
			t.Errorf("summary:\n%s", m.Summary())
		}
		if want := c.want == Exact; want != (len(m.Warnings) > 0) {
			t.Errorf("distance %g: warnings %q", c.distance, m.Warnings)
		}
	}
	var collinear *CollinearError
	if _, err := Fit(ctx, near(1e-8), Options{Precision: Plain}); !errors.As(err, &collinear) {
		t.Errorf("float64, as asked for: %v", err)
	}
	if _, err := Fit(ctx, near(1e-15), Options{}); !errors.As(err, &collinear) || !strings.Contains(err.Error(), "is collinear with") {
		t.Errorf("a copy up to rounding: %v", err)
	}
	for _, p := range []Precision{Automatic, Exact} { // without a penalty, and with one
		if _, err := Fit(ctx, near(0), Options{Precision: p}); !errors.As(err, &collinear) {
			t.Errorf("%v, a copy: %v", p, err)
		}
		if m, err := Fit(ctx, near(0), Options{Precision: p, L2: 1e-3}); err != nil || !m.Converged {
			t.Errorf("%v, a copy with a penalty: %v", p, err)
		}
	}
	d := near(1)
	for i := range d.Y {
		d.Y[i] = float64(i % 2)
	}
	if _, err := Fit(ctx, d, Options{Family: Binomial, Precision: Exact}); err == nil || !strings.Contains(err.Error(), "gaussian") {
		t.Errorf("binomial in exact precision: %v", err)
	}
	if _, err := Fit(ctx, d, Options{Precision: 7}); err == nil {
		t.Error("precision 7")
	}
	for _, name := range Precisions() {
		if p, err := ParsePrecision(name); err != nil || p.String() != name {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
}

func TestPrecisionIsInTheFile(t *testing.T) {
	d := problem[float64](50, 2, Gaussian, false)
	for _, p := range []Precision{Plain, Exact} {
		m, err := Fit(ctx, d, Options{Precision: p})
		if err != nil {
			t.Fatal(err)
		}
		text, err := m.MarshalJSON()
		if err != nil || !bytes.Contains(text, fmt.Appendf(nil, `"precision":"%v"`, p)) {
			t.Fatalf("%v: %s", err, text)
		}
		if back, err := Read(bytes.NewReader(text)); err != nil || back.Precision != p {
			t.Errorf("%v: %v", p, err)
		}
		before := bytes.Replace(text, fmt.Appendf(nil, `"precision":"%v",`, p), nil, 1)
		if back, err := Read(bytes.NewReader(before)); err != nil || back.Precision != Plain {
			t.Errorf("a model of before: %v", err)
		}
	}
}

func TestExactEdges(t *testing.T) {
	exact := Options{Precision: Exact}
	if _, err := Fit(ctx, Data[float64]{Columns: 2}, exact); err != errNoRows {
		t.Errorf("no rows: %v", err)
	}
	weightless := column([]float64{1, 2}, []float64{1, 2})
	weightless.Weights = []float64{0, 0}
	if _, err := Fit(ctx, weightless, exact); err != errNoRows {
		t.Errorf("no weight: %v", err)
	}
	m, err := Fit(ctx, Data[float64]{Y: []float64{1, 2, 6}}, exact)
	if err != nil || m.Coefficients[0].Estimate != 3 || m.Deviance != 14 || m.NullDeviance != 14 {
		t.Errorf("no columns: %v, %+v", err, m)
	}
	if m, err = Fit(ctx, Data[float64]{Y: []float64{1, 2, 6}}, Options{Precision: Exact, NoIntercept: true}); err != nil || m.Deviance != 41 || len(m.Coefficients) != 0 {
		t.Errorf("nothing to fit: %v, %+v", err, m)
	}
	if m, err = Fit(ctx, Data[float64]{Y: []float64{5}}, exact); err != nil || m.Coefficients[0].Estimate != 5 || !math.IsNaN(m.Coefficients[0].StdError) {
		t.Errorf("one row: %v, %+v", err, m)
	}
	if _, err := Fit(ctx, column([]float64{1}, []float64{2}), exact); !errors.As(err, new(*CollinearError)) {
		t.Errorf("one row for two coefficients: %v", err)
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		_, err := Fit(ctx, column([]float64{1, bad, 3}, []float64{1, 2, 4}), exact)
		_, plain := Fit(ctx, column([]float64{1, bad, 3}, []float64{1, 2, 4}), Options{})
		if err == nil || plain == nil || err.Error() != plain.Error() {
			t.Errorf("%v: %v; in float64: %v", bad, err, plain)
		}
	}
	if _, err := Fit(ctx, column([]float64{1, 1e200, 3}, []float64{1, 2, 4}), exact); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("squares that overflow: %v", err)
	}
	if m, err := Fit(ctx, column([]float64{1e-140, 2e-140, 4e-140}, []float64{1, 2, 4}), exact); err != nil || math.Abs(m.Coefficients[1].Estimate/1e140-1) > 1e-14 {
		t.Errorf("small numbers: %v, %+v", err, m)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Fit(ended, column([]float64{1, 2, 3}, []float64{1, 2, 4}), exact); err != context.Canceled {
		t.Errorf("canceled: %v", err)
	}
}

// TestExactFitsHaveTheSameBits: at every level, on any number of threads, in
// memory and through a reader, chosen or asked for.
func TestExactFitsHaveTheSameBits(t *testing.T) {
	t.Run("float64", exactFitsHaveTheSameBits[float64])
	t.Run("float32", exactFitsHaveTheSameBits[float32])
}

func exactFitsHaveTheSameBits[T kernels.Float](t *testing.T) {
	threads := []int{1, 2, 3, 7}
	if testing.Short() {
		threads = []int{3}
	}
	for _, size := range []struct{ rows, columns int }{{1023, 3}, {5*1024 + 77, 7}, {1500, 33}} {
		for _, weighted := range []bool{false, true} {
			d := nearlyCollinearProblem[T](size.rows, size.columns, weighted)
			for _, o := range []Options{{Precision: Exact}, {}, {L2: 0.5, Standardize: true, Precision: Exact}} {
				var want []string
				for _, level := range levels() {
					restore := cpu.Use(level)
					for _, threads := range threads {
						for _, stream := range []bool{false, true} {
							o.Threads = threads
							var m *Model
							var err error
							if stream {
								m, err = FitSource[T](ctx, &inMemory[T]{Data: d}, nil, "", o)
							} else {
								m, err = Fit(ctx, d, o)
							}
							if err != nil {
								t.Fatal(err)
							}
							got := append(bits(m), m.Precision.String())
							if want == nil {
								want = got
							}
							if !slices.Equal(got, want) {
								t.Errorf("%+v weighted %v, %+v, %v, %d threads, through a reader %v:\n got %v\nwant %v", size, weighted, o, level, threads, stream, got, want)
							}
						}
					}
					restore()
				}
			}
		}
	}
}
