package table

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// readSlowly is readFrom without a plain row.
func readSlowly(in io.Reader) (*Table, error) {
	r, err := NewReader(in, "t.csv")
	if err != nil {
		return nil, err
	}
	r.places = nil
	return r.ReadAll(context.Background())
}

// TestDecimal: what decimal knows is what strconv makes of it, and that is nearly
// all that programs print with up to fifteen digits.
func TestDecimal(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	known := 0
	check := func(s string) {
		for _, text := range []string{s, s + ",7"} {
			v, end, ok := decimal([]byte("x"+text), 1)
			if !ok {
				continue
			}
			known++
			want, err := strconv.ParseFloat(s, 64)
			if err != nil || !sameBits(v, want) || end != 1+len(s) {
				t.Fatalf("%q is %v and ends at %d, want %v (%v) and %d", text, v, end, want, err, 1+len(s))
			}
		}
	}
	for _, s := range []string{"", "-", "+", ".", "-.", "1", "-0", "+.5", "5.", "1e", "1e+", "e5", "1e5", "1E-5", "1e+22", "1e23", "1e0022", "9007199254740991", "9007199254740992",
		"9007199254740993", "00000000000000000001", "0.00000000000000000001", "1_0", "0x10", "1e1_0", "Inf", "nan", "1 ", " 1", "1e 5", "12345678901234567890123", "1-", "1.2.3", "--1", "1e-+5"} {
		check(s)
	}
	if known == 0 {
		t.Fatal("decimal knows nothing")
	}
	known = 0
	const count = 200_000
	for range count {
		v := random.NormFloat64() * math.Pow(10, float64(random.IntN(12)-6))
		check(strconv.FormatFloat(v, "fge"[random.IntN(3)], random.IntN(9), 64))
	}
	if known < 2*count*9/10 {
		t.Errorf("decimal knows %d of %d", known, 2*count)
	}
	for range count {
		check(strconv.FormatFloat(random.NormFloat64(), 'g', -1, 64))
		alphabet := "0123456789..--+eE,"
		s := make([]byte, random.IntN(9))
		for i := range s {
			s[i] = alphabet[random.IntN(len(alphabet)-1)]
		}
		check(string(s))
	}
}

// TestPlainRowsAmongOthers: rows, lines and texts are those of the CSV parser
// alone, whichever columns are selected; and so is the error at the end.
func TestPlainRowsAmongOthers(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	cells := []string{"1", "-2.5", " 3 ", "\"4\"", "\"5\n\"", "6e3", "0.1234567890123456789", "7\t", "\" 8\"", "1e-400", "x\u00a0", "\"a \"\"b\"\"\"", "NA", "", "9\r"}
	breaks := []string{"\n", "\r\n", "\n\n", "\r\n\n"}
	for range 3000 {
		var b strings.Builder
		b.WriteString("a,b,c\n")
		for range random.IntN(12) {
			for j := range 3 {
				if j > 0 {
					b.WriteByte(',')
				}
				most := len(cells)
				if random.IntN(4) > 0 {
					most = 9
				}
				b.WriteString(cells[random.IntN(most)])
			}
			if random.IntN(40) == 0 {
				b.WriteString(",1")
			}
			b.WriteString(breaks[random.IntN(len(breaks))])
		}
		text := b.String()
		selection := [][]string{{"a", "b", "c"}, {"c"}, {"b", "a", "b"}, {}}[random.IntN(4)]
		read := func(plain bool) (log []string) {
			r, err := NewReader(strings.NewReader(text), "t.csv")
			if err == nil {
				err = r.Select(selection)
			}
			if err != nil {
				t.Fatal(err)
			}
			if !plain {
				r.places = nil
			}
			r.Check = func(row []float64) error {
				if len(row) > 0 && row[0] == 6000 {
					return r.CellError(0, "six", "")
				}
				return nil
			}
			row := make([]float64, len(selection))
			for {
				if err := r.Read(row); err != nil {
					return append(log, err.Error())
				}
				key, err := r.Text(1)
				log = append(log, fmt.Sprint(r.Line(), row, strconv.Quote(string(key)), err))
			}
		}
		if got, want := read(true), read(false); !slices.Equal(got, want) {
			t.Fatalf("%q, %v:\n%q\nwant\n%q", text, selection, got, want)
		}
	}
}

// TestPlainRowsTakeNoMemory: rows are read without an allocation, be they as
// long as numbers get.
func TestPlainRowsTakeNoMemory(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("key,a,b\n")
	for i := range 10_000 {
		fmt.Fprintf(&b, "k%d,%v,%g\n", i/50, math.Sin(float64(i)), float64(i)/8)
	}
	r, err := NewReader(&b, "t.csv")
	if err == nil {
		err = r.Select([]string{"a", "b"})
	}
	if err != nil {
		t.Fatal(err)
	}
	row := make([]float64, 2)
	if allocated := testing.AllocsPerRun(9000, func() {
		if err := r.Read(row); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Text(0); err != nil {
			t.Fatal(err)
		}
	}); allocated != 0 {
		t.Errorf("%v allocations a row", allocated)
	}
}
