package pass

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// encodings is moments of every kind: with or without a Hessian and a shift,
// with no columns, with no rows, with numbers that are not finite.
func encodings(t testing.TB) []*Moments {
	var list []*Moments
	for _, p := range []int{0, 1, 2, 7} {
		for _, n := range []int{0, 9} {
			for bits := range 4 { // intercept and weights
				for _, l := range losses {
					s := setting{n: n, p: p, loss: l}.variant(bits)
					d, at := random[float64](s)
					list = append(list, moments(t, d, s.model(), at, everything), moments(t, d, s.model(), at, Want{}))
				}
			}
		}
	}
	odd := clone(list[len(list)-2])
	odd.Rows, odd.Loss, odd.SumR, odd.SumD, odd.SumW = math.MaxInt, math.NaN(), math.Inf(-1), math.Copysign(0, -1), 5e-324
	odd.SumLogW = math.Float64frombits(0xfff8_0000_0000_beef) // a NaN with a payload
	for i, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 5e-324, math.MaxFloat64} {
		odd.Gradient[i], odd.CrossD[i], odd.Hessian[i] = v, v, v
	}
	return append(list, odd, &Moments{})
}

func encode(t testing.TB, m *Moments) []byte {
	t.Helper()
	b, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sealed is an encoding whose last four bytes are made its checksum.
func sealed(b []byte) []byte {
	b = slices.Clone(b)
	body := b[:len(b)-4]
	return binary.LittleEndian.AppendUint32(body, crc32.ChecksumIEEE(body))
}

func TestMomentsComeBackFromBytesExactly(t *testing.T) {
	for _, m := range encodings(t) {
		before := clone(m)
		b := encode(t, m)
		if text := difference(m, before); text != "" {
			t.Errorf("MarshalBinary changes moments: %s", text)
		}
		input := slices.Clone(b)
		got := moments(t, &Data[float64]{}, Model{Loss: loss.Squared{}}, Point{}, Want{}) // anything, to be overwritten
		if err := got.UnmarshalBinary(b); err != nil {
			t.Fatalf("%+v: %v", m, err)
		}
		if !bytes.Equal(b, input) {
			t.Error("UnmarshalBinary changes its input")
		}
		for i := range b { // what is decoded must not lie in it
			b[i] = 0xff
		}
		want := m
		if m.Gradient == nil {
			want = clone(m)
			want.Gradient = []float64{}
		}
		if text := difference(got, want); text != "" {
			t.Errorf("%+v: %s", m, text)
		}
		if again := encode(t, got); !bytes.Equal(again, input) {
			t.Errorf("%+v: decoded and encoded again, other bytes", m)
		}
	}
}

func TestDecodedMomentsAddUp(t *testing.T) {
	s := setting{n: 2048, p: 6, weights: true, loss: loss.Logistic{}}
	d, at := random[float32](s)
	want := moments(t, d, s.model(), at, everything)
	var sum, later Moments
	if err := sum.UnmarshalBinary(encode(t, moments(t, part(d, 0, 1024), s.model(), at, everything))); err != nil {
		t.Fatal(err)
	}
	if err := later.UnmarshalBinary(encode(t, moments(t, part(d, 1024, 2048), s.model(), at, everything))); err != nil {
		t.Fatal(err)
	}
	if err := sum.Merge(&later); err != nil {
		t.Fatal(err)
	}
	if text := difference(&sum, want); text != "" {
		t.Error(text)
	}
}

// refused fails unless b is refused and what it was to overwrite is untouched.
func refused(t *testing.T, what string, b []byte) (message string) {
	t.Helper()
	m := Moments{Rows: 7, Loss: 3, Gradient: []float64{1, 2}, CrossD: []float64{3, 4}, Hessian: []float64{5, 6, 0, 7}, Shift: []float64{8, 9}}
	before := clone(&m)
	err := m.UnmarshalBinary(b)
	if err == nil {
		t.Errorf("%s: accepted", what)
		return ""
	}
	if text := difference(&m, before); text != "" {
		t.Errorf("%s: refused, and moments are changed: %s", what, text)
	}
	return err.Error()
}

func TestEveryDamagedByteIsNoticed(t *testing.T) {
	for _, m := range encodings(t) {
		b := encode(t, m)
		values := 255
		if len(b) > 125 || raceDetector {
			values = 9
		}
		for i := range b {
			for v := 1; v <= values; v++ {
				b[i] ^= byte(v * 29)
				refused(t, "a byte is damaged", b)
				b[i] ^= byte(v * 29)
			}
		}
	}
}

func TestEveryCutIsNoticed(t *testing.T) {
	for _, m := range encodings(t) {
		b := encode(t, m)
		for n := range b {
			refused(t, "cut off", b[:n])
			refused(t, "cut off at the front", b[n+1:])
			if n >= 4 {
				if cut := sealed(b[:n]); !bytes.Equal(cut, b) {
					refused(t, "cut off, with a checksum that fits", cut)
				}
			}
		}
		refused(t, "a byte more", append(slices.Clone(b), 0))
		refused(t, "a number more, with a checksum that fits", sealed(append(slices.Clone(b), make([]byte, 8)...)))
		refused(t, "twice", append(slices.Clone(b), b...))
	}
	refused(t, "nothing", nil)
}

func TestAnotherVersionIsNamed(t *testing.T) {
	for _, version := range []byte{0, 2, 9, 255} {
		for _, m := range encodings(t) {
			b := encode(t, m)
			at := len("hesse moments")
			if b[at] != 1 {
				t.Fatalf("version %d", b[at])
			}
			b[at] = version
			for _, b := range [][]byte{b, sealed(b), b[:at+1]} {
				if message := refused(t, "another version", b); !strings.Contains(message, "version "+itoa(version)) || !strings.Contains(message, "version 1") {
					t.Errorf("version %d: %s", version, message)
				}
			}
		}
	}
	if message := refused(t, "other bytes", []byte("PAR1 and so on, long enough to be something else entirely")); !strings.Contains(message, "not moments of a pass") {
		t.Errorf("other bytes: %s", message)
	}
}

func itoa(b byte) string {
	if b < 10 {
		return string('0' + b)
	}
	return itoa(b/10) + string('0'+b%10)
}

// TestNumbersThatDoNotFitAreRefused: fields that say something absurd, under a
// checksum that fits.
func TestNumbersThatDoNotFitAreRefused(t *testing.T) {
	const columns, parts, rows = 14, 22, 23
	for _, m := range encodings(t) {
		b := encode(t, m)
		for _, n := range []uint64{uint64(len(m.Gradient)) + 1, 1 << 20, 1 << 31, 1<<31 - 1, 1 << 32, 1<<32 - 1, 1 << 61, 1 << 62, 1 << 63, math.MaxUint64} {
			c := slices.Clone(b)
			binary.LittleEndian.PutUint64(c[columns:], n)
			refused(t, "columns", sealed(c))
		}
		for v := 4; v < 256; v++ {
			c := slices.Clone(b)
			c[parts] = byte(v)
			refused(t, "parts", sealed(c))
		}
		for _, n := range []uint64{1 << 63, math.MaxUint64} {
			c := slices.Clone(b)
			binary.LittleEndian.PutUint64(c[rows:], n)
			refused(t, "rows", sealed(c))
		}
	}
}

// FuzzUnmarshal: no input panics or takes memory out of proportion; what is
// refused changes nothing; what is accepted encodes to the same bytes. The
// checksum would keep a fuzzer from everything behind it, so it is also tried
// with one that fits.
func FuzzUnmarshal(f *testing.F) {
	for _, m := range encodings(f) {
		b := encode(f, m)
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	f.Add([]byte{})
	f.Add([]byte("hesse moments\x02"))
	f.Fuzz(func(t *testing.T, input []byte) {
		inputs := [][]byte{input}
		if len(input) >= 4 {
			inputs = append(inputs, sealed(input))
		}
		inputs = append(inputs, sealed(slices.Concat(sealedMoments.Begin(nil, 0), input, make([]byte, 4))))
		for _, b := range inputs {
			var before, after runtime.MemStats
			kept := slices.Clone(b)
			m := Moments{Rows: 7, Gradient: []float64{1, 2}}
			runtime.ReadMemStats(&before)
			err := m.UnmarshalBinary(b)
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20+4*uint64(len(b)) {
				t.Fatalf("%d bytes take %d bytes of memory", len(b), took)
			}
			if !bytes.Equal(b, kept) {
				t.Fatal("the input is changed")
			}
			if err != nil {
				if text := difference(&m, &Moments{Rows: 7, Gradient: []float64{1, 2}}); text != "" {
					t.Fatalf("refused, and moments are changed: %s", text)
				}
				continue
			}
			if again := encode(t, &m); !bytes.Equal(again, b) {
				t.Fatalf("decoded from\n%x\nencoded as\n%x", b, again)
			}
		}
	})
}

// TestAnEncodingHasOneAllocation of the right size, and a checksum that does
// not depend on pieces.
func TestAnEncodingHasOneAllocation(t *testing.T) {
	for _, p := range []int{0, 7, 300} {
		for _, hessian := range []bool{false, true} {
			m := newMoments(p, hessian)
			if p > 7 {
				m.Shift = make([]float64, p)
			}
			b := encode(t, m)
			if len(b) != cap(b) && cap(b) > len(b)+len(b)/4+64 {
				t.Errorf("%d columns: %d bytes in room for %d", p, len(b), cap(b))
			}
			body := b[:len(b)-4]
			if sum := binary.LittleEndian.Uint32(b[len(body):]); sum != crc32.ChecksumIEEE(body) {
				t.Errorf("%d columns: the checksum is %x", p, sum)
			}
		}
	}
}
