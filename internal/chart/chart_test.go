package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"
)

// page is one panel of some points.
func page(logarithmic bool, points ...Point) *Page {
	return &Page{Title: "curves & <others>", Rows: [][]Panel{{{Title: "value", X: Axis{Label: "step"}, Y: Axis{Log: logarithmic}, Points: points}}}}
}

// pixels is a page as PNG, decoded.
func pixels(t *testing.T, p *Page) image.Image {
	t.Helper()
	b, err := p.PNG()
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// inside tells whether there is something of the curve's colour about a share of
// the panel of a page with one.
func inside(m image.Image, p *Page, x, y float64) bool {
	_, _, left := p.size()
	cx, cy := int(sharpness*(beside+left+x*width)), int(sharpness*(head+above+(1-y)*height))
	for dy := -2; dy <= 2; dy++ {
		for dx := -2; dx <= 2; dx++ {
			if r, g, b, _ := m.At(cx+dx, cy+dy).RGBA(); uint8(r>>8) == curve.r && uint8(g>>8) == curve.g && uint8(b>>8) == curve.b {
				return true
			}
		}
	}
	return false
}

func TestPicturesAreOfTheirPoints(t *testing.T) {
	for _, c := range []struct {
		name    string
		page    *Page
		on, off []Point // shares of the panel
	}{
		{"falls", page(false, Point{0, 4}, Point{2, 0}, Point{4, 0}), []Point{{0, 1}, {0.25, 0.5}, {0.5, 0}, {0.75, 0}}, []Point{{0.5, 0.5}, {0.75, 0.5}}},
		{"logarithm", page(true, Point{0, 1e4}, Point{4, 1}), []Point{{0, 1}, {0.5, 0.5}, {1, 0}}, []Point{{0.5, 0.1}, {0.5, 0.9}}},
		{"there and back", page(false, Point{0, 0}, Point{4, 4}, Point{0, 0}), []Point{{0.5, 0.5}, {0.25, 0.25}}, []Point{{0.25, 0.75}}},
		{"interrupted", page(true, Point{0, 1}, Point{1, 1}, Point{2, 0}, Point{3, 100}, Point{4, 100}), []Point{{0.1, 0}, {0.9, 1}}, []Point{{0.5, 0.5}, {0.5, 0}, {0.5, 1}}},
		{"not finite", page(false, Point{0, 0}, Point{1, 0}, Point{2, math.NaN()}, Point{3, math.Inf(1)}, Point{4, 1}), []Point{{0.1, 0}, {1, 1}}, []Point{{0.5, 0}, {0.5, 0.5}}},
		{"huge", page(false, Point{0, -math.MaxFloat64}, Point{1, math.MaxFloat64}), []Point{{0, 0}, {0.5, 0.5}, {1, 1}}, nil},
		{"constant", page(false, Point{0, 5}, Point{1, 5}), []Point{{0, 0.5}, {1, 0.5}}, []Point{{0.5, 0.25}}},
	} {
		m := pixels(t, c.page)
		for _, p := range c.on {
			if !inside(m, c.page, p.X, p.Y) {
				t.Errorf("%s: no curve at %v", c.name, p)
			}
		}
		for _, p := range c.off {
			if inside(m, c.page, p.X, p.Y) {
				t.Errorf("%s: a curve at %v", c.name, p)
			}
		}
	}
}

// TestSVGIsXML: whatever is drawn, it can be read, has no number that is none,
// and a curve for every part of it.
func TestSVGIsXML(t *testing.T) {
	for name, c := range map[string]struct {
		page   *Page
		curves int
	}{
		"nothing":     {page(false), 0},
		"no logs":     {page(true, Point{0, 0}, Point{1, -1}), 0},
		"one":         {page(true, Point{0, 3}), 0},
		"two parts":   {page(true, Point{0, 1}, Point{1, 2}, Point{2, 0}, Point{3, 1}, Point{4, 2}), 2},
		"subnormal":   {page(false, Point{0, 5e-324}, Point{1, 1e-323}), 1},
		"huge":        {page(false, Point{0, -math.MaxFloat64}, Point{math.MaxFloat64, math.MaxFloat64}), 1},
		"close":       {page(false, Point{0, 1}, Point{1, math.Nextafter(1, 2)}), 1},
		"wide of log": {page(true, Point{0, 5e-324}, Point{1, math.MaxFloat64}), 1},
		"far away":    {page(false, Point{1e300, 0}, Point{1e300, 1}), 1},
	} {
		out := string(c.page.SVG())
		d := xml.NewDecoder(strings.NewReader(out))
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v in\n%s", name, err, out)
			}
		}
		if strings.Contains(out, "NaN") || strings.Contains(out, "Inf") {
			t.Errorf("%s: a number that is none:\n%s", name, out)
		}
		if got := strings.Count(out, `stroke="`+curve.String()); got != c.curves {
			t.Errorf("%s: %d curves, want %d", name, got, c.curves)
		}
		if !strings.Contains(out, "curves &amp; &lt;others&gt;") {
			t.Errorf("%s: no title", name)
		}
		pixels(t, c.page)
	}
}

func TestTicksAreRoundAndTell(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		log       bool
		want      string
	}{
		{0, 10, false, "0 2 4 6 8 10"},
		{0, 7, false, "0 2 4 6"},
		{-1, 1, false, "-1.0 -0.5 0.0 0.5 1.0"},
		{0.0012, 0.0019, false, "0.0012 0.0014 0.0016 0.0018"},
		{123456.7, 123456.9, false, "123456.70 123456.75 123456.80 123456.85 123456.90"},
		{1e9, 3e9, false, "1.0e9 1.5e9 2.0e9 2.5e9 3.0e9"},
		{0, 2e-7, false, "0 5e-8 1.0e-7 1.5e-7 2.0e-7"},
		{0, 4, true, "1 10 100 1000 10000"},
		{-12, 3, true, "1e-12 1e-9 1e-6 0.001 1 1000"},
		{math.Log10(2), math.Log10(4), true, "2.0 2.5 3.0 3.5 4.0"},
	} {
		var got []string
		for _, tick := range (scale{c.low, c.high, c.log}).ticks() {
			got = append(got, tick.label)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("from %v to %v, log %v: %s, want %s", c.low, c.high, c.log, s, c.want)
		}
	}
}
