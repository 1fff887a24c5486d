package chart

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// sharpness is how many pixels of a PNG make one of the page.
const sharpness = 2

// PNG is the page as a picture of pixels.
func (p *Page) PNG() ([]byte, error) {
	w, h, _ := p.size()
	r := &raster{image: image.NewRGBA(image.Rect(0, 0, int(math.Ceil(w*sharpness)), int(math.Ceil(h*sharpness))))}
	draw.Draw(r.image, r.image.Bounds(), image.White, image.Point{}, draw.Src)
	p.draw(r)
	var b bytes.Buffer
	err := png.Encode(&b, r.image)
	return b.Bytes(), err
}

type raster struct {
	image *image.RGBA
	area  vector.Rasterizer
}

// lines covers every segment by a rectangle and every corner by a disc, all of
// one orientation: where they overlap they don't cancel.
func (r *raster) lines(paths [][]Point, thickness float64, c colour) {
	r.reset()
	half := thickness / 2
	for _, path := range paths {
		for i := 1; i < len(path); i++ {
			a, b := path[i-1], path[i]
			length := math.Hypot(b.X-a.X, b.Y-a.Y)
			if length == 0 {
				continue
			}
			x, y := half*(b.Y-a.Y)/length, half*(b.X-a.X)/length
			r.polygon(Point{a.X + x, a.Y - y}, Point{a.X - x, a.Y + y}, Point{b.X - x, b.Y + y}, Point{b.X + x, b.Y - y})
			if i+1 < len(path) {
				r.disc(b, half)
			}
		}
	}
	r.fill(c)
}

func (r *raster) dots(at []Point, radius float64, c colour) {
	r.reset()
	for _, p := range at {
		r.disc(p, radius)
	}
	r.fill(c)
}

func (r *raster) reset() {
	size := r.image.Bounds().Size()
	r.area.Reset(size.X, size.Y)
}

// disc is a polygon of sixteen corners, in the orientation of a segment.
func (r *raster) disc(at Point, radius float64) {
	var corners [16]Point
	for i := range corners {
		sin, cos := math.Sincos(-2 * math.Pi * float64(i) / float64(len(corners)))
		corners[i] = Point{at.X + radius*cos, at.Y + radius*sin}
	}
	r.polygon(corners[:]...)
}

func (r *raster) polygon(corners ...Point) {
	for i, p := range corners {
		x, y := float32(p.X*sharpness), float32(p.Y*sharpness)
		if i == 0 {
			r.area.MoveTo(x, y)
		} else {
			r.area.LineTo(x, y)
		}
	}
	r.area.ClosePath()
}

func (r *raster) fill(c colour) {
	r.area.Draw(r.image, r.image.Bounds(), image.NewUniform(c.rgba()), image.Point{})
}

func (c colour) rgba() color.RGBA { return color.RGBA{c.r, c.g, c.b, 0xff} }

func (r *raster) text(s string, x, y float64, a anchor, size float64, c colour) {
	x -= float64(a) * textWidth(s, size)
	d := font.Drawer{Dst: r.image, Src: image.NewUniform(c.rgba()), Face: face(size), Dot: fixed.Point26_6{X: fixed.Int26_6(64 * sharpness * x), Y: fixed.Int26_6(64 * sharpness * y)}}
	d.DrawString(s)
}

// textWidth is that of a text, in pixels of the page.
func textWidth(s string, size float64) float64 {
	return float64(font.MeasureString(face(size), s)) / (64 * sharpness)
}

var goFont = sync.OnceValue(func() *opentype.Font {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		panic(err) // it is part of the program
	}
	return f
})

// face is the font in a size.
func face(size float64) font.Face {
	f, err := opentype.NewFace(goFont(), &opentype.FaceOptions{Size: size * sharpness, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		panic(err) // of no size in use
	}
	return f
}
