// Package blas is a BLAS for gonum: one line in main,
//
//	blas.Use()
//
// and gonum's mat and lapack run on the kernels of this module. The program in
// example takes times before and after that line.
//
// # What is here
//
// For float64 and float32: gemm, syrk, syr2k, symm, trmm, trsm; gemv, ger, symv,
// syr, syr2, trmv, trsv; dot, axpy, scal, nrm2, asum, iamax, rot, swap. All else is
// gonum's own, which is embedded: routines of banded and packed matrices, copy,
// rotm, rotg and rotmg, DsDot and SdsDot, and everything complex.
//
// # The same bits
//
// What is here returns the same bits with AVX-512, AVX2 and pure Go, on any
// number of threads. An entry of a product depends on its row of A and its
// column of B alone: C is multiplied with beta (or is +0 if beta is zero); then
// each 256 columns of A in turn are one chain of fused multiply-adds from +0,
// whose end, times alpha, is added to C, fused. float32 is float32 throughout. A
// triangle of a product of up to 216 multiply-adds, were it a square, is the
// exception: all of its operations are rounded. A
// symmetric A is taken as if it were whole. Triangular problems are halved at
// the largest power of two times eight, what is beside the halves is a product,
// and up to eight rows are done row by row, each a chain. A triangle that is
// solved or transposed, or a symmetric matrix, meets a vector in blocks of eight
// rows, the last of up to twelve, number by number within them.
// Dot products have lanes: kernels.Dot says which; where there is an increment,
// four chains. What is gonum's own may have other bits on another architecture.
//
// # What differs from gonum
//
// Gonum leaves out products with a zero in A, here they are computed: zero times
// NaN or an infinity is NaN. As there, beta = 0 overwrites C, alpha = 0 does not
// read A and B, and wrong arguments panic with the same words. Dtrsm multiplies
// with the inverse of a diagonal entry, as gonum's does on the left, and divides
// where the inverse is not finite.
//
// # Threads and memory
//
// Products of 2²¹ multiply-adds and more, and vectors with matrices of 2¹⁹
// numbers, are shared by goroutines that end with the call; with GOMAXPROCS=1
// there are none. Calls that share count their goroutines together and start
// none beyond GOMAXPROCS, so calls from many goroutines do not crowd the
// machine. A goroutine packs into up to 2.5 MiB from a pool, twice that with a
// triangle on the right; a vector with an increment is copied. Small calls
// allocate nothing.
package blas
