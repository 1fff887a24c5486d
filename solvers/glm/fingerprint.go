package glm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/cespare/xxhash/v2"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// A fingerprint tells data apart: how much there is, of which type, and a hash
// of the bits of every part. The same rows have the same one from memory and
// from a reader.
type fingerprint[T kernels.Float] struct {
	rows, columns     int
	weighted, offsets bool
	x, y, w, o        xxhash.Digest
}

func newFingerprint[T kernels.Float](columns int, weighted, offsets bool) *fingerprint[T] {
	f := &fingerprint[T]{columns: columns, weighted: weighted, offsets: offsets}
	for _, d := range []*xxhash.Digest{&f.x, &f.y, &f.w, &f.o} {
		d.Reset()
	}
	return f
}

// add takes rows in.
func (f *fingerprint[T]) add(x kernels.Matrix[T], y, weights, offset []T) {
	f.rows += x.Rows
	if x.Stride == x.Cols {
		hash(&f.x, x.Data[:x.Rows*x.Cols])
	} else {
		for i := range x.Rows {
			hash(&f.x, x.Data[i*x.Stride:][:x.Cols])
		}
	}
	hash(&f.y, y)
	hash(&f.w, weights)
	hash(&f.o, offset)
}

// hash takes numbers in, in pieces, for nothing stops a goroutine within one.
func hash[T kernels.Float](d *xxhash.Digest, v []T) {
	const piece = 1 << 14
	for part := range slices.Chunk(v, piece) {
		d.Write(unsafe.Slice((*byte)(unsafe.Pointer(&part[0])), len(part)*int(unsafe.Sizeof(part[0]))))
	}
}

// ofDesign is the fingerprint of rows in memory.
func ofDesign[T kernels.Float](ctx context.Context, d *pass.Data[T]) (*fingerprint[T], error) {
	f := newFingerprint[T](d.X.Cols, d.Weights != nil, d.Offset != nil)
	const rows = 1024
	for first := 0; first < d.X.Rows; first += rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := min(rows, d.X.Rows-first)
		part := func(v []T) []T {
			if v == nil {
				return nil
			}
			return v[first : first+n]
		}
		f.add(d.X.Slice(first, first+n), d.Y[first:first+n], part(d.Weights), part(d.Offset))
	}
	return f, nil
}

// ofSource is the fingerprint of rows that are read, once, for it.
func ofSource[T kernels.Float](ctx context.Context, s pass.Source[T]) (*fingerprint[T], error) {
	f := newFingerprint[T](s.Columns(), s.Weighted(), s.Offsets())
	if err := s.Rewind(); err != nil {
		return nil, err
	}
	const rows = 1024
	chunk := pass.NewChunk(s, rows)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := s.Read(chunk)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		f.add(chunk.X.Slice(0, n), chunk.Y[:n], head(chunk.Weights, n), head(chunk.Offset, n))
		if err != nil {
			return f, nil
		}
	}
}

// A description is what a checkpoint has to agree with: lines of a name and a
// value, the data's first.
type description []string

const (
	ofData    = "data: "
	ofOptions = "option: "
)

// mayChange are the options that leave the result of a fit as it is, or only
// say when it ends, and those that Method, as it was chosen, stands for.
var mayChange = []string{"Threads", "Observe", "MaxIterations", "Checkpoints", "Method", "Tolerance"}

func describe[T kernels.Float](o Options, data *fingerprint[T]) (d description) {
	line := func(kind, name string, value any) { d = append(d, fmt.Sprintf("%s%s = %v", kind, name, value)) }
	var t T
	line(ofData, "type", fmt.Sprintf("%T", t))
	line(ofData, "rows", data.rows)
	line(ofData, "columns", data.columns)
	line(ofData, "weights", data.weighted)
	line(ofData, "an offset", data.offsets)
	line(ofData, "hash of X", fmt.Sprintf("%016x", data.x.Sum64()))
	line(ofData, "hash of Y", fmt.Sprintf("%016x", data.y.Sum64()))
	line(ofData, "hash of the weights", fmt.Sprintf("%016x", data.w.Sum64()))
	line(ofData, "hash of the offset", fmt.Sprintf("%016x", data.o.Sum64()))
	method, _ := o.method(data.columns)
	for _, setting := range settings("Method", reflect.ValueOf(method)) {
		d = append(d, ofOptions+setting)
	}
	for field, value := range reflect.ValueOf(o).Fields() {
		if !slices.Contains(mayChange, field.Name) {
			line(ofOptions, field.Name, fmt.Sprintf("%#v", value))
		}
	}
	return d
}

// settings are those of a struct and of the structs in it, one a line, so that a
// refusal can say which one differs.
func settings(name string, of reflect.Value) (lines []string) {
	if of.Kind() == reflect.Interface && !of.IsNil() {
		of = of.Elem()
	}
	if of.CanUint() {
		return []string{fmt.Sprintf("%s = %d", name, of.Uint())}
	}
	if of.Kind() != reflect.Struct {
		return []string{fmt.Sprintf("%s = %#v", name, of)}
	}
	lines = append(lines, fmt.Sprintf("%s = %s", name, of.Type()))
	for field, value := range of.Fields() {
		lines = append(lines, settings(name+"."+field.Name, value)...)
	}
	return lines
}

func (d description) text() string { return strings.Join(d, "\n") }

// check refuses another description, and says where it differs.
func (d description) check(there string) error {
	if there == d.text() {
		return nil
	}
	lines := strings.Split(there, "\n")
	for i, here := range d {
		if i >= len(lines) {
			break
		}
		if lines[i] == here {
			continue
		}
		if strings.HasPrefix(here, ofData) {
			return refuse("the checkpoint is of other data: %s there, %s here", short(lines[i]), short(here))
		}
		return refuse("the checkpoint is of a fit with other options: %s there, %s here", short(lines[i]), short(here))
	}
	return refuse("the checkpoint is of a fit with other options")
}

// short is a line of a description, for people.
func short(line string) string {
	line = strings.TrimPrefix(strings.TrimPrefix(line, ofData), ofOptions)
	if runes := []rune(line); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return line
}

func refuse(format string, values ...any) error {
	return &solvers.CheckpointError{Reason: "glm: " + fmt.Sprintf(format, values...)}
}
