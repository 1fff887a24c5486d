package peers

import (
	"fmt"
	"strings"
	"time"

	"github.com/ebitengine/purego"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// A Routine is a [bench.Runner] whose call a library makes in its process.
type Routine struct {
	process *Process
	call    bench.Call
}

// Routine lets a native library take up a call.
func (p *Process) Routine(c bench.Call) (*Routine, error) {
	_, err := p.ask(request{Do: "take", Call: &c})
	return &Routine{p, c}, err
}

// Time implements [bench.Runner]. The time is taken in the process.
func (r *Routine) Time(repeat int) (time.Duration, error) {
	a, err := r.process.ask(request{Do: "call", Call: &r.call, Repeat: repeat})
	if err != nil {
		return 0, err
	}
	return time.Duration(a.Seconds * float64(time.Second)), nil
}

// Answer implements [bench.Runner].
func (r *Routine) Answer() (sum, size float64, err error) {
	a, err := r.process.ask(request{Do: "sum", Call: &r.call})
	if err != nil {
		return 0, 0, err
	}
	return a.Sum, a.Size, nil
}

// routine answers what is asked of a single call.
func (s *server) routine(q request) (r response, err error) {
	s.blas.threads(q.Call.Threads)
	switch q.Do {
	case "take":
		s.runner, err = s.blas.routine(*q.Call)
	case "call":
		var took time.Duration
		took, err = s.runner.Time(q.Repeat)
		r.Seconds = took.Seconds()
	case "sum":
		r.Sum, r.Size, err = s.runner.Answer()
	}
	return r, err
}

// routine is a call of the library.
func (l *library) routine(c bench.Call) (bench.Runner, error) {
	letter := "d"
	if c.Type == bench.Float32 {
		letter = "s"
	}
	name := letter + strings.TrimRight(c.Routine, "NRT") + "_"
	place := l.symbol(l.prefix + name)
	if place == 0 {
		return nil, fmt.Errorf("%s has no %s", l.path, name)
	}
	if c.Type == bench.Float32 {
		return bench.NewRunner(c, fortran[float32](place))
	}
	return bench.NewRunner(c, fortran[float64](place))
}

// fortran makes calls through the Fortran interface. To Fortran a row-major
// matrix is its own transpose, so operands change sides and triangles.
func fortran[T kernels.Float](place uintptr) func(bench.Call, *bench.Operands[T]) {
	x := new(struct { // on the heap, where the collector moves nothing
		m, n, k, inc, info int64
		one, zero, small   T
		letters            [4]byte
	})
	x.inc, x.one, x.small = 1, 1, bench.GerAlpha
	return func(c bench.Call, o *bench.Operands[T]) {
		x.m, x.n, x.k = int64(c.M), int64(c.N), int64(c.K)
		m, n, k, inc, one, zero := at(&x.m), at(&x.n), at(&x.k), at(&x.inc), at(&x.one), at(&x.zero)
		a, b, to := address(o.A), address(o.B), address(o.C)
		call := func(letters string, arguments ...uintptr) {
			copy(x.letters[:], letters)
			for i := range letters {
				arguments[i] = at(&x.letters[i])
			}
			purego.SyscallN(place, arguments...)
			keep(x, o)
		}
		switch c.Routine {
		case "gemm":
			call("NN", 0, 0, n, m, k, one, b, n, a, k, zero, to, n)
		case "gemmTN":
			call("NT", 0, 0, n, m, k, one, b, n, a, m, zero, to, n)
		case "gemmNT":
			call("TN", 0, 0, n, m, k, one, b, k, a, k, zero, to, n)
		case "syrk":
			call("LN", 0, 0, n, k, one, a, n, zero, to, n)
		case "symm":
			call("RL", 0, 0, n, m, one, a, m, b, n, zero, to, n)
		case "trmm":
			call("RLNN", 0, 0, 0, 0, n, m, one, a, m, b, n)
		case "trsm":
			call("RLNN", 0, 0, 0, 0, n, m, one, a, m, b, n)
		case "trsmR":
			call("LUTN", 0, 0, 0, 0, n, m, one, a, n, b, n)
		case "gemv":
			call("T", 0, n, m, one, a, n, b, inc, zero, to, inc)
		case "gemvT":
			call("N", 0, n, m, one, a, n, b, inc, zero, to, inc)
		case "ger":
			call("", n, m, at(&x.small), b, inc, a, inc, to, n)
		case "potrf":
			call("L", 0, n, a, n, at(&x.info))
		}
	}
}

func address[T kernels.Float](s []T) uintptr {
	if len(s) == 0 {
		return 0
	}
	return at(&s[0])
}
