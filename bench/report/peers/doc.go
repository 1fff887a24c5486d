// Package peers runs other libraries beside ours: native ones, opened at run
// time without cgo, and Python packages.
//
// Each peer is a process of its own, which makes its data from the same seed in
// the same kind of memory and waits for commands on a pipe. So libraries that
// export the same symbols, or bring an OpenMP runtime each, do not meet; one
// that crashes is only missing; and while one is measured the others are
// stopped by a signal, or their idle threads would spin on the cores for
// up to a fifth of a second. It is made for Linux.
package peers
