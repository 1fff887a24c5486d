package glm

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/reference"
)

// fitted is some models of every kind, as JSON.
func fitted(t testing.TB) [][]byte {
	var texts [][]byte
	for i, c := range reference.Cases(t) {
		if i >= 12 && i%7 != 0 {
			continue
		}
		d, o := load(t, c)
		m, err := Fit(context.Background(), d, o)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	return texts
}

func TestModelsReadBackExactly(t *testing.T) {
	for _, text := range fitted(t) {
		m, err := Read(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again, text) {
			t.Errorf("read back as\n%s\nwritten as\n%s", again, text)
		}
	}
}

func TestEveryTruncationIsRefused(t *testing.T) {
	text := fitted(t)[0]
	for n := range text {
		if _, err := Read(bytes.NewReader(text[:n])); err == nil {
			t.Fatalf("%d of %d bytes were read as a model", n, len(text))
		}
	}
}

func TestDamagedModelsAreRefused(t *testing.T) {
	text := string(fitted(t)[0])
	for _, c := range []struct{ old, new, message string }{
		{`"schema_version":1`, `"schema_version":2`, "version 2; this program reads up to version 1"},
		{`"schema_version":1`, `"schema_version":0`, "schema_version is 0"},
		{`"schema_version":1,`, ``, "schema_version is missing"},
		{`"family":"gaussian"`, `"family":"cauchy"`, `family "cauchy" is not known`},
		{`"intercept":true`, `"intercept":false`, "the model's intercept is false"},
		{`"name":"gnp"`, `"name":"deflator"`, `"deflator" is twice`},
		{`"p":6`, `"p":5`, "6 columns and says 5"},
		{`"coefficients":[`, `"coefficients":[7,`, "line 1, column "},
		{`"l2":0`, `"l2":"much"`, "line 1, column "},
		{`"centered_intercept":`, `"centered_intercept":null,"was":`, "no finite value"},
	} {
		if !strings.Contains(text, c.old) {
			t.Fatalf("the model has no %s", c.old)
		}
		_, err := Read(strings.NewReader(strings.Replace(text, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want %q", c.new, err, c.message)
		}
	}
}

func TestParametersOfAModelAreChecked(t *testing.T) {
	d := problem[float64](50, 2, Tweedie, false)
	m, err := Fit(ctx, d, Options{Family: Tweedie})
	if err != nil || m.Parameters.Power != 1.5 {
		t.Fatalf("%v, %+v", err, m)
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	const parameters = `"parameters":{"power":1.5}`
	for _, c := range []struct{ new, message string }{
		{`"parameters":{"power":1.25}`, ""},
		{`"parameters":{"power":2}`, "power is 2; it lies between 1 and 2"},
		{`"parameters":{"power":null}`, "the power of the model is missing"},
		{`"parameters":{}`, "the power of the model is missing"},
		{`"was":0`, "the power of the model is missing"},
		{`"parameters":{"power":1.5,"shape":3}`, "parameters that are not known"},
	} {
		if !strings.Contains(string(text), parameters) {
			t.Fatalf("%s has no %s", text, parameters)
		}
		_, err := Read(strings.NewReader(strings.Replace(string(text), parameters, c.new, 1)))
		if (err == nil) != (c.message == "") || err != nil && !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want %q", c.new, err, c.message)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range fitted(f)[:3] {
		f.Add(text)
	}
	f.Add([]byte(`{"schema_version":1,"family":"binomial","coefficients":[]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		once, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Read(bytes.NewReader(once))
		if err != nil {
			t.Fatalf("%v: %s", err, once)
		}
		if twice, _ := json.Marshal(again); !bytes.Equal(once, twice) {
			t.Errorf("%s became %s", once, twice)
		}
		x := make([]float64, len(m.Columns()))
		dst := make([]float64, 1)
		if err := Predict(dst, m, x, 0, nil, Response); err != nil {
			t.Fatal(err)
		}
		if m.Family == Binomial && !math.IsNaN(dst[0]) && (dst[0] < 0 || dst[0] > 1) {
			t.Errorf("probability %v", dst[0])
		}
		if m.Family.about().link == "log" && dst[0] < 0 {
			t.Errorf("mean %v", dst[0])
		}
		_ = m.Summary()
	})
}
