package cpu

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	all := []Level{Generic, AVX2, AVX512}
	known := strings.Join(names, ", ")
	for _, c := range []struct {
		name      string
		available []Level
		want      Level
		message   string // empty if the name is followed
	}{
		{"generic", all, Generic, ""},
		{"avx2", all, AVX2, ""},
		{"avx512", all, AVX512, ""},
		{"generic", all[:1], Generic, ""},
		{"Generic", all, Generic, ""},
		{"AVX2", all, AVX2, ""},
		{"Avx512", all, AVX512, ""},
		{"avx2", all[:1], 0, `HESSE_ISA=avx2: ` + missing + `; the choice here is generic`},
		{"AVX512", all[:2], 0, `HESSE_ISA=AVX512: ` + missing + `; the choice here is generic, avx2`},
		{"sse2", all, 0, `HESSE_ISA="sse2": not an instruction set that hesse knows; the choice is ` + known},
		{"neon", all[:1], 0, `HESSE_ISA="neon": not an instruction set that hesse knows; the choice is ` + known},
		{" avx2", all, 0, `HESSE_ISA=" avx2": not an instruction set that hesse knows; the choice is ` + known},
		{"", all, 0, `HESSE_ISA="": not an instruction set that hesse knows; the choice is ` + known},
	} {
		level, err := parse(c.name, c.available)
		message := ""
		if err != nil {
			message = err.Error()
		}
		if level != c.want || message != c.message {
			t.Errorf("%q of %v: %v, %q; want %v, %q", c.name, c.available, level, message, c.want, c.message)
		}
	}
}

func TestEveryLevelHasItsName(t *testing.T) {
	for _, l := range Available() {
		if got, err := parse(strings.ToUpper(l.String()), Available()); err != nil || got != l {
			t.Errorf("%v: %v, %v", l, got, err)
		}
	}
}
