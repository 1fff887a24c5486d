//go:build purego

package kerneltest

const pureGo = true
