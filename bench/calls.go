package bench

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"

	gonumblas "gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	gonumlapack "gonum.org/v1/gonum/lapack/gonum"

	"github.com/seed-0327bdf7/hesse/internal/cholesky"
	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/kernels/blas"
)

// A Call is one call of a routine of BLAS or LAPACK, of row-major matrices
// without gaps; Routines says which there are. It is measured as it is, apart from
// the workloads on rows of data.
type Call struct {
	Routine string `json:"routine"`
	Type    string `json:"dtype"`
	M       int    `json:"m"`
	N       int    `json:"n"`
	K       int    `json:"k"`
	Threads int    `json:"threads"`
}

// A routine is one of them: what it does to operands, which are rows × columns.
type routine struct {
	name    string
	a, b, c func(c Call) (rows, columns int) // nil is none
	flops   func(m, n, k float64) float64

	triangle bool // A has a heavy diagonal, and so a solution
	inPlace  bool // B, or A if there is none, is what comes out; C else
	upper    bool // of what comes out, the upper triangle counts
}

func mn(c Call) (int, int) { return c.M, c.N }
func mk(c Call) (int, int) { return c.M, c.K }
func km(c Call) (int, int) { return c.K, c.M }
func kn(c Call) (int, int) { return c.K, c.N }
func nk(c Call) (int, int) { return c.N, c.K }
func mm(c Call) (int, int) { return c.M, c.M }
func nn(c Call) (int, int) { return c.N, c.N }
func n1(c Call) (int, int) { return c.N, 1 }
func m1(c Call) (int, int) { return c.M, 1 }

var (
	gemmFlops = func(m, n, k float64) float64 { return 2 * m * n * k }
	gemvFlops = func(m, n, _ float64) float64 { return 2 * m * n }
	halfFlops = func(m, n, _ float64) float64 { return m * m * n }

	routines = []routine{
		{name: "gemm", a: mk, b: kn, c: mn, flops: gemmFlops},                                                                   // A·B
		{name: "gemmTN", a: km, b: kn, c: mn, flops: gemmFlops},                                                                 // Aᵀ·B
		{name: "gemmNT", a: mk, b: nk, c: mn, flops: gemmFlops},                                                                 // A·Bᵀ
		{name: "syrk", a: kn, c: nn, flops: func(_, n, k float64) float64 { return n * (n + 1) * k }, upper: true},              // Aᵀ·A
		{name: "symm", a: mm, b: mn, c: mn, flops: func(m, n, _ float64) float64 { return 2 * m * m * n }},                      // A·B, A symmetric
		{name: "trmm", a: mm, b: mn, flops: halfFlops, triangle: true, inPlace: true},                                           // A·B, A upper
		{name: "trsm", a: mm, b: mn, flops: halfFlops, triangle: true, inPlace: true},                                           // A⁻¹·B, A upper
		{name: "trsmR", a: nn, b: mn, flops: func(m, n, _ float64) float64 { return m * n * n }, triangle: true, inPlace: true}, // B·A⁻ᵀ, A lower
		{name: "gemv", a: mn, b: n1, c: m1, flops: gemvFlops},
		{name: "gemvT", a: mn, b: m1, c: n1, flops: gemvFlops},
		{name: "ger", a: m1, b: n1, c: mn, flops: gemvFlops},
		{name: "potrf", a: nn, flops: func(_, n, _ float64) float64 { return n * n * n / 3 }, triangle: true, inPlace: true, upper: true},
	}
)

// Routines are the names of those that can be measured.
func Routines() []string {
	var names []string
	for _, r := range routines {
		names = append(names, r.name)
	}
	return names
}

func (c Call) routine() (routine, error) {
	i := slices.IndexFunc(routines, func(r routine) bool { return r.name == c.Routine })
	switch {
	case i < 0:
		return routine{}, fmt.Errorf("bench: routine %q is not known; the choice is %v", c.Routine, Routines())
	case c.M < 1 || c.N < 1 || c.K < 1 || c.Threads < 1:
		return routine{}, fmt.Errorf("bench: %s of %d×%d×%d on %d threads", c.Routine, c.M, c.N, c.K, c.Threads)
	case c.Type != Float64 && c.Type != Float32:
		return routine{}, fmt.Errorf("bench: type %q; the choice is %s, %s", c.Type, Float64, Float32)
	case c.Type == Float32 && c.Routine == "potrf":
		return routine{}, fmt.Errorf("bench: there is no potrf of %s here", c.Type)
	}
	return routines[i], nil
}

// FLOPs is the number of operations that a call needs.
func (c Call) FLOPs() float64 {
	r, err := c.routine()
	if err != nil {
		return 0
	}
	return r.flops(float64(c.M), float64(c.N), float64(c.K))
}

// Operands are a call's. What it changes is made anew before every call, by
// whoever calls.
type Operands[T kernels.Float] struct{ A, B, C []T }

// A Runner makes a call over and over, and says what came out.
type Runner interface {
	Time(repeat int) (time.Duration, error)

	// Answer is a sum over what came out, and that of the magnitudes.
	Answer() (sum, size float64, err error)
}

// Agree is an error if two answers to a call are not the same but for rounding.
func (c Call) Agree(sum, other, size float64) error {
	allowed := 1e-11
	if c.Type == Float32 {
		allowed = 1e-3
	}
	if d := math.Abs(sum - other); !(d <= allowed*size) {
		return fmt.Errorf("wrong answer: off by %.2g of %.2g", d, size)
	}
	return nil
}

// A callRunner has operands and who is called.
type callRunner[T kernels.Float] struct {
	call    Call
	routine routine
	do      func(Call, *Operands[T])
	o       Operands[T]
	changed []T
	fresh   []T // changed, before a call; nil if it need not be restored
}

// NewRunner makes the operands of a call, the same in every process.
func NewRunner[T kernels.Float](c Call, do func(Call, *Operands[T])) (Runner, error) {
	r, err := c.routine()
	if err != nil {
		return nil, err
	}
	run := &callRunner[T]{call: c, routine: r, do: do}
	state := uint64(c.M)*31 + uint64(c.N)*37 + uint64(c.K)
	table := func(shape func(Call) (int, int)) []T {
		if shape == nil {
			return nil
		}
		rows, columns := shape(c)
		t := memory.Slice[T](rows * columns)
		for i := range t {
			state = state*6364136223846793005 + 1442695040888963407
			t[i] = T(float64(int64(state)>>11|1) / (1 << 52))
		}
		return t
	}
	run.o = Operands[T]{table(r.a), table(r.b), table(r.c)}
	if r.triangle {
		n, _ := r.a(c)
		for i := range n {
			run.o.A[i*n+i] = T(n)
		}
	}
	switch {
	case r.c != nil:
		run.changed = run.o.C
	case r.b != nil:
		run.changed = run.o.B
	default:
		run.changed = run.o.A
	}
	if r.inPlace {
		run.fresh = slices.Clone(run.changed)
	}
	return run, nil
}

func (r *callRunner[T]) once() {
	if r.fresh != nil {
		copy(r.changed, r.fresh)
	}
	r.do(r.call, &r.o)
}

// Time implements [Runner].
func (r *callRunner[T]) Time(repeat int) (time.Duration, error) {
	start := time.Now()
	for range repeat {
		r.once()
	}
	return time.Since(start), nil
}

// Answer implements [Runner].
func (r *callRunner[T]) Answer() (sum, size float64, err error) {
	r.once()
	for i, v := range r.changed {
		if r.routine.upper && i%r.call.N < i/r.call.N {
			continue
		}
		term := float64(v) / float64(1+i%7)
		sum += term
		size += math.Abs(term)
	}
	return sum, size, nil
}

// OurCall is a call of ours; a potrf is the factorisation of internal/cholesky,
// with its scaling and its search for collinear variables.
func OurCall(c Call) (Runner, error) {
	if c.Type == Float32 {
		return NewRunner(c, callsOf[float32](single{blas.Implementation{Threads: c.Threads}}))
	}
	f := cholesky.Factorization{Threads: c.Threads}
	do := callsOf[float64](double{blas.Implementation{Threads: c.Threads}})
	if c.Routine != "potrf" {
		return NewRunner(c, do)
	}
	return NewRunner(c, func(c Call, o *Operands[float64]) {
		if err := f.Factorize(o.A, c.N, 0); err != nil || f.Rank() != c.N {
			panic("bench: not positive definite")
		}
	})
}

// GonumCall is one of gonum's own.
func GonumCall(c Call) (run Runner, err error) {
	if c.Type == Float32 {
		run, err = NewRunner(c, callsOf[float32](single{gonum.Implementation{}}))
	} else {
		do := callsOf[float64](double{gonum.Implementation{}})
		run, err = NewRunner(c, func(c Call, o *Operands[float64]) {
			if c.Routine == "potrf" {
				gonumlapack.Implementation{}.Dpotrf(gonumblas.Upper, c.N, o.A, c.N)
				return
			}
			do(c, o)
		})
	}
	return limited{run, c.Threads}, err
}

// limited is a runner with so many threads.
type limited struct {
	Runner
	threads int
}

func (l limited) Time(repeat int) (time.Duration, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(l.threads))
	return l.Runner.Time(repeat)
}
