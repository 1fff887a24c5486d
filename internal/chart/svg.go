package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
)

// SVG is the page as a picture of vectors.
func (p *Page) SVG() []byte {
	w, h, _ := p.size()
	var s svg
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" font-family="Go, Helvetica, Arial, sans-serif">`, w, h, w, h)
	s.WriteString("\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n")
	p.draw(&s)
	s.WriteString("</svg>\n")
	return s.Bytes()
}

type svg struct{ bytes.Buffer }

func (c colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b) }

func (s *svg) lines(paths [][]Point, thickness float64, c colour) {
	for _, path := range paths {
		fmt.Fprintf(s, `<polyline fill="none" stroke="%s" stroke-width="%g" stroke-linejoin="round" points="`, c, thickness)
		for i, at := range path {
			if i > 0 {
				s.WriteByte(' ')
			}
			fmt.Fprintf(s, "%.1f,%.1f", at.X, at.Y)
		}
		s.WriteString("\"/>\n")
	}
}

func (s *svg) dots(at []Point, radius float64, c colour) {
	for _, p := range at {
		fmt.Fprintf(s, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%g\" fill=\"%s\"/>\n", p.X, p.Y, radius, c)
	}
}

func (s *svg) text(text string, x, y float64, a anchor, size float64, c colour) {
	at := map[anchor]string{start: "start", middle: "middle", end: "end"}[a]
	fmt.Fprintf(s, `<text x="%.1f" y="%.1f" text-anchor="%s" font-size="%g" fill="%s">`, x, y, at, size, c)
	xml.EscapeText(s, []byte(text)) // of a buffer, which does not fail
	s.WriteString("</text>\n")
}
