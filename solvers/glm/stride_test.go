package glm

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// TestStridesThatOverflow: the last row is at 16·wrap, which overflows to 0.
func TestStridesThatOverflow(t *testing.T) {
	const wrap = 1 << (strconv.IntSize - 4)
	want := fmt.Sprintf("too few for 17 rows of 1 columns with stride %d", wrap)
	m, err := Fit(ctx, Data[float64]{X: []float64{1}, Columns: 1, Stride: wrap, Y: make([]float64, 17)}, Options{})
	if m != nil || err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Fit: model %v, error %v", m, err)
	}
	m, err = Fit(ctx, problem[float64](20, 1, Gaussian, false), Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = Predict(make([]float64, 17), m, []float64{1}, wrap, nil, Link)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Predict: error %v", err)
	}
	one := make([]float64, 1)
	if err := Predict(one, m, []float64{1}, math.MaxInt, nil, Link); err != nil || math.IsNaN(one[0]) {
		t.Errorf("Predict of one row: %v, error %v", one[0], err)
	}
}

func TestTooManyColumnsAreAnError(t *testing.T) {
	for _, c := range []struct {
		columns int
		message string
	}{
		{maxColumns + 1, "glm: 8001 columns: a fit takes up to 8000; the Hessian alone would take 0.512 GB; leave columns out"},
		{100_000, "glm: 100000 columns: a fit takes up to 8000; the Hessian alone would take 80 GB; leave columns out"},
		{math.MaxInt32, "glm: 2147483647 columns: a fit takes up to 8000; the Hessian alone would take 3.69e+10 GB; leave columns out"},
	} {
		m, err := Fit(ctx, Data[float32]{Columns: c.columns}, Options{})
		if m != nil || err == nil || err.Error() != c.message {
			t.Errorf("Fit: model %v, error %v, want %s", m, err, c.message)
		}
		m, err = FitSource(ctx, &inMemory[float32]{Data: Data[float32]{Columns: c.columns}}, nil, "", Options{})
		if m != nil || err == nil || err.Error() != c.message {
			t.Errorf("FitSource: model %v, error %v, want %s", m, err, c.message)
		}
	}
	if err := checkColumns(maxColumns); err != nil {
		t.Error(err)
	}
}

func TestSourceNamesWhatIsNotFinite(t *testing.T) {
	t.Run("float64", namesWhatIsNotFinite[float64])
	t.Run("float32", namesWhatIsNotFinite[float32])
}

func namesWhatIsNotFinite[T kernels.Float](t *testing.T) {
	for _, c := range []struct {
		row, column int
		value       float64
		message     string
	}{
		{0, 0, math.NaN(), `column "a" of row 0 is NaN`},
		{1023, 2, math.Inf(1), `column "c" of row 1023 is +Inf`},
		{1024, 1, math.NaN(), `column "b" of row 1024 is NaN`},
		{2499, 2, math.Inf(-1), `column "c" of row 2499 is -Inf`},
	} {
		for _, family := range []Family{Gaussian, Binomial} {
			for _, l2 := range []float64{0, 1} {
				d := problem[T](2500, 3, family, true)
				d.X[c.row*d.Stride+c.column] = T(c.value)
				m, err := FitSource(ctx, &inMemory[T]{Data: d}, []string{"a", "b", "c"}, "", Options{Family: family, L2: l2, Standardize: true})
				if m != nil || err == nil || !strings.Contains(err.Error(), c.message) {
					t.Errorf("%v, λ = %g: want %s; model %v, error %v", family, l2, c.message, m, err)
				}
			}
		}
	}
}
