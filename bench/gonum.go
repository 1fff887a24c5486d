package bench

import (
	"runtime"
	"runtime/debug"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Gonum is the peer that is always there: pure Go, in this process.
type Gonum struct {
	f64 *BLASProblem[float64]
	f32 *BLASProblem[float32]

	load   func() *gonumGroups // makes groups of the problem that was taken up
	groups *gonumGroups        // once they are asked for
}

// Name implements [Peer].
func (*Gonum) Name() string { return "gonum" }

// Version is the one that this program was built with.
func (*Gonum) Version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "gonum.org/v1/gonum" {
				return m.Version
			}
		}
	}
	return "unknown"
}

// Load implements [Peer].
func (g *Gonum) Load(_ Case, data any) error {
	g.f64, g.f32, g.groups = nil, nil, nil
	switch b := data.(type) {
	case *Problem[float64]:
		g.f64 = NewBLASProblem(b, gonumBLAS[float64]{}, Together)
		g.load = func() *gonumGroups { return newGonumGroups(b) }
	case *Problem[float32]:
		g.f32 = NewBLASProblem(b, gonumBLAS[float32]{}, Together)
		g.load = func() *gonumGroups { return newGonumGroups(b) }
	}
	return nil
}

// Ways is the usual one alone: the others are slower by far.
func (*Gonum) Ways(c Case) ([]string, error) {
	if c.Kernel == groups.name {
		return gonumGroupWays, nil
	}
	ways := BLASWays(c.Kernel)
	return ways[:min(1, len(ways))], nil
}

// Do implements [Peer].
func (g *Gonum) Do(c Case, way string, repeat int) (time.Duration, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(c.Threads))
	if c.Kernel == groups.name {
		if g.groups == nil {
			g.groups = g.load()
		}
		return g.groups.do(c, way, repeat), nil
	}
	if g.f64 != nil {
		return g.f64.Do(c, way, repeat), nil
	}
	return g.f32.Do(c, way, repeat), nil
}

// Answer implements [Peer].
func (g *Gonum) Answer(c Case) (Answer, error) {
	if c.Kernel == groups.name {
		return Answer{Vector: g.groups.beta}, nil
	}
	if g.f64 != nil {
		return g.f64.Answer(c), nil
	}
	return g.f32.Answer(c), nil
}

// gonumBLAS implements [BLAS].
type gonumBLAS[T kernels.Float] struct{}

func transposedIf(yes bool) blas.Transpose {
	if yes {
		return blas.Trans
	}
	return blas.NoTrans
}

func (gonumBLAS[T]) Gemv(dst []T, a kernels.Matrix[T], transposed bool, v []T) {
	switch x := any(a.Data).(type) {
	case []float64:
		blas64.Gemv(transposedIf(transposed), 1, blas64.General{Rows: a.Rows, Cols: a.Cols, Stride: a.Stride, Data: x},
			blas64.Vector{N: len(v), Inc: 1, Data: any(v).([]float64)}, 0, blas64.Vector{N: len(dst), Inc: 1, Data: any(dst).([]float64)})
	case []float32:
		blas32.Gemv(transposedIf(transposed), 1, blas32.General{Rows: a.Rows, Cols: a.Cols, Stride: a.Stride, Data: x},
			blas32.Vector{N: len(v), Inc: 1, Data: any(v).([]float32)}, 0, blas32.Vector{N: len(dst), Inc: 1, Data: any(dst).([]float32)})
	}
}

func (gonumBLAS[T]) Syrk(dst []T, a kernels.Matrix[T], columns, lower bool) {
	uplo, p := blas.Upper, a.Cols
	if lower {
		uplo = blas.Lower
	}
	if columns {
		p = a.Rows
	}
	switch x := any(a.Data).(type) {
	case []float64:
		blas64.Syrk(transposedIf(!columns), 1, blas64.General{Rows: a.Rows, Cols: a.Cols, Stride: a.Stride, Data: x}, 0,
			blas64.Symmetric{N: p, Stride: p, Data: any(dst).([]float64), Uplo: uplo})
	case []float32:
		blas32.Syrk(transposedIf(!columns), 1, blas32.General{Rows: a.Rows, Cols: a.Cols, Stride: a.Stride, Data: x}, 0,
			blas32.Symmetric{N: p, Stride: p, Data: any(dst).([]float32), Uplo: uplo})
	}
}

func (gonumBLAS[T]) Gemm(dst []T, a, b kernels.Matrix[T], columns bool) {
	p := a.Cols
	if columns {
		p = a.Rows
	}
	switch x := any(a.Data).(type) {
	case []float64:
		blas64.Gemm(transposedIf(!columns), transposedIf(columns), 1, blas64.General{Rows: a.Rows, Cols: a.Cols, Stride: a.Stride, Data: x},
			blas64.General{Rows: b.Rows, Cols: b.Cols, Stride: b.Stride, Data: any(b.Data).([]float64)}, 0,
			blas64.General{Rows: p, Cols: p, Stride: p, Data: any(dst).([]float64)})
	case []float32:
		blas32.Gemm(transposedIf(!columns), transposedIf(columns), 1, blas32.General{Rows: a.Rows, Cols: a.Cols, Stride: a.Stride, Data: x},
			blas32.General{Rows: b.Rows, Cols: b.Cols, Stride: b.Stride, Data: any(b.Data).([]float32)}, 0,
			blas32.General{Rows: p, Cols: p, Stride: p, Data: any(dst).([]float32)})
	}
}
