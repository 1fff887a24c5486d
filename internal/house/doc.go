// Package house holds tests of the walls: which package may import which, that
// generated files are those of their generator, and the form of the source.
package house
