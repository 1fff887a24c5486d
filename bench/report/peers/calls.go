package peers

import (
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// calls implements [bench.BLAS] with the Fortran interface, which every library
// has: all arguments are addresses. A row-major matrix is, to Fortran, its own
// transpose, and its upper triangle the lower one. Sizes are 64 bits long,
// of which libraries with 32 read the lower half.
type calls[T kernels.Float] struct {
	gemv, syrk, gemm uintptr
	x                *arguments[T]
}

// arguments are on the heap, where the collector moves nothing.
type arguments[T kernels.Float] struct {
	one, zero                T
	n, k, lda, ldb, ldc, inc int64
	first, second            byte
}

func newCalls[T kernels.Float](l *library) calls[T] {
	letter := "d"
	if unsafe.Sizeof(T(0)) == 4 {
		letter = "s"
	}
	find := func(name string) uintptr {
		address := l.symbol(l.prefix + letter + name + "_")
		if address == 0 {
			panic("peers: " + l.path + " has no " + letter + name + "_")
		}
		return address
	}
	return calls[T]{find("gemv"), find("syrk"), find("gemm"), new(arguments[T])}
}

func (c calls[T]) Gemv(dst []T, a kernels.Matrix[T], transposed bool, v []T) {
	x := c.x
	*x = arguments[T]{one: 1, n: int64(a.Cols), k: int64(a.Rows), lda: int64(a.Stride), inc: 1, first: 'T'}
	if transposed {
		x.first = 'N'
	}
	purego.SyscallN(c.gemv, at(&x.first), at(&x.n), at(&x.k), at(&x.one), at(&a.Data[0]), at(&x.lda), at(&v[0]), at(&x.inc),
		at(&x.zero), at(&dst[0]), at(&x.inc))
	keep(x, a.Data, v, dst)
}

func (c calls[T]) Syrk(dst []T, a kernels.Matrix[T], columns, lower bool) {
	x := c.x
	*x = arguments[T]{one: 1, n: int64(a.Cols), k: int64(a.Rows), lda: int64(a.Stride), first: 'L', second: 'N'}
	if columns {
		x.n, x.k, x.second = x.k, x.n, 'T'
	}
	x.ldc = x.n
	if lower {
		x.first = 'U'
	}
	purego.SyscallN(c.syrk, at(&x.first), at(&x.second), at(&x.n), at(&x.k), at(&x.one), at(&a.Data[0]), at(&x.lda),
		at(&x.zero), at(&dst[0]), at(&x.ldc))
	keep(x, a.Data, dst)
}

func (c calls[T]) Gemm(dst []T, a, b kernels.Matrix[T], columns bool) {
	x := c.x
	*x = arguments[T]{one: 1, n: int64(a.Cols), k: int64(a.Rows), lda: int64(a.Stride), ldb: int64(b.Stride), first: 'N', second: 'T'}
	if columns {
		x.n, x.k, x.first, x.second = x.k, x.n, 'T', 'N'
	}
	x.ldc = x.n
	// dst = AᵀB by rows is BᵀA by columns.
	purego.SyscallN(c.gemm, at(&x.first), at(&x.second), at(&x.n), at(&x.n), at(&x.k), at(&x.one), at(&b.Data[0]), at(&x.ldb),
		at(&a.Data[0]), at(&x.lda), at(&x.zero), at(&dst[0]), at(&x.ldc))
	keep(x, a.Data, b.Data, dst)
}

// at is an address to pass on; what it points to must be on the heap, and kept.
func at[V any](v *V) uintptr { return uintptr(unsafe.Pointer(v)) }

// keep keeps memory from the collector until a call has ended.
func keep(memory ...any) { runtime.KeepAlive(memory) }
