package peers

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// variable names the library that a process of this program is to serve.
const variable = "HESSE_REPORT_PEER"

// ServeIfAsked makes this process a peer and does not return if it was
// started as one. It is the first thing that main does.
func ServeIfAsked() {
	name, asked := os.LookupEnv(variable)
	if !asked {
		return
	}
	// One thread of this process calls the library, and Go has no other meanwhile: its
	// scheduler, where it has a second, wakes it beside the library's own threads. These
	// then share a processor for a while, and a call took 10 to 25 % longer than from C.
	runtime.LockOSThread()
	runtime.GOMAXPROCS(1)
	l, err := open(name, os.Args[1:])
	if err != nil {
		_ = json.NewEncoder(os.Stdout).Encode(response{Error: err.Error()})
		os.Exit(1)
	}
	if err := serve(l.served()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	leave()
}

// served is a BLAS to serve.
type served struct {
	version string
	threads func(n int)
	blas64  bench.BLAS[float64]
	blas32  bench.BLAS[float32]
	routine func(bench.Call) (bench.Runner, error)
}

// serve answers requests until there are no more.
func serve(blas *served) error {
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(response{Version: blas.version}); err != nil {
		return err
	}
	s := server{blas: blas}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var q request
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return err
		}
		r, err := s.answer(q)
		if err != nil {
			r = response{Error: err.Error()}
		}
		if err := out.Encode(r); err != nil {
			return err
		}
	}
	return lines.Err()
}

// A server does what the requests say.
type server struct {
	blas   *served
	buffer []float64
	f64    *bench.BLASProblem[float64]
	f32    *bench.BLASProblem[float32]
	runner bench.Runner
}

func (s *server) answer(q request) (response, error) {
	switch q.Do {
	case "load":
		s.load(q.Case)
		return response{}, nil
	case "ways":
		return response{Ways: bench.BLASWays(q.Case.Kernel)}, nil
	case "run":
		s.blas.threads(q.Case.Threads)
		if s.f64 != nil {
			return response{Seconds: s.f64.Do(q.Case, q.Way, q.Repeat).Seconds()}, nil
		}
		return response{Seconds: s.f32.Do(q.Case, q.Way, q.Repeat).Seconds()}, nil
	case "answer":
		var a bench.Answer
		if s.f64 != nil {
			a = s.f64.Answer(q.Case)
		} else {
			a = s.f32.Answer(q.Case)
		}
		return response{Vector: len(a.Vector), Matrix: len(a.Matrix)}, writeNumbers(q.File, a.Vector, a.Matrix)
	}
	if q.Call != nil {
		return s.routine(q)
	}
	return response{}, fmt.Errorf("request %q is not known", q.Do)
}

// load makes the data that the parent has, in memory of the same kind.
func (s *server) load(c bench.Case) {
	runtime.GOMAXPROCS(c.Threads)
	defer runtime.GOMAXPROCS(1)
	s.f64, s.f32 = nil, nil
	bytes := c.Rows * c.Columns * 8
	if c.Type == bench.Float32 {
		bytes /= 2
	}
	if len(s.buffer)*8 < bytes {
		s.buffer = nil
		s.buffer = bench.Buffer(bytes + 8)
	}
	if c.Type == bench.Float64 {
		s.f64 = problem(s.blas.blas64, s.buffer, c)
	} else {
		s.f32 = problem(s.blas.blas32, unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(s.buffer))), 2*len(s.buffer)), c)
	}
}

func problem[T kernels.Float](blas bench.BLAS[T], data []T, c bench.Case) *bench.BLASProblem[T] {
	return bench.NewBLASProblem(bench.NewProblem(data, c.Rows, c.Columns, c.Threads), blas, workers)
}

// workers are threads of Go's, which the library is without otherwise.
func workers(threads int, do func(thread int)) {
	if threads > 1 {
		runtime.GOMAXPROCS(threads)
		defer runtime.GOMAXPROCS(1)
	}
	bench.Together(threads, do)
}
