package table

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
)

func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		"", "\xef\xbb\xbf", "\n\r\n", "a,b\n", "a,b\n1,2\n3,4", "a,b\r\n1,2\r\n", "\xef\xbb\xbfa\n1\n", "\xef\xbb\xbf\xef\xbb\xbfa\n1\n", "a\n\n1\n\n",
		"\"a,b\",\"c \"\"d\"\"\",\"e\nf\"\n\"1\",\" 2 \",3\n", " a ,b\n 1\t,2\u00a0\n", "a\n+1\n-.5\n1e3\n0x1p-2\n-0\n1e-999\n5e-324\n1.7976931348623157e308\n",
		"a,a\n1,2\n", "a,\n1,2\n", "a\r1\r2\r", "\xe9\n1\n", "\xff\xfea\x00", "\xfe\xff\x00a", "a\x00\n", "a,b\n1\n", "a\n1,2\n", "a\nx\n", "a\n2020_01\n",
		"a\n\xe9\n", "a\n1e999\n", "a,b\n,nan\ninf,NA\n", "a\nN/A\n", "a\nnull\n", "a\n.\n", "a\n-nan\n", "a\n\"1\n2\n", "a\n1\"\n", "a\n\"1\"2\n", "a\n\"\"\n",
		"a,b\n\"1\n\",\"2\n", "a\n\"1\"2\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		got, err := readFrom(bytes.NewReader(input))
		if pieces, piecesErr := readFrom(iotest.OneByteReader(bytes.NewReader(input))); fmt.Sprint(pieces, piecesErr) != fmt.Sprint(got, err) {
			t.Fatalf("whole: %v, %v\na byte at a time: %v, %v", got, err, pieces, piecesErr)
		}
		if slow, slowErr := readSlowly(bytes.NewReader(input)); fmt.Sprint(slow, slowErr) != fmt.Sprint(got, err) {
			t.Fatalf("plain rows: %v, %v\nall by the CSV parser: %v, %v", got, err, slow, slowErr)
		}
		if err != nil {
			checkError(t, got, err)
			return
		}
		if got.Rows == 0 || len(got.Columns) == 0 || len(got.Data) != got.Rows*len(got.Columns) {
			t.Fatalf("%d rows, %d columns, %d numbers", got.Rows, len(got.Columns), len(got.Data))
		}
		for _, v := range got.Data {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%v in the table", v)
			}
		}
		again, err := readFrom(strings.NewReader(write(t, got)))
		if err != nil {
			t.Fatal(err)
		}
		if again.Rows != got.Rows || !slices.Equal(again.Columns, got.Columns) || !slices.EqualFunc(again.Data, got.Data, sameBits) {
			t.Fatalf("read %v, wrote it, and read %v", got, again)
		}
	})
}

func sameBits(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

func checkError(t *testing.T, got *Table, err error) {
	e, ok := err.(*Error)
	if !ok || got != nil || e.Line < 1 || e.Column < 0 || e.Problem == "" {
		t.Fatalf("table %v with error %#v", got, err)
	}
	if message := e.Error(); strings.ContainsAny(message, "\r\n") || len(message) > 10_000 {
		t.Fatalf("message %q", message)
	}
}

// write returns t as CSV. It starts with a byte order mark, so that one in the first name is kept.
func write(t *testing.T, table *Table) string {
	var b strings.Builder
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	row := slices.Clone(table.Columns)
	for i := range table.Rows + 1 {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
		if i < table.Rows {
			for j := range row {
				row[j] = strconv.FormatFloat(table.Data[i*len(row)+j], 'g', -1, 64)
			}
		}
	}
	w.Flush()
	return b.String()
}

func BenchmarkReadAll(b *testing.B) {
	const rows, columns = 20_000, 10
	table := &Table{Rows: rows}
	for j := range columns {
		table.Columns = append(table.Columns, fmt.Sprintf("x%d", j))
	}
	for _, shape := range []struct {
		name   string
		number func(i int) float64
	}{
		{"short", func(i int) float64 { return float64(i%1000) / 8 }},
		{"full", func(i int) float64 { return math.Sin(float64(i)) }},
	} {
		table.Data = table.Data[:0]
		for i := range rows * columns {
			table.Data = append(table.Data, shape.number(i))
		}
		var buffer bytes.Buffer
		for i := range rows + 1 {
			for j := range columns {
				if j > 0 {
					buffer.WriteByte(',')
				}
				if i == 0 {
					buffer.WriteString(table.Columns[j])
				} else {
					buffer.WriteString(strconv.FormatFloat(table.Data[(i-1)*columns+j], 'g', -1, 64))
				}
			}
			buffer.WriteByte('\n')
		}
		b.Run(shape.name, func(b *testing.B) {
			b.SetBytes(int64(buffer.Len()))
			b.ReportAllocs()
			for b.Loop() {
				r, err := NewReader(bytes.NewReader(buffer.Bytes()), "t.csv")
				if err != nil {
					b.Fatal(err)
				}
				if _, err := r.ReadAll(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
