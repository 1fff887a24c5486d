// Package pictures draws what a report has measured, each picture as SVG and as
// PNG.
package pictures

import (
	"bytes"
	"fmt"
	"image/color"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/seed-0327bdf7/hesse/bench/report/story"
)

// A Picture is a chart in both forms.
type Picture struct {
	Name  string // of its files
	Title string
	Group string // what it is about, for the page
	SVG   []byte
	PNG   []byte
}

// Groups of pictures, in their order on the page.
const (
	Rooflines = "Rooflines"
	SpeedUps  = "Speed-up over the best peer"
	Shares    = "Share of the roof"
	FitTimes  = "Whole fits"
)

// Groups are all of them.
var Groups = []string{Rooflines, SpeedUps, Shares, FitTimes}

// Draw draws all there is to draw.
func Draw(s *story.Story) ([]Picture, error) {
	var all []Picture
	for _, draw := range []func(*story.Story) ([]Picture, error){rooflines, speedUps, shares, fitTimes} {
		some, err := draw(s)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// The size is that of half a wide page, or of a narrow one, with letters that
// can be read on both.
const (
	width, height = 480 * vg.Inch / 96, 400 * vg.Inch / 96
	sharpness     = 192 // dots an inch of a PNG
)

func init() {
	plot.DefaultFont = font.Font{Typeface: "Liberation", Variant: "Sans"}
	plotter.DefaultFont = plot.DefaultFont
}

// A chart is a plot whose legend lies below it.
type chart struct {
	*plot.Plot
	marks []mark
}

// A mark is an entry of a legend.
type mark struct {
	name  string
	color color.Color
	thick bool
	alone bool // marks without a line
	glyph draw.GlyphDrawer
}

func newChart(title, x, y string) *chart {
	c := &chart{Plot: plot.New()}
	c.Title.Text, c.X.Label.Text, c.Y.Label.Text = title, x, y
	c.Title.TextStyle.Font.Size = vg.Points(12)
	c.Title.Padding = vg.Points(4)
	for _, axis := range []*plot.Axis{&c.X, &c.Y} {
		axis.Label.TextStyle.Font.Size = vg.Points(11)
		axis.Tick.Label.Font.Size = vg.Points(10)
		axis.Padding = 0
	}
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = color.Gray{215}, color.Gray{225}
	c.Add(grid)
	return c
}

// line adds a line with marks, and its entry in the legend.
func (c *chart) line(m mark, points plotter.XYs) error {
	line, marks, err := plotter.NewLinePoints(points)
	if err != nil {
		return err
	}
	line.Color, line.Width = m.color, vg.Points(1.2)
	if m.thick {
		line.Width = vg.Points(2.4)
	}
	marks.Color, marks.Radius, marks.Shape = m.color, vg.Points(2.5), m.glyph
	c.Add(line, marks)
	c.marks = append(c.marks, m)
	return nil
}

// oursFirst is the order of a legend whose lines were drawn backwards.
func (c *chart) oursFirst() { slices.Reverse(c.marks) }

// scatter adds marks without a line.
func (c *chart) scatter(m mark, points plotter.XYs) error {
	marks, err := plotter.NewScatter(points)
	if err != nil {
		return err
	}
	marks.Color, marks.Radius, marks.Shape = m.color, vg.Points(3), m.glyph
	c.Add(marks)
	m.alone = true
	c.marks = append(c.marks, m)
	return nil
}

// picture renders the plot above its legend.
func (c *chart) picture(name, title, group string) (Picture, error) {
	p := Picture{Name: name, Title: title, Group: group}
	svg := vgsvg.NewWith(vgsvg.UseWH(width, height), vgsvg.EmbedFonts(false))
	c.render(draw.New(svg))
	var out bytes.Buffer
	if _, err := svg.WriteTo(&out); err != nil {
		return p, err
	}
	// A system without this font takes one like it, not one with serifs.
	p.SVG = bytes.ReplaceAll(out.Bytes(), []byte("font-family:Liberation Sans"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif"))

	png := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(sharpness), vgimg.UseBackgroundColor(color.White))}
	c.render(draw.New(png))
	out = bytes.Buffer{}
	if _, err := png.WriteTo(&out); err != nil {
		return p, err
	}
	p.PNG = out.Bytes()
	return p, nil
}

func (c *chart) render(canvas draw.Canvas) {
	const row, entries = 15, 4
	rows := (len(c.marks) + entries - 1) / entries
	below := vg.Points(float64(rows*row) + 4)
	canvas.SetColor(color.White)
	canvas.Fill(canvas.Rectangle.Path())
	c.Draw(draw.Crop(canvas, 0, -vg.Points(10), below, 0))
	style := text.Style{Color: color.Black, Font: font.From(plot.DefaultFont, vg.Points(10)), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	cell := (canvas.Max.X - canvas.Min.X - vg.Points(12)) / entries
	for i, m := range c.marks {
		x := canvas.Min.X + vg.Points(10) + cell*vg.Length(i%entries)
		y := canvas.Min.Y + below - vg.Points(float64(row*(i/entries))+row/2+2)
		thickness := vg.Points(1.2)
		if m.thick {
			thickness = vg.Points(2.4)
		}
		if !m.alone {
			canvas.StrokeLine2(draw.LineStyle{Color: m.color, Width: thickness}, x, y, x+vg.Points(16), y)
		}
		if m.glyph != nil {
			canvas.DrawGlyph(draw.GlyphStyle{Color: m.color, Radius: vg.Points(2.5), Shape: m.glyph}, vg.Point{X: x + vg.Points(8), Y: y})
		}
		canvas.FillText(style, vg.Point{X: x + vg.Points(20), Y: y}, m.name)
	}
}

// Colours that people who see fewer of them tell apart (Okabe and Ito); black
// is ours.
var palette = []color.Color{
	color.Black,
	color.RGBA{0xe6, 0x9f, 0x00, 0xff}, color.RGBA{0x56, 0xb4, 0xe9, 0xff}, color.RGBA{0x00, 0x9e, 0x73, 0xff},
	color.RGBA{0xd5, 0x5e, 0x00, 0xff}, color.RGBA{0x00, 0x72, 0xb2, 0xff}, color.RGBA{0xcc, 0x79, 0xa7, 0xff},
	color.RGBA{0x99, 0x99, 0x99, 0xff}, color.RGBA{0x8c, 0x6d, 0x31, 0xff}, color.RGBA{0xb8, 0xb0, 0x00, 0xff},
}

var glyphs = []draw.GlyphDrawer{
	draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.CrossGlyph{}, draw.PlusGlyph{}, draw.BoxGlyph{}, draw.RingGlyph{}, draw.PyramidGlyph{},
}

// libraryMark is the same in every picture of a story.
func libraryMark(s *story.Story, library string) mark {
	m := mark{name: library, color: palette[0], thick: true, glyph: glyphs[0]}
	for i, p := range s.Peers {
		if p.Name == library {
			m = mark{name: library, color: palette[1+i%(len(palette)-1)], glyph: glyphs[(1+i)%len(glyphs)]}
		}
	}
	return m
}

// kernelMark is the same in every picture.
func kernelMark(kernels []string, i int) mark {
	return mark{name: kernels[i], color: palette[i%len(palette)], glyph: glyphs[i%len(glyphs)]}
}

// numbers are ticks at numbers that were measured, as many as there is room
// for, on a logarithmic axis.
type numbers []float64

// Ticks implements [plot.Ticker].
func (n numbers) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	last := 0.0
	for _, v := range n {
		if v < low*0.999 || v > high*1.001 {
			continue
		}
		label := ""
		if last == 0 || v/last > ratio(high/low) {
			label, last = short(v), v
		}
		ticks = append(ticks, plot.Tick{Value: v, Label: label})
	}
	return ticks
}

// ratio is how far apart labels must be on a range.
func ratio(whole float64) float64 {
	r := 1.3
	for ; r*r*r*r*r*r*r*r*r*r*r*r < whole; r *= 1.1 {
	}
	return r
}

// short is a number in few characters.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return strconv.FormatFloat(v/1e6, 'g', 3, 64) + "M"
	case v >= 1e4:
		return strconv.FormatFloat(v/1e3, 'g', 3, 64) + "k"
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// decades are ticks at 1, 2 and 5 times powers of ten.
func decades() plot.Ticker {
	var n numbers
	for power := 1e-9; power < 1e9; power *= 10 {
		n = append(n, power, 2*power, 5*power)
	}
	return n
}

// slug is a title as the name of a file.
func slug(format string, values ...any) string {
	return strings.ToLower(strings.ReplaceAll(fmt.Sprintf(format, values...), " ", "-"))
}
