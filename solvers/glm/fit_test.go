package glm

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

var ctx = context.Background()

// column is data of one column.
func column(x, y []float64) Data[float64] { return Data[float64]{X: x, Columns: 1, Y: y} }

func TestExactSolutions(t *testing.T) {
	m, err := Fit(ctx, Data[float64]{X: []float64{1, 2, 3, 4}, Columns: 2, Y: []float64{2, 4}}, Options{NoIntercept: true})
	if err != nil {
		t.Fatal(err)
	}
	for j, want := range []float64{0, 1} {
		if got := m.Coefficients[j].Estimate; math.Abs(got-want) > 1e-12 {
			t.Errorf("β%d = %v, want %v", j, got, want)
		}
	}
	m, err = Fit(ctx, column([]float64{0, 1, 2}, []float64{4, 7, 10}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := m.Coefficients[0].Estimate, m.Coefficients[1].Estimate; math.Abs(a-4) > 1e-14 || math.Abs(b-3) > 1e-14 {
		t.Errorf("4 + 3x came out as %v + %v x", a, b)
	}
	if m.Iterations != 1 || !m.Converged {
		t.Errorf("least squares took %d iterations: %s", m.Iterations, m.Reason)
	}
}

func TestFarColumnsCostNoDigits(t *testing.T) {
	const n = 400
	near, far := column(nil, nil), column(nil, nil)
	for i := range n {
		x := float64(i%37) * 1024
		y := math.Sin(float64(i)) + x/5000
		near.X, near.Y = append(near.X, x), append(near.Y, y)
		far.X, far.Y = append(far.X, x+0x1p60), append(far.Y, y) // as nanoseconds since 1970, exactly representable
	}
	for _, family := range []Family{Gaussian, Binomial} {
		if family == Binomial {
			for i := range n {
				near.Y[i] = math.Round(math.Abs(math.Sin(near.Y[i])))
				far.Y[i] = near.Y[i]
			}
		}
		a, err := Fit(ctx, near, Options{Family: family})
		if err != nil {
			t.Fatal(err)
		}
		b, err := Fit(ctx, far, Options{Family: family})
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2]float64{
			{a.Coefficients[1].Estimate, b.Coefficients[1].Estimate}, {a.Coefficients[1].StdError, b.Coefficients[1].StdError},
			{a.Deviance, b.Deviance}, {a.LogLikelihood, b.LogLikelihood},
		} {
			if math.Abs(pair[0]-pair[1]) > 1e-11*math.Abs(pair[0]) {
				t.Errorf("%v: %v near zero, %v far away", family, pair[0], pair[1])
			}
		}
		p, q := make([]float64, n), make([]float64, n)
		if err := errors.Join(Predict(p, a, near.X, 0, nil, Response), Predict(q, b, far.X, 0, nil, Response)); err != nil {
			t.Fatal(err)
		}
		for i := range p {
			if math.Abs(p[i]-q[i]) > 1e-11 {
				t.Fatalf("%v: row %d is predicted %v near zero, %v far away", family, i, p[i], q[i])
			}
		}
	}
}

func TestCollinearColumnsAreNamed(t *testing.T) {
	wide := func(columns ...[]float64) Data[float64] {
		d := Data[float64]{Columns: len(columns)}
		for i := range columns[0] {
			for _, c := range columns {
				d.X = append(d.X, c[i])
			}
			d.Y = append(d.Y, float64(i*i%7))
		}
		return d
	}
	a, b := []float64{1, 0.3, 2.7, 5, 4.1, 9}, []float64{3, 1.1, 4, 1.5, 9, 2.6}
	sum, decimal, constant, zero := make([]float64, 6), make([]float64, 6), make([]float64, 6), make([]float64, 6)
	for i := range a {
		sum[i], decimal[i], constant[i] = a[i]+b[i], 0.1*a[i]-0.7*b[i]+0.3, 2.1
	}
	for _, c := range []struct {
		name, message string
		data          Data[float64]
		noIntercept   bool
	}{
		{"sum", `column "x3" is a linear combination of "x1", "x2"`, wide(a, b, sum), false},
		{"decimal", `is a linear combination of`, wide(a, b, decimal), false},
		{"copy", `is collinear with`, wide(a, b, a), true},
		{"constant", `column "x2" is constant beside the intercept`, wide(a, constant), false},
		{"constant far away", `column "x2" is constant beside the intercept`, wide(a, []float64{1e9 + .1, 1e9 + .1, 1e9 + .1, 1e9 + .1, 1e9 + .1, 1e9 + .1}), false},
		{"zero", `column "x2" is zero in every row`, wide(a, zero), true},
		{"wide", "2 rows for 4 coefficients", Data[float64]{X: []float64{1, 2, 3, 6, 5, 1}, Columns: 3, Y: []float64{1, 0}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, family := range []Family{Gaussian, Binomial} {
				if family == Binomial {
					c.data.Y = slices.Clone(c.data.Y)
					for i := range c.data.Y {
						c.data.Y[i] = float64(i % 2)
					}
				}
				_, err := Fit(ctx, c.data, Options{Family: family, NoIntercept: c.noIntercept})
				var collinear *CollinearError
				if !errors.As(err, &collinear) || !strings.Contains(err.Error(), c.message) {
					t.Errorf("%v: error %v, want %q", family, err, c.message)
				}
				m, err := Fit(ctx, c.data, Options{Family: family, NoIntercept: c.noIntercept, L2: 0.5})
				if err != nil || !m.Converged {
					t.Errorf("%v with a penalty: %v, %+v", family, err, m)
				}
			}
		})
	}
}

func TestSeparationIsTold(t *testing.T) {
	count := func(n int, y func(i int) float64) Data[float64] {
		d := column(nil, nil)
		for i := range n {
			d.X, d.Y = append(d.X, float64(i)), append(d.Y, y(i))
		}
		return d
	}
	step := func(at int) func(int) float64 {
		return func(i int) float64 {
			if i < at {
				return 0
			}
			return 1
		}
	}
	quasiData := count(20, step(10))
	quasiData.X[9], quasiData.X[10] = 9.5, 9.5 // one value of both classes, at the edge
	offset := quasiData
	offset.Offset = slices.Repeat([]float64{1.5}, 20)
	for _, c := range []struct {
		name, reason string
		data         Data[float64]
	}{
		{"complete", separated, count(20, step(10))},
		{"a single row of one class", separated, count(20, step(19))},
		{"one class", sameClass, count(20, step(0))},
		{"quasi-complete", quasi, quasiData},
		{"quasi-complete with an offset", quasi, offset},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := Fit(ctx, c.data, Options{Family: Binomial})
			if err != nil {
				t.Fatal(err)
			}
			if m.Converged || m.Status != solvers.Separated.String() || m.Reason != c.reason {
				t.Errorf("%s: %s", m.Status, m.Reason)
			}
			if !strings.Contains(m.Reason, "penalty") || !math.IsNaN(m.Coefficients[0].StdError) {
				t.Errorf("no advice, or a standard error: %+v", m)
			}
			if m, err = Fit(ctx, c.data, Options{Family: Binomial, L2: 0.1}); err != nil || m.Converged == (c.reason == sameClass) {
				t.Errorf("with a penalty: %v, %v", err, m)
			}
		})
	}
	t.Run("where there is no penalty", func(t *testing.T) {
		d := count(20, step(10))
		d.Columns, d.X = 2, append([]float64(nil), make([]float64, 40)...)
		for i := range 20 {
			d.X[2*i], d.X[2*i+1] = float64(i), float64(i*i%7)
		}
		for _, factors := range [][]float64{{0, 1}, {1, 0}, {1, 1}} {
			for _, o := range []Options{{L2: 0.1}, {L1: 0.1}} {
				o.Family, o.PenaltyFactors = Binomial, factors
				m, err := Fit(ctx, d, o)
				if err != nil {
					t.Fatal(err)
				}
				if free := factors[0] == 0; free != (m.Status == solvers.Separated.String()) || free && m.Reason != partly {
					t.Errorf("%v, %v: %s: %s", o, factors, m.Status, m.Reason)
				}
			}
		}
	})
	t.Run("overlap is no separation", func(t *testing.T) {
		d := count(20, step(10))
		d.X[9], d.X[10] = 10, 9
		m, err := Fit(ctx, d, Options{Family: Binomial})
		if err != nil || !m.Converged {
			t.Errorf("%v, %+v", err, m)
		}
	})
	t.Run("near separation converges with a warning", func(t *testing.T) {
		d := count(2000, step(1000))
		d.X[999], d.X[1000] = 1002, 998
		m, err := Fit(ctx, d, Options{Family: Binomial})
		if err != nil || !m.Converged || len(m.Warnings) == 0 {
			t.Errorf("%v, %+v", err, m)
		}
	})
	t.Run("rows without weight do not count", func(t *testing.T) {
		d := count(20, step(10))
		d.X[9], d.X[10] = 10, 9
		d.Weights = slices.Repeat([]float64{1}, 20)
		d.Weights[9], d.Weights[10] = 0, 0
		m, err := Fit(ctx, d, Options{Family: Binomial})
		if err != nil || m.Status != solvers.Separated.String() {
			t.Errorf("%v, %+v", err, m)
		}
	})
}

func TestOverflowingPredictors(t *testing.T) {
	d := column([]float64{-1, -0.5, 0.1, 0.4, 1, 2}, []float64{0, 1, 0, 1, 0, 1})
	plain, err := Fit(ctx, d, Options{Family: Binomial})
	if err != nil {
		t.Fatal(err)
	}
	// Two more rows, whose predictors are beyond exp and on the right side,
	// and one on the wrong side, whose loss is its predictor.
	d.X, d.Y = append(d.X, 0, 0, 0), append(d.Y, 1, 0, 0)
	d.Offset = []float64{0, 0, 0, 0, 0, 0, 2000, -1e6, 3000}
	d.Weights = []float64{1, 1, 1, 1, 1, 1, 1, 1, 0x1p-60}
	m, err := Fit(ctx, d, Options{Family: Binomial})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range m.Coefficients {
		if want := plain.Coefficients[i].Estimate; math.Abs(c.Estimate-want) > 1e-12 {
			t.Errorf("%s is %v, want %v", c.Name, c.Estimate, want)
		}
	}
	if math.Abs(m.Deviance-plain.Deviance) > 1e-12 || !m.Converged {
		t.Errorf("deviance %v, want %v: %s", m.Deviance, plain.Deviance, m.Reason)
	}
	for i := range d.Offset {
		d.Offset[i] = 1e5 * (2*d.Y[i] - 1)
	}
	if _, err := Fit(ctx, d, Options{Family: Binomial, L2: 1}); err != errFlat {
		t.Errorf("a flat loss: error %v", err)
	}
	p := make([]float64, 2)
	far := &Model{Family: Binomial, Coefficients: []Coefficient{{Name: "x", Estimate: 1}}}
	if err := Predict(p, far, []float64{1e6, -1e6}, 0, nil, Response); err != nil || p[0] != 1 || p[1] != 0 {
		t.Errorf("%v, %v", p, err)
	}
}

func TestBadDataAreErrors(t *testing.T) {
	nan := math.NaN()
	good := func() (Data[float64], Options) {
		return Data[float64]{X: []float64{1, 2, 4, 5, 7, 1, 3, 3}, Columns: 2, Y: []float64{0, 1, 1, 0}}, Options{Family: Binomial, L2: 1}
	}
	for _, c := range []struct {
		message string
		change  func(*Data[float64], *Options)
	}{
		{"column \"x2\" of row 1 is NaN", func(d *Data[float64], o *Options) { d.X[3] = nan }},
		{"column \"x1\" of row 2 is +Inf", func(d *Data[float64], o *Options) { d.X[4] = math.Inf(1) }},
		{"the target of row 2 is NaN", func(d *Data[float64], o *Options) { d.Y[2] = nan }},
		{"the target of row 2 is 2; the logistic loss takes 0 and 1", func(d *Data[float64], o *Options) { d.Y[2] = 2 }},
		{"the weight of row 3 is -1", func(d *Data[float64], o *Options) { d.Weights = []float64{1, 1, 1, -1} }},
		{"the offset of row 0 is +Inf", func(d *Data[float64], o *Options) { d.Offset = []float64{math.Inf(1), 1, 1, 1} }},
		{"3 weights for 4 rows", func(d *Data[float64], o *Options) { d.Weights = []float64{1, 1, 1} }},
		{"3 offsets for 4 rows", func(d *Data[float64], o *Options) { d.Offset = []float64{1, 1, 1} }},
		{"X has 7 elements", func(d *Data[float64], o *Options) { d.X = d.X[:7] }},
		{"with stride 1", func(d *Data[float64], o *Options) { d.Stride = 1 }},
		{"1 names for 2 columns", func(d *Data[float64], o *Options) { d.Names = []string{"a"} }},
		{"no rows with a positive weight", func(d *Data[float64], o *Options) { d.Weights = make([]float64, 4) }},
		{"no rows with a positive weight", func(d *Data[float64], o *Options) { d.Weights = make([]float64, 4); o.L2 = 0 }},
		{"no rows with a positive weight", func(d *Data[float64], o *Options) { d.X, d.Y = nil, nil }},
		{"L2 is -1", func(d *Data[float64], o *Options) { o.L2 = -1 }},
		{"L2 is NaN", func(d *Data[float64], o *Options) { o.L2 = nan }},
		{"power is for the tweedie family, not for the binomial one", func(d *Data[float64], o *Options) { o.Parameters.Power = 1.5 }},
		{"power is NaN; it lies between 1 and 2", func(d *Data[float64], o *Options) { o.Family, o.Parameters.Power = Tweedie, nan }},
		{"the target of row 1 is -1; the poisson loss takes numbers that are not negative", func(d *Data[float64], o *Options) { o.Family, d.Y[1] = Poisson, -1 }},
		{"the target of row 0 is 0; the gamma loss takes positive numbers", func(d *Data[float64], o *Options) { o.Family = Gamma }},
		{"Threads is -1", func(d *Data[float64], o *Options) { o.Threads = -1 }},
		{"MaxIterations is -1", func(d *Data[float64], o *Options) { o.MaxIterations = -1 }},
		{"family 99 is not known", func(d *Data[float64], o *Options) { o.Family = 99 }},
	} {
		d, o := good()
		c.change(&d, &o)
		m, err := Fit(ctx, d, o)
		if err == nil || m != nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("want %q: model %v, error %v", c.message, m, err)
		}
	}
}

func TestLimitAndCancellation(t *testing.T) {
	d := problem[float64](500, 4, Binomial, false)
	m, err := Fit(ctx, d, Options{Family: Binomial, MaxIterations: 2})
	if err != nil || m.Converged || m.Status != solvers.IterationLimit.String() || m.Iterations != 2 {
		t.Errorf("%v, %+v", err, m)
	}
	canceled, cancel := context.WithCancel(ctx)
	iterates := 0
	m, err = Fit(canceled, d, Options{Family: Binomial, Observe: func(*solvers.Iterate) {
		if iterates++; iterates == 2 {
			cancel()
		}
	}})
	if m == nil || m.Status != solvers.Canceled.String() || m.Iterations != 1 || err != context.Canceled || iterates != 2 {
		t.Errorf("%d iterates, %+v, %v", iterates, m, err)
	}
}

func TestFloat32DataAgreeWithFloat64(t *testing.T) {
	for family := range Family(len(families)) {
		d32 := problem[float32](3000, 6, family, true)
		d64 := Data[float64]{Columns: d32.Columns, Stride: d32.Stride}
		for _, v := range []struct {
			to   *[]float64
			from []float32
		}{{&d64.X, d32.X}, {&d64.Y, d32.Y}, {&d64.Weights, d32.Weights}, {&d64.Offset, d32.Offset}} {
			for _, x := range v.from {
				*v.to = append(*v.to, float64(x))
			}
		}
		a, err := Fit(ctx, d32, Options{Family: family})
		if err != nil {
			t.Fatal(err)
		}
		b, err := Fit(ctx, d64, Options{Family: family})
		if err != nil {
			t.Fatal(err)
		}
		for i := range a.Coefficients {
			// The differences x − c are rounded to float32.
			if got, want := a.Coefficients[i], b.Coefficients[i]; math.Abs(got.Estimate-want.Estimate) > 1e-5*want.StdError {
				t.Errorf("%v: %s is %v in float32, %v in float64, std. error %v", family, got.Name, got.Estimate, want.Estimate, want.StdError)
			}
		}
	}
}

func TestPredictMatchesFit(t *testing.T) {
	d := problem[float64](300, 5, Binomial, true)
	m, err := Fit(ctx, d, Options{Family: Binomial})
	if err != nil {
		t.Fatal(err)
	}
	n := len(d.Y)
	p, eta, one := make([]float64, n), make([]float64, n), make([]float64, 1)
	if err := errors.Join(Predict(p, m, d.X, d.Stride, d.Offset, Response), Predict(eta, m, d.X, d.Stride, d.Offset, Link)); err != nil {
		t.Fatal(err)
	}
	deviance := 0.0
	for i, y := range d.Y {
		if want := 1 / (1 + math.Exp(-eta[i])); math.Abs(p[i]-want) > 1e-15 {
			t.Fatalf("row %d: probability %v for η = %v", i, p[i], eta[i])
		}
		deviance -= 2 * d.Weights[i] * (y*math.Log(p[i]) + (1-y)*math.Log(1-p[i]))
		if err := Predict(one, m, d.X[i*d.Stride:], 0, d.Offset[i:i+1], Response); err != nil || one[0] != p[i] {
			t.Fatalf("row %d alone: %v, in the table %v (%v)", i, one[0], p[i], err)
		}
	}
	if math.Abs(deviance-m.Deviance) > 1e-10*m.Deviance {
		t.Errorf("deviance of the predictions %v, of the model %v", deviance, m.Deviance)
	}
	for _, err := range []error{
		Predict(p, m, d.X[:10], 0, nil, Response), Predict(p, m, d.X, 2, nil, Response),
		Predict(p, m, d.X, d.Stride, p[:2], Response), Predict(p, m, d.X, d.Stride, nil, 7),
	} {
		if err == nil {
			t.Error("a call that does not fit was accepted")
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	d := Data[float64]{X: []float64{1, 2, 4, 5}, Columns: 2, Y: []float64{0, 1}}
	for _, c := range []struct {
		names   []string
		message string
	}{{[]string{"a", "a"}, `two columns are named "a"`}, {[]string{"a", InterceptName}, "column 2 is named (Intercept)"}} {
		d.Names = c.names
		if _, err := Fit(ctx, d, Options{L2: 1}); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%v: error %v", c.names, err)
		}
	}
}

// TestEveryFamilyIsWhole: a row of the table that lacks something is found
// here, not by a user.
func TestEveryFamilyIsWhole(t *testing.T) {
	for _, f := range []Family{Gaussian, Binomial, Poisson} {
		if !f.about().canonical {
			t.Errorf("the link of %v is canonical", f)
		}
	}
	for i, f := range families {
		if f.name == "" || f.link == "" || f.loss == nil || f.logLikelihood == nil && Family(i) < Huber || f.explained == "" {
			t.Errorf("family %d: %+v", i, f)
		}
		if got, err := ParseFamily(f.name); err != nil || got != Family(i) || got.String() != f.name {
			t.Errorf("family %d is parsed as %v, %v", i, got, err)
		}
		for _, eta := range []float64{-2, 0, 0.75} {
			mean := []float64{eta}
			f.mean(mean)
			if got := f.predictor(mean[0]); math.Abs(got-eta) > 1e-12 {
				t.Errorf("%s: the predictor of the mean at %v is %v", f.name, eta, got)
			}
			// The derivative of the loss has the sign of mean − y, and with the
			// canonical link it is that.
			b := loss.Block{Eta: []float64{eta}, Y: []float64{1}, Value: make([]float64, 1), R: make([]float64, 1), D: make([]float64, 1)}
			f.loss(Parameters{}).Evaluate(&b)
			if want := mean[0] - 1; b.R[0]*want < 0 || (b.R[0] == 0) != (want == 0) || f.canonical && math.Abs(b.R[0]-want) > 1e-14 {
				t.Errorf("%s: r is %v at η = %v, where the mean is %v and y is 1", f.name, b.R[0], eta, mean[0])
			}
		}
	}
	if _, err := ParseFamily("cauchy"); err == nil || !strings.Contains(err.Error(), "gaussian, binomial") {
		t.Errorf("error %v", err)
	}
	if got := Family(99).String(); got != "Family(99)" {
		t.Errorf("%q", got)
	}
}
