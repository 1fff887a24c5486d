// Package avx2 holds the kernels for AVX2 with FMA and BMI2. Every file but
// this one is written by make generate; package asm is their source, package
// ref their definition. Nothing is checked here: package kernels does that.
package avx2
