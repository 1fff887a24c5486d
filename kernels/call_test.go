package kernels

import (
	"fmt"
	"testing"
	"time"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
)

// What a call into assembly does is what a collector may have to wait for. A
// goroutine stops where it enters a function of Go: those of the dispatch file
// are too long to be inlined, so between any two calls into assembly.

// TestACallIsShort: whatever the shape, a call touches no more than panel
// elements. A tile, whose elements are used more than once, takes no more than
// mostProducts of whole vectors.
func TestACallIsShort(t *testing.T) {
	for p := 1; p <= 3*panel; p++ {
		// Dots and Pack: rowsPerCall of columns, of which there are at most a panel.
		columns := min(p, panel)
		if rows := rowsPerCall(columns); rows < 1 || rows*columns > panel {
			t.Fatalf("%d columns: %d rows a call of %d", p, rows, columns)
		}
		// Update: whole groups of rows.
		columns = min(p, updateColumns)
		if rows := rowsPerCall(columns); rows%UpdateRows != 0 || rows*columns > panel {
			t.Fatalf("%d columns: %d rows a call of %d in Update", p, rows, columns)
		}
		// Kernels of one read: panels, or parts of one.
		if rows := oneReadPerCall(columns); rows%PanelRows != 0 && PanelRows%rows != 0 || rows%UpdateRows != 0 || rows*columns > panel {
			t.Fatalf("%d columns: %d rows a call of %d in one read", p, rows, columns)
		}
	}
	if piece > panel/8 {
		t.Errorf("%d elements a call of vector mathematics", piece)
	}
	for _, level := range cpu.Available() {
		t.Run(level.String(), func(t *testing.T) {
			defer cpu.Use(level)()
			panelIsShort[float64](t)
			panelIsShort[float32](t)
		})
	}
}

func panelIsShort[T Float](t *testing.T) {
	const mostProducts = panel
	height, width, vector := tileShape[T]() // vectors of 1 in pure Go, which can be stopped anywhere
	if work := PanelRows * tilesColumns * (width / vector); vector > 1 && work > mostProducts {
		t.Errorf("%d products for tiles of %d×%d", work, height, width)
	}
	most := narrowColumns[T]()
	for _, p := range []int{most, width} {
		products := 0
		for i := range p {
			products += narrowRows[T](p) * (p/vector - i/vector)
		}
		if vector > 1 && products > mostProducts {
			t.Errorf("%d products for %d narrow columns", products, p)
		}
	}
	if PanelRows*vector > panel {
		t.Errorf("%d elements a call that packs", PanelRows*vector)
	}
}

// TestACallTakesMicroseconds, where the data come from memory and results lie
// far apart. The time is the least of several, and the limit four times what it
// should be: machines are shared.
func TestACallTakesMicroseconds(t *testing.T) {
	for _, level := range cpu.Available() {
		if level == cpu.Generic {
			continue // can be stopped anywhere
		}
		t.Run(level.String(), func(t *testing.T) {
			defer cpu.Use(level)()
			t.Run("float64", callTakesMicroseconds[float64])
			t.Run("float32", callTakesMicroseconds[float32])
		})
	}
}

func callTakesMicroseconds[T Float](t *testing.T) {
	const limit = 200 * time.Microsecond
	least := func(name string, call func(round int)) {
		best := time.Hour
		for round := range 20 {
			start := time.Now()
			call(round)
			best = min(best, time.Since(start))
		}
		t.Logf("%-14s %v", name, best)
		if best > limit {
			t.Errorf("a call of %s takes %v", name, best)
		}
	}
	// Every round has rows of its own, which are not in cache.
	x := NewMatrix[T](20*PanelRows, 8000)
	for i := 0; i < len(x.Data); i += 4096 / int(unsafe.Sizeof(x.Data[0])) {
		x.Data[i] = 1 // every page, and what is left is zero
	}
	long := make([]float64, panel)
	for _, p := range []int{1, 10, 33, 500, 2000, 8000} {
		rows := min(rowsPerCall(p), PanelRows) // as x has
		part := func(round int) Matrix[T] { return x.Slice(round*PanelRows, round*PanelRows+rows).columns(0, p) }
		least(fmt.Sprintf("Dots %d", p), func(round int) { dots(long[:rows], part(round), nil, long[:p]) })
		to := NewMatrix[T](rows, p)
		least(fmt.Sprintf("Pack %d", p), func(round int) { pack(to.Data, p, part(round).Data, rows, p, x.Stride, to.Row(0), long[:rows]) })
		if p <= updateColumns {
			all := min(oneReadPerCall(p), PanelRows)
			least(fmt.Sprintf("LeastSquares %d", p), func(round int) {
				leastSquares(long[:p], long[p:][:2*UpdateRows], x.Slice(round*PanelRows, round*PanelRows+all).columns(0, p), nil, long[:p], 0, nil, nil, nil, 0)
			})
			y := make([]T, all)
			least(fmt.Sprintf("LogisticRegression %d", p), func(round int) {
				logisticRegression(long[:p], long[p:][:5*UpdateRows], x.Slice(round*PanelRows, round*PanelRows+all).columns(0, p), nil, long[:p], 0, y, nil, nil, nil, 0)
			})
		}
		columns := min(p, updateColumns)
		rows = min(rowsPerCall(columns), PanelRows)
		least(fmt.Sprintf("Update %d", p), func(round int) {
			update(long[:columns], part(round).columns(0, columns), nil, long[:rows])
		})
	}
	least("Axpy", func(round int) { axpy(x.Data[round*panel*8:][:panel], 2, x.Data[(round+200)*panel*4:][:panel]) })
	least("Sum", func(int) { long[0] = sum(long) })
	least("Logistic", func(int) {
		logistic(long[:piece], long[piece:2*piece], long[2*piece:3*piece], long[:piece], long[3*piece:4*piece], nil)
	})
	height, width, vector := tileShape[T]()
	h := NewMatrix[float64](20*height+tilesColumns, 8000) // a call goes on below its first tile
	for i := 0; i < len(h.Data); i += 512 {
		h.Data[i] = 1
	}
	least("Center", func(int) {
		rows := Matrix[float64]{Rows: CenterRows, Cols: CenterColumns, Stride: CenterColumns, Data: long[:CenterRows*CenterColumns]}
		center(h.Data[:CenterRows*CenterWidth], h.Data[h.Stride*8:][:CenterWidth], rows, long[:CenterRows])
	})
	const m, lanes = SystemSize, SystemLanes
	least("RelativeGram", func(int) {
		relativeGram(h.Data[:PanelRows*CenterWidth], h.Data[h.Stride*8:][:CenterWidth], h.Data[h.Stride*9:], long, long, PanelRows, CenterColumns, CenterColumns, &long[0], 64)
	})
	least("RowSquares", func(int) { rowSquares(h.Data[:CenterRows*CenterWidth], CenterRows, long[:CenterWidth]) })
	together, inverse, alone := make([]float64, lanes*m*(m+1)), make([]float64, lanes*m*m), make([]float64, SystemMost*SystemStride(SystemMost))
	least("Systems", func(int) {
		systems(together, inverse, long[:lanes*m], long[1000:][:lanes*m], long[2000:], long[3000:], m, m+1)
	})
	least("SystemForward", func(int) {
		systemForward(alone, alone, SystemStride(SystemMost), SystemMost/2, SystemMost/2+systemRows(SystemMost))
	})
	least("SystemBackward", func(int) {
		systemBackward(alone, alone, long[:SystemMost], long[1000:][:SystemMost], SystemStride(SystemMost), 0, systemRows(SystemMost))
	})
	least("Tile", func(round int) {
		a := x.Slice(round*PanelRows, (round+1)*PanelRows)
		tile(h.Data[round*height*h.Stride:], h.Stride, operand[T]{a.Data, a.Stride}, operand[T]{a.Data[vector*100:], a.Stride}, PanelRows, height, width, tilesColumns/height, &x.Data[0], 64)
	})
	result := NewMatrix[T](height, gemmColumns)
	least("Gemm", func(round int) {
		a, b := x.Data[round*8000:], x.Data[round*x.Stride*PanelRows/2:]
		gemm(&result.Data[0], gemmColumns, &a[0], GemmDepth, 1, &b[0], gemmColumns, width, GemmDepth, height, gemmColumns, 1, 1)
	})
	panels := make([]T, GemmDepth*stripBytes/elementBytes[T]())
	strip := NewMatrix[T](height, stripBytes/elementBytes[T]())
	least("GemmStrip", func(round int) {
		gemmStrip(&strip.Data[0], strip.Stride, &x.Data[round*8000], GemmDepth, 1, &x.Data[round*x.Stride*PanelRows/2], strip.Cols, &panels[0],
			GemmDepth, strip.Cols, 1, 1, &x.Data[0], 0, 0, 0)
	})
	anywhere := make([]int, gatherRows)
	least("Gather", func(round int) {
		for i := range anywhere {
			anywhere[i] = (i*7919 + round) % x.Rows
		}
		gather(NewMatrix[T](gatherRows, 8), x.columns(0, 8), anywhere, anywhere)
	})
	least("Transpose", func(round int) {
		from := x.Slice(round*PanelRows, (round+1)*PanelRows).columns(0, transposeColumns(PanelRows))
		to := NewMatrix[T](from.Cols, from.Rows)
		transpose(to.Data, to.Stride, from)
	})
	least("RowDots", func(round int) {
		rowDots(&result.Data[0], 1, 0, &x.Data[round*panel*8], 1, panel, panel, 0, &x.Data[0], 0)
	})
	least("RowAxpys", func(round int) {
		rowAxpys(&x.Data[round*panel*8], 8000, &x.Data[(round+200)*panel*4], 8000, 0.5, &x.Data[0], 64, panel/2/64, 0)
	})
	triangle := make([]T, TriangleRows*TriangleRows)
	least("SolveTriangle", func(round int) {
		solveTriangle(&x.Data[round*panel*8], triangleColumns, &triangle[0], TriangleRows, triangleColumns, 1)
	})
	least("MultiplyTriangle", func(round int) {
		multiplyTriangle(&x.Data[round*panel*8], triangleColumns, &triangle[0], TriangleRows, triangleColumns, 1)
	})
	least("AbsSum", func(round int) { result.Data[0] = absSum(x.Data[round*panel*8:][:panel]) })
	least("IndexMax", func(round int) { indexMax(x.Data[round*panel*8:][:panel/4], 0) })
	least("Rot", func(round int) {
		rot(x.Data[round*panel*8:][:panel/2], x.Data[(round+200)*panel*4:][:panel/2], 0.8, 0.6)
	})
	least("Swap", func(round int) {
		swap(x.Data[round*panel*8:][:panel/2], x.Data[(round+200)*panel*4:][:panel/2])
	})
	if p := narrowColumns[T](); p > 0 {
		least("Narrow", func(round int) {
			from := min(round*PanelRows, x.Rows-narrowRows[T](p))
			a := x.Slice(from, from+narrowRows[T](p)).columns(0, p)
			narrow(h.Data[round*h.Stride:], h.Stride, a, long[:a.Rows], &x.Data[0], 64)
		})
	}
}

// TestFewColumnsNeedNoWork at any level: narrow takes them.
func TestFewColumnsNeedNoWork(t *testing.T) {
	for _, level := range cpu.Available() {
		defer cpu.Use(level)()
		for p := 1; p <= leastWork; p++ {
			if TriangleWork(p) != 0 || !narrowTakes[float64](p) || !narrowTakes[float32](p) {
				t.Errorf("%v: %d columns: %d numbers of work; narrow takes them: %v and %v", level, p, TriangleWork(p), narrowTakes[float64](p), narrowTakes[float32](p))
			}
		}
	}
}
