package blas

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/cblas128"
	"gonum.org/v1/gonum/blas/cblas64"
	"gonum.org/v1/gonum/blas/gonum"
)

// An Implementation is a BLAS for gonum. What it does not define is gonum's
// own. The zero value is ready.
type Implementation struct {
	// Threads is how many goroutines at most share a call, the calling one among
	// them; 0 means runtime.GOMAXPROCS(0).
	Threads int

	gonum.Implementation
}

var (
	_ blas.Float64    = Implementation{}
	_ blas.Float32    = Implementation{}
	_ blas.Complex64  = Implementation{}
	_ blas.Complex128 = Implementation{}
)

// Use makes Implementation the BLAS of packages blas64, blas32, cblas64 and
// cblas128, and with them of gonum's mat and lapack. It is for the main
// function of a program, before anything is computed: it changes a setting that
// all of the program shares, as blas64.Use does.
func Use() {
	blas64.Use(Implementation{})
	blas32.Use(Implementation{})
	cblas64.Use(Implementation{})
	cblas128.Use(Implementation{})
}
