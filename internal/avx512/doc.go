// Package avx512 holds the kernels for AVX-512 F, DQ, BW and VL. Every file
// but this one is written by make generate; package asm is their source,
// package ref their definition. Nothing is checked here: package kernels does
// that.
package avx512
