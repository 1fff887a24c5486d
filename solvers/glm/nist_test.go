package glm

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/seed-0327bdf7/hesse/internal/reference"
)

// A nist is one of NIST's Statistical Reference Datasets for linear
// regression, with its certified values: testdata/README.md has the sources.
type nist struct {
	name, file   string
	degree       int // of a polynomial in x; 0 is all columns as they are
	intercept    bool
	coefficients []string
	errors       []string // nil: all zero
}

var nists = []nist{
	{"Norris", "nist/norris.csv", 1, true,
		[]string{"-0.262323073774029", "1.00211681802045"},
		[]string{"0.232818234301152", "0.429796848199937E-03"}},
	{"Pontius", "nist/pontius.csv", 2, true,
		[]string{"0.673565789473684E-03", "0.732059160401003E-06", "-0.316081871345029E-14"},
		[]string{"0.107938612033077E-03", "0.157817399981659E-09", "0.486652849992036E-16"}},
	{"NoInt1", "nist/noint1.csv", 1, false, []string{"2.07438016528926"}, []string{"0.165289256198347E-01"}},
	{"NoInt2", "nist/noint2.csv", 1, false, []string{"0.727272727272727"}, []string{"0.420827318078432E-01"}},
	{"Filip", "nist/filip.csv", 10, true,
		[]string{"-1467.48961422980", "-2772.17959193342", "-2316.37108160893", "-1127.97394098372", "-354.478233703349", "-75.1242017393757",
			"-10.8753180355343", "-1.06221498588947", "-0.670191154593408E-01", "-0.246781078275479E-02", "-0.402962525080404E-04"},
		[]string{"298.084530995537", "559.779865474950", "466.477572127796", "227.204274477751", "71.6478660875927", "15.2897178747400",
			"2.23691159816033", "0.221624321934227", "0.142363763154724E-01", "0.535617408889821E-03", "0.896632837373868E-05"}},
	{"Longley", "longley.csv", 0, true,
		[]string{"-3482258.63459582", "15.0618722713733", "-0.358191792925910E-01", "-2.02022980381683", "-1.03322686717359", "-0.511041056535807E-01", "1829.15146461355"},
		[]string{"890420.383607373", "84.9149257747669", "0.334910077722432E-01", "0.488399681651699", "0.214274163161675", "0.226073200069370", "455.478499142212"}},
	{"Wampler1", "nist/wampler1.csv", 5, true, []string{"1", "1", "1", "1", "1", "1"}, nil},
	{"Wampler2", "nist/wampler2.csv", 5, true, []string{"1", "0.1", "0.01", "0.001", "0.0001", "0.00001"}, nil},
	{"Wampler3", "nist/wampler3.csv", 5, true, []string{"1", "1", "1", "1", "1", "1"},
		[]string{"2152.32624678170", "2363.55173469681", "779.343524331583", "101.475507550350", "5.64566512170752", "0.112324854679312"}},
	{"Wampler4", "nist/wampler4.csv", 5, true, []string{"1", "1", "1", "1", "1", "1"},
		[]string{"215232.624678170", "236355.173469681", "77934.3524331583", "10147.5507550350", "564.566512170752", "11.2324854679312"}},
	{"Wampler5", "nist/wampler5.csv", 5, true, []string{"1", "1", "1", "1", "1", "1"},
		[]string{"21523262.4678170", "23635517.3469681", "7793435.24331583", "1014755.07550350", "56456.6512170752", "1123.24854679312"}},
}

// cells is the table as text: names, then rows.
func (c *nist) cells(t *testing.T) [][]string {
	text, err := os.ReadFile(filepath.Join(reference.Testdata, c.file))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(text)) {
		rows = append(rows, strings.Split(strings.TrimSpace(line), ","))
	}
	return rows[1:]
}

// data is the table as a fit takes it: powers of x rounded in float64, each
// from the one before, and stored.
func (c *nist) data(t *testing.T) (Data[float64], Options) {
	d := Data[float64]{}
	number := func(text string) float64 {
		f, _, err := big.ParseFloat(text, 10, 53, big.ToNearestEven)
		if err != nil {
			t.Fatal(err)
		}
		v, _ := f.Float64()
		return v
	}
	for _, row := range c.cells(t) {
		last := len(row) - 1
		d.Y = append(d.Y, number(row[last]))
		if c.degree == 0 {
			d.Columns = last
			for _, cell := range row[:last] {
				d.X = append(d.X, number(cell))
			}
			continue
		}
		d.Columns = c.degree
		x, power := number(row[0]), 1.0
		for range c.degree {
			power *= x
			d.X = append(d.X, power)
		}
	}
	return d, Options{NoIntercept: !c.intercept}
}

// A rational is least squares in rational numbers, standard errors squared.
type rational struct {
	coefficients, variances []*big.Rat
}

// solveRational solves the normal equations of rows, with their target last.
func solveRational(rows [][]*big.Rat) rational {
	n := len(rows[0]) - 1
	product := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
	a := make([][]*big.Rat, n) // the matrix, the right-hand side, the unit matrix
	for i := range a {
		for j := range 2*n + 1 {
			sum := new(big.Rat)
			switch {
			case j <= n:
				for _, row := range rows {
					sum.Add(sum, product(row[i], row[j]))
				}
			case j == n+1+i:
				sum.SetInt64(1)
			}
			a[i] = append(a[i], sum)
		}
	}
	for k := range n {
		pivot := new(big.Rat).Inv(a[k][k])
		for j := range a[k] {
			a[k][j] = product(a[k][j], pivot)
		}
		for i := range n {
			if i == k {
				continue
			}
			factor := a[i][k]
			for j := range a[i] {
				a[i][j] = new(big.Rat).Sub(a[i][j], product(factor, a[k][j]))
			}
		}
	}
	var r rational
	squares := new(big.Rat)
	for _, row := range rows {
		rest := new(big.Rat).Set(row[n])
		for i := range n {
			rest.Sub(rest, product(row[i], a[i][n]))
		}
		squares.Add(squares, product(rest, rest))
	}
	squares.Quo(squares, new(big.Rat).SetInt64(int64(max(len(rows)-n, 1))))
	for i := range n {
		r.coefficients = append(r.coefficients, a[i][n])
		r.variances = append(r.variances, product(squares, a[i][n+1+i]))
	}
	return r
}

// stored is the rows of data as they are stored, as rationals, with ones for
// the intercept and the target last.
func stored(d Data[float64], intercept bool) [][]*big.Rat {
	var rows [][]*big.Rat
	for i, y := range d.Y {
		var row []*big.Rat
		if intercept {
			row = append(row, big.NewRat(1, 1))
		}
		for _, v := range d.X[i*d.Columns : (i+1)*d.Columns] {
			row = append(row, new(big.Rat).SetFloat64(v))
		}
		rows = append(rows, append(row, new(big.Rat).SetFloat64(y)))
	}
	return rows
}

// root is √r to 60 digits.
func root(r *big.Rat) *big.Float {
	f := new(big.Float).SetPrec(200).SetRat(r)
	return f.Sqrt(f)
}

// most is how many digits a float64 can be said to have.
const most = 15.9

// agreeing is how many digits of want got has: −log₁₀ of the relative error, or
// where want is zero of the absolute one.
func agreeing(got float64, want *big.Float) float64 {
	if math.IsNaN(got) || math.IsInf(got, 0) {
		return 0
	}
	off := new(big.Float).SetPrec(200).SetFloat64(got)
	off.Sub(off, want)
	if want.Sign() != 0 {
		off.Quo(off, want)
	}
	e, _ := off.Float64()
	if e == 0 {
		return most
	}
	return min(max(-math.Log10(math.Abs(e)), 0), most)
}

// fewest is the least number of digits of coefficients and of standard errors.
func (r *rational) fewest(estimates, errors []float64) (coefficients, standard float64) {
	coefficients, standard = most, most
	for i := range r.coefficients {
		want := new(big.Float).SetPrec(200).SetRat(r.coefficients[i])
		coefficients = min(coefficients, agreeing(estimates[i], want))
		standard = min(standard, agreeing(errors[i], root(r.variances[i])))
	}
	return coefficients, standard
}

func estimates(m *Model) (estimates, errors []float64) {
	for _, c := range m.Coefficients {
		estimates, errors = append(estimates, c.Estimate), append(errors, c.StdError)
	}
	return estimates, errors
}

// decomposed is least squares by gonum's QR decomposition.
func decomposed(t *testing.T, d Data[float64], intercept bool) (estimates, errors []float64) {
	n, p := len(d.Y), d.Columns
	if intercept {
		p++
	}
	x := mat.NewDense(n, p, nil)
	for i := range n {
		row := x.RawRowView(i)
		if intercept {
			row[0] = 1
			row = row[1:]
		}
		copy(row, d.X[i*d.Columns:])
	}
	var qr mat.QR
	qr.Factorize(x)
	var beta mat.VecDense
	y := mat.NewVecDense(n, d.Y)
	if err := qr.SolveVecTo(&beta, false, y); err != nil && !isError[mat.Condition](err) {
		t.Fatal(err)
	}
	var rest mat.VecDense
	rest.MulVec(x, &beta)
	rest.SubVec(y, &rest)
	variance := mat.Dot(&rest, &rest) / float64(n-p)
	var r mat.Dense
	qr.RTo(&r)
	upper := mat.NewTriDense(p, mat.Upper, nil)
	for i := range p {
		for j := i; j < p; j++ {
			upper.SetTri(i, j, r.At(i, j))
		}
	}
	var inverse mat.TriDense
	if err := inverse.InverseTri(upper); err != nil && !isError[mat.Condition](err) {
		t.Fatal(err)
	}
	for i := range p {
		sum := 0.0
		for j := i; j < p; j++ {
			sum += inverse.At(i, j) * inverse.At(i, j)
		}
		estimates, errors = append(estimates, beta.AtVec(i)), append(errors, math.Sqrt(variance*sum))
	}
	return estimates, errors
}

func isError[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

// TestNISTTablesAreNISTs: the tables as they are written, in rational
// arithmetic, have the certified values, so none of their numbers is mistyped.
func TestNISTTablesAreNISTs(t *testing.T) {
	for _, c := range nists {
		var rows [][]*big.Rat
		for _, cells := range c.cells(t) {
			var row, numbers []*big.Rat
			for _, cell := range cells {
				v, ok := new(big.Rat).SetString(cell)
				if !ok {
					t.Fatalf("%s: %q", c.name, cell)
				}
				numbers = append(numbers, v)
			}
			last := len(numbers) - 1
			if c.intercept {
				row = append(row, big.NewRat(1, 1))
			}
			if c.degree == 0 {
				row = append(row, numbers[:last]...)
			} else {
				power := big.NewRat(1, 1)
				for range c.degree {
					power = new(big.Rat).Mul(power, numbers[0])
					row = append(row, power)
				}
			}
			rows = append(rows, append(row, numbers[last]))
		}
		r := solveRational(rows)
		if len(r.coefficients) != len(c.coefficients) {
			t.Fatalf("%s: %d coefficients", c.name, len(r.coefficients))
		}
		same := func(what, certified string, got *big.Float) {
			t.Helper()
			want, _, err := big.ParseFloat(certified, 10, 200, big.ToNearestEven)
			if err != nil {
				t.Fatal(err)
			}
			g, _ := got.Float64()
			if agreeing(g, want) < 14.2 { // certified to 15 digits
				t.Errorf("%s: %s is %.16g, certified %s", c.name, what, g, certified)
			}
		}
		for i, v := range c.coefficients {
			same(fmt.Sprintf("coefficient %d", i), v, new(big.Float).SetPrec(200).SetRat(r.coefficients[i]))
			want := "0"
			if c.errors != nil {
				want = c.errors[i]
			}
			same(fmt.Sprintf("standard error %d", i), want, root(r.variances[i]))
		}
	}
}

// TestNIST prints, for every table, the digits that fits agree to with the
// rational solution of the columns as they are stored in float64, the worst of
// all coefficients and of all standard errors.
func TestNIST(t *testing.T) {
	t.Logf("%-9s %28s %34s", "", "digits of coefficients", "digits of standard errors")
	t.Logf("%-9s %9s %9s %9s   %9s %9s %9s   %-8s %s", "", "float64", "QR", "exact", "float64", "QR", "exact", "auto", "condition")
	for _, c := range nists {
		d, o := c.data(t)
		want := solveRational(stored(d, c.intercept))
		plain, plainErrors := "singular", "singular"
		o.Precision = Plain
		if m, err := Fit(ctx, d, o); err == nil {
			a, b := want.fewest(estimates(m))
			plain, plainErrors = fmt.Sprintf("%.1f", a), fmt.Sprintf("%.1f", b)
		} else if !errors.As(err, new(*CollinearError)) {
			t.Fatal(err)
		}
		o.Precision = Exact
		exact, err := Fit(ctx, d, o)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		o.Precision = Automatic
		auto, err := Fit(ctx, d, o)
		if err != nil {
			t.Fatal(err)
		}
		qr, qrErrors := want.fewest(decomposed(t, d, c.intercept))
		got, gotErrors := want.fewest(estimates(exact))
		t.Logf("%-9s %9s %9.1f %9.1f   %9s %9.1f %9.1f   %-8s %.1e", c.name, plain, qr, got, plainErrors, qrErrors, gotErrors, auto.Precision, exact.Condition)
		if !exact.Converged || exact.Precision != Exact {
			t.Errorf("%s: %s: %s", c.name, exact.Status, exact.Reason)
		}
		if got < qr || gotErrors < qrErrors {
			t.Errorf("%s: exact mode is worse than QR", c.name)
		}
		if got < 15.5 || gotErrors < 15.5 {
			t.Errorf("%s: digits are missing in exact mode", c.name)
		}
	}
}
