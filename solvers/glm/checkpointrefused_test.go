package glm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// TestOtherDataAreRefused, whichever part of them and however little differs.
func TestOtherDataAreRefused(t *testing.T) {
	o := Options{Family: Poisson, Method: solvers.LBFGS{}}
	d := problem[float64](40, 3, o.Family, true)
	var kept [][]byte
	if _, err := Fit(ctx, d, keepAll(o, &kept)); err != nil {
		t.Fatal(err)
	}
	o.Checkpoints.From = kept[1]
	next := func(v []float64, i int) []float64 {
		v = slices.Clone(v)
		v[i] = math.Nextafter(v[i], 100)
		return v
	}
	for want, change := range map[string]func(*Data[float64]){
		"hash of X = ":           func(d *Data[float64]) { d.X = next(d.X, 2) },
		"hash of X =":            func(d *Data[float64]) { d.X = next(d.X, len(d.X)-2) },
		"hash of Y":              func(d *Data[float64]) { d.Y = slices.Clone(d.Y); d.Y[39]++ },
		"hash of the weights":    func(d *Data[float64]) { d.Weights = next(d.Weights, 17) },
		"hash of the offset":     func(d *Data[float64]) { d.Offset = next(d.Offset, 38) },
		"weights = true there":   func(d *Data[float64]) { d.Weights = nil },
		"an offset = true there": func(d *Data[float64]) { d.Offset = nil },
		"columns = 3 there":      func(d *Data[float64]) { d.Columns = 2 },
		"rows = 40 there, rows = 39 here": func(d *Data[float64]) {
			d.Y, d.Weights, d.Offset = d.Y[1:], d.Weights[1:], d.Offset[1:]
		},
	} {
		other := d
		change(&other)
		_, err := Fit(ctx, other, o)
		if !errors.As(err, new(*solvers.CheckpointError)) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "other data") {
			t.Errorf("%s: %v", want, err)
		}
		if _, err := FitSource(ctx, &inMemory[float64]{Data: other}, nil, "", o); !errors.As(err, new(*solvers.CheckpointError)) {
			t.Errorf("%s, from a source: %v", want, err)
		}
	}
	// What lies between the columns and the stride is no data.
	dense := Data[float64]{Columns: 3, Y: d.Y, Weights: d.Weights, Offset: d.Offset}
	for i := range d.Y {
		dense.X = append(dense.X, d.X[i*d.Stride:][:3]...)
	}
	if _, err := Fit(ctx, dense, o); err != nil {
		t.Errorf("the same data with another stride: %v", err)
	}
}

// TestOtherOptionsAreRefused, every one of them but those that may change.
func TestOtherOptionsAreRefused(t *testing.T) {
	base := Options{Family: Quantile, L2: 1, PenaltyFactors: []float64{1, 2, 3}, Precision: Plain}
	d := problem[float64](60, 3, base.Family, false)
	var kept [][]byte
	if _, err := Fit(ctx, d, keepAll(base, &kept)); err != nil {
		t.Fatal(err)
	}
	others := map[string]func(*Options){
		"Family":         func(o *Options) { o.Family = Gaussian },
		"Parameters":     func(o *Options) { o.Parameters.Quantile = 0.25 },
		"L1":             func(o *Options) { o.L1 = 0.5 },
		"L2":             func(o *Options) { o.L2 = math.Nextafter(1, 2) },
		"NoIntercept":    func(o *Options) { o.NoIntercept = true },
		"PenaltyFactors": func(o *Options) { o.PenaltyFactors = []float64{1, 2, 4} },
		"Standardize":    func(o *Options) { o.Standardize = true },
		"Precision":      func(o *Options) { o.Precision = Automatic },
		"Method":         func(o *Options) { o.Method = solvers.BFGS{} },
		"Tolerance":      func(o *Options) { o.Tolerance = 1e-3 },
	}
	data := newFingerprint[float64](3, false, false)
	same := map[string]func(*Options){
		"Threads":       func(o *Options) { o.Threads = 7 },
		"Observe":       func(o *Options) { o.Observe = func(*solvers.Iterate) {} },
		"MaxIterations": func(o *Options) { o.MaxIterations = 99 },
		"Checkpoints":   func(o *Options) { o.Checkpoints.Every = time.Hour },
	}
	for field := range reflect.TypeFor[Options]().Fields() {
		o := base
		o.Checkpoints.From = kept[0]
		change, other := others[field.Name]
		if !other {
			change = same[field.Name]
		}
		if change == nil {
			if slices.Contains(mayChange, field.Name) {
				t.Errorf("no test of option %s, which may change when a fit goes on", field.Name)
			} else if now := another(o, field.Name); now != nil && slices.Equal(describe(*now, data), describe(o, data)) {
				t.Errorf("option %s is not in the description", field.Name)
			}
			continue
		}
		change(&o)
		_, err := Fit(ctx, d, o)
		if other && (!errors.As(err, new(*solvers.CheckpointError)) || !strings.Contains(err.Error(), "other options")) || !other && err != nil {
			t.Errorf("%s: %v", field.Name, err)
		}
	}
}

// another is options with another value of a field, or nil if there is none that
// is easily found.
func another(o Options, field string) *Options {
	switch v := reflect.ValueOf(&o).Elem().FieldByName(field); v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Float64:
		v.SetFloat(v.Float() + 0.25)
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Slice:
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
	default:
		return nil
	}
	return &o
}

func TestDamagedCheckpointsAreRefused(t *testing.T) {
	o := Options{Family: Quantile}
	d := problem[float64](60, 3, o.Family, false)
	var kept [][]byte
	if _, err := Fit(ctx, d, keepAll(o, &kept)); err != nil {
		t.Fatal(err)
	}
	b := kept[len(kept)-1]
	refused := func(what string, b []byte, want string) {
		t.Helper()
		o.Checkpoints.From = b
		if m, err := Fit(ctx, d, o); !errors.As(err, new(*solvers.CheckpointError)) || m != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
	for i := range b {
		if i%7 == 0 || i < 64 {
			damaged := slices.Clone(b)
			damaged[i] ^= byte(1 + i%255)
			refused("damaged", damaged, "checkpoint")
			refused("cut off", b[:i:i], "checkpoint")
		}
	}
	newer := slices.Clone(b)
	newer[len("hesse fit")] = 4
	refused("another version", newer, "a checkpoint of a fit of version 4; this program reads version 3")
	refused("something else", []byte("a,b\n1,2\n"), "not a checkpoint of a fit")
}

// FuzzCheckpoint: nothing panics, whatever a checkpoint says, under a checksum
// that fits; of the fit and of the run in it.
func FuzzCheckpoint(f *testing.F) {
	o := Options{Family: Quantile, Precision: Plain}
	d := problem[float64](12, 2, o.Family, false)
	var kept [][]byte
	if _, err := Fit(ctx, d, keepAll(o, &kept)); err != nil {
		f.Fatal(err)
	}
	for _, b := range kept {
		f.Add(b)
	}
	seal := func(b []byte) []byte {
		b = slices.Clone(b[:len(b)-4])
		return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		inputs := [][]byte{input}
		if at := bytes.Index(input, []byte("hesse run")); len(input) >= 8 && at >= 0 && at < len(input)-8 {
			inner := seal(input[at : len(input)-4])
			inputs = append(inputs, seal(slices.Concat(input[:at], inner, make([]byte, 4))))
		} else if len(input) >= 4 {
			inputs = append(inputs, seal(input))
		}
		for _, b := range inputs {
			if len(b) == 0 {
				continue
			}
			o.Checkpoints.From, o.MaxIterations = b, 5
			Fit(ctx, d, o)
		}
	})
}

// TestOptionsHaveNoAddresses: what is part of a fingerprint must print the same
// in another process.
func TestOptionsHaveNoAddresses(t *testing.T) {
	var look func(path string, kind reflect.Type)
	look = func(path string, kind reflect.Type) {
		switch kind.Kind() {
		case reflect.Pointer, reflect.Func, reflect.Chan, reflect.UnsafePointer:
			t.Errorf("%s is a %v: make it something that prints, or say in mayChange that it may change", path, kind)
		case reflect.Slice, reflect.Array:
			look(path+"[]", kind.Elem())
		case reflect.Map:
			look(path+"[]", kind.Elem())
			look(path+" key", kind.Key())
		case reflect.Struct:
			for field := range kind.Fields() {
				look(path+"."+field.Name, field.Type)
			}
		}
	}
	for field := range reflect.TypeFor[Options]().Fields() {
		if !slices.Contains(mayChange, field.Name) {
			look(field.Name, field.Type)
		}
	}
}
