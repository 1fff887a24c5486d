// Package kernels is linear algebra on blocks of memory: what a gradient Xᵀr
// and a Hessian Xᵀdiag(d)X are made of.
//
// Data (X) is float32 or float64, everything else float64, but in what a BLAS
// is made of, which is T throughout. Matrices are row-major with a stride. The
// destination comes first and, unless said otherwise, is added to. Slices of a
// call must not overlap unless the function says so. No kernel starts a
// goroutine or allocates; each is safe to call from many goroutines on different
// destinations. Misuse (a length that does not fit) panics with a constant
// message.
//
// The kernels whose names begin with Exact hold numbers in pairs of float64, some
// 106 bits; see [ExactPanel].
//
// # The same bits everywhere
//
// The order of every sum is part of a kernel's definition, which package
// internal/ref states in pure Go. AVX-512, AVX2 and pure Go return the same
// bits; see [ISA] for which of them runs. Error bounds below use ε = 2⁻⁵³ and,
// for float32 arithmetic, ε₃₂ = 2⁻²⁴; they leave out underflow. Those of
// elementary functions, in units in the last place, are what make ulp finds
// over every binade, rounded up.
package kernels

import "github.com/seed-0327bdf7/hesse/internal/cpu"

// Float is the type of data.
type Float interface{ float32 | float64 }

// ISA is the name of the implementation that runs: "avx512", "avx2" or
// "generic". It is the best one that the machine supports, unless the
// environment variable HESSE_ISA names another.
func ISA() string { return cpu.Active().String() }

// CheckISA is an error if HESSE_ISA names an implementation that does not
// exist or cannot run on this machine. Kernels run then as if it were unset.
func CheckISA() error { return cpu.Override() }

// ISAs lists the implementations that can run on this machine, the slowest
// first.
func ISAs() []string {
	var list []string
	for _, l := range cpu.Available() {
		list = append(list, l.String())
	}
	return list
}
