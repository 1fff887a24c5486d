// Package chart draws curves on axes, several panels on a page, as SVG or as
// PNG.
package chart

import "math"

// A Page is panels in rows below a title.
type Page struct {
	Title string
	Rows  [][]Panel
}

// A Panel is one curve.
type Panel struct {
	Title  string
	X, Y   Axis
	Points []Point
	Bars   []Bar     // behind the curve
	At     []float64 // numbers of the X axis that have a line of their own
}

// A Bar shows how far off a point of the curve may be.
type Bar struct{ X, Low, High float64 }

// An Axis is what stands along it.
type Axis struct {
	Label string // not shown beside a Y axis, whose panel has a title
	Log   bool   // numbers that are not positive are left out
}

// A Point is one of a curve. One that has no place, because it is not finite,
// interrupts the curve.
type Point struct{ X, Y float64 }

const (
	width, height = 340, 170 // of a panel, inside
	head          = 34       // for the title of the page
	above, below  = 30, 42   // for the title of a panel, and for numbers and label of X
	beside        = 24       // from one panel to the next, and around all
	gap           = 6        // from a number to its axis
	few           = 60       // so many points have marks
)

// A canvas is what a page is drawn on: lengths are in pixels, from the upper left.
type canvas interface {
	lines(paths [][]Point, thickness float64, c colour)
	dots(at []Point, radius float64, c colour)
	text(s string, x, y float64, a anchor, size float64, c colour)
}

type colour struct{ r, g, b uint8 }

var (
	ink   = colour{0x22, 0x22, 0x22}
	faint = colour{0xdd, 0xdd, 0xdd}
	frame = colour{0x88, 0x88, 0x88}
	curve = colour{0x1f, 0x6f, 0xb2}
)

// An anchor is the part of a text that is at its place: 0 its start, 0.5 its
// middle, 1 its end.
type anchor float64

const (
	start, middle, end anchor = 0, 0.5, 1

	letters, titles = 12.0, 14.0 // sizes
)

// size is that of the page, and left the room beside panels for numbers, the same
// in all columns so that panels are below each other.
func (p *Page) size() (w, h, left float64) {
	columns := 0
	for _, row := range p.Rows {
		columns = max(columns, len(row))
		for i := range row {
			y := row[i].scale(func(at Point) float64 { return at.Y }, row[i].Y.Log)
			for _, t := range y.ticks() {
				left = max(left, textWidth(t.label, letters)+gap)
			}
		}
	}
	w = float64(columns)*(left+width+beside) + beside
	return max(w, textWidth(p.Title, titles)+2*beside), head + float64(len(p.Rows))*(above+height+below), left
}

func (p *Page) draw(c canvas) {
	_, _, left := p.size()
	c.text(p.Title, beside, head-12, start, titles, ink)
	for i, row := range p.Rows {
		for j := range row {
			row[j].draw(c, beside+left+float64(j)*(left+width+beside), head+above+float64(i)*(above+height+below))
		}
	}
}

// draw draws the panel with its inside at a place.
func (p *Panel) draw(c canvas, left, top float64) {
	x := p.scale(func(at Point) float64 { return at.X }, p.X.Log)
	y := p.scale(func(at Point) float64 { return at.Y }, p.Y.Log)
	const right, bottom = width, height
	var grid [][]Point
	for _, t := range x.ticks() {
		at := left + right*x.share(t.value)
		grid = append(grid, []Point{{at, top}, {at, top + bottom}})
		c.text(t.label, at, top+bottom+16, middle, letters, ink)
	}
	for _, t := range y.ticks() {
		at := top + bottom*(1-y.share(t.value))
		grid = append(grid, []Point{{left, at}, {left + right, at}})
		c.text(t.label, left-gap, at+4, end, letters, ink)
	}
	c.lines(grid, 1, faint)
	c.lines([][]Point{{{left, top}, {left, top + bottom}, {left + right, top + bottom}}}, 1, frame)
	c.text(p.Title, left, top-8, start, letters, ink)
	c.text(p.X.Label, left+width/2, top+bottom+32, middle, letters, ink)

	place := func(at Point) Point {
		return Point{left + right*x.share(at.X), top + bottom*(1-y.share(at.Y))}
	}
	c.lines(p.bars(place), 1, frame)
	for _, at := range p.At {
		if p.X.has(at) {
			c.lines([][]Point{{{left + right*x.share(at), top}, {left + right*x.share(at), top + bottom}}}, 1, ink)
		}
	}
	paths, marks := p.curves(place)
	if len(marks) == 0 {
		c.text("nothing to draw here", left+width/2, top+height/2, middle, letters, frame)
	}
	c.lines(paths, 1.5, curve)
	if len(marks) <= few {
		c.dots(marks, 2.5, curve)
	}
}

// curves are the unbroken parts of the curve on the page, and all of its points,
// without those that lie on their neighbours.
func (p *Panel) curves(place func(Point) Point) (paths [][]Point, marks []Point) {
	const same = 0.3
	var path []Point
	for _, at := range p.Points {
		if !p.X.has(at.X) || !p.Y.has(at.Y) {
			if len(path) > 1 {
				paths = append(paths, path)
			}
			path = nil
			continue
		}
		next := place(at)
		if n := len(path); n > 0 && math.Hypot(next.X-path[n-1].X, next.Y-path[n-1].Y) < same {
			continue
		}
		path, marks = append(path, next), append(marks, next)
	}
	if len(path) > 1 {
		paths = append(paths, path)
	}
	return paths, marks
}

// bars are those that have a place.
func (p *Panel) bars(place func(Point) Point) (paths [][]Point) {
	for _, b := range p.Bars {
		if p.X.has(b.X) && p.Y.has(b.Low) && p.Y.has(b.High) {
			paths = append(paths, []Point{place(Point{b.X, b.Low}), place(Point{b.X, b.High})})
		}
	}
	return paths
}
