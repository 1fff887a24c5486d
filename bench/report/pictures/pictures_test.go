package pictures

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/story"
)

func TestEveryPictureIsDrawn(t *testing.T) {
	s := story.Made()
	all, err := Draw(s)
	if err != nil {
		t.Fatal(err)
	}
	// For two types and two numbers of threads: roofline, speed-up and a share of every kernel; of every fit
	// times against n and by shape.
	if want := 4*(1+1+len(bench.Workloads())) + 2*len(bench.Fits()); len(all) != want {
		t.Errorf("%d pictures, want %d", len(all), want)
	}
	var names []string
	for _, p := range all {
		if slices.Contains(names, p.Name) || strings.ContainsAny(p.Name, " /,") || !slices.Contains(Groups, p.Group) {
			t.Errorf("name %q, group %q", p.Name, p.Group)
		}
		names = append(names, p.Name)
		if _, err := png.Decode(bytes.NewReader(p.PNG)); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		said := svgText(t, p.SVG)
		if !strings.Contains(said, p.Title) {
			t.Errorf("%s does not say %q: %q", p.Name, p.Title, said)
		}
		if p.Group == Shares && (!strings.Contains(said, "hesse") || !strings.Contains(said, "gonum") || strings.Contains(said, "openblas")) {
			t.Errorf("%s: the legend is not that of who has a time: %q", p.Name, said)
		}
	}
}

// svgText is the text of a picture, which must be XML.
func svgText(t *testing.T, svg []byte) string {
	t.Helper()
	var said strings.Builder
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return said.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok {
			said.Write(text)
		}
	}
}

// TestLittleIsDrawn: a story of one point, or of nothing, is no reason to fail.
func TestLittleIsDrawn(t *testing.T) {
	s := story.Made()
	s.Results = s.Results[:1]
	if all, err := Draw(s); err != nil || len(all) != 3 {
		t.Errorf("%d pictures, %v", len(all), err)
	}
	if all, err := Draw(new(story.Story)); err != nil || len(all) != 0 {
		t.Errorf("%d pictures, %v", len(all), err)
	}
}

func TestTicksLeaveRoom(t *testing.T) {
	n := numbers{1, 2, 4, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 500, 1000, 2000}
	labels := 0
	for _, tick := range n.Ticks(1, 2000) {
		if tick.Label != "" {
			labels++
		}
	}
	if labels < 5 || labels > 11 {
		t.Errorf("%d labels", labels)
	}
	for v, want := range map[float64]string{0.5: "0.5", 2000: "2000", 1e5: "100k", 1e6: "1M"} {
		if got := short(v); got != want {
			t.Errorf("%g is %q", v, got)
		}
	}
}
