// Package blas is a BLAS for gonum: one line in main,
//
//	blas.Use()
//
// and gonum's mat and lapack run on the kernels of this module.
package blas
