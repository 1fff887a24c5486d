package main

import "slices"

// A trianglePart is what one sweep over the rows of x computes of a triangle: rows of
// it, those vectors of them that do not lie below the diagonal. Rows of the tail have
// all of theirs.
type trianglePart struct{ rows, vectors extent }

// A extent is numbers from … to−1.
type extent struct{ from, to int }

// accumulators are the registers that a part takes for its sums.
func (g *narrowGenerator) accumulators(columns int, part trianglePart) (list []accumulator) {
	whole, main := g.whole(columns), columns-g.tail(columns)
	for i := part.rows.from; i < part.rows.to; i++ {
		if i >= main {
			for v := range whole {
				list = append(list, accumulator{row: i, vector: v, crossed: true})
			}
			list = append(list, accumulator{row: i, vector: whole})
			continue
		}
		for v := max(part.vectors.from, i/g.width); v < part.vectors.to; v++ {
			rotated := v == i/g.width && g.rotated
			if !rotated || i%g.width < g.rotations() {
				list = append(list, accumulator{row: i, vector: v, rotated: rotated})
			}
		}
	}
	return list
}

// loaded are the vectors of a row of x that a part needs in registers.
func (g *narrowGenerator) loaded(columns int, part trianglePart) func(yield func(int) bool) {
	main := columns - g.tail(columns)
	return func(yield func(int) bool) {
		if part.rows.from < main {
			for v := max(part.vectors.from, part.rows.from/g.width); v < part.vectors.to; v++ {
				if !yield(v) {
					return
				}
			}
		}
		if part.rows.to > main {
			yield(g.whole(columns))
		}
	}
}

// registersOf is how many registers a part takes: beside its accumulators and the
// vectors that it loads, one for a broadcast and one for the weight of a tail.
func (g *narrowGenerator) registersOf(columns int, part trianglePart) int {
	count := len(g.accumulators(columns, part)) + 1
	for range g.loaded(columns, part) {
		count++
	}
	if g.d != nil && part.rows.to > columns-g.tail(columns) {
		count++
	}
	if plain := g.plain(columns, part); len(plain) > 0 {
		count += len(plain) + 2 // one for a blend, and one that avo does not find in the rest
	}
	return count
}

// plain are the vectors of a row that a part needs without their weight too: those that it
// multiplies with themselves turned.
func (g *narrowGenerator) plain(columns int, part trianglePart) (list []int) {
	if g.d == nil {
		return nil
	}
	for _, acc := range g.accumulators(columns, part) {
		if acc.rotated && !slices.Contains(list, acc.vector) {
			list = append(list, acc.vector)
		}
	}
	return list
}

// cost is about how many cycles a part takes for a row of x, if as many vectors are
// loaded in one as are multiplied: the longer of the two, and what a loop takes.
func (g *narrowGenerator) cost(columns int, part trianglePart) float64 {
	accumulators := g.accumulators(columns, part)
	multiplied, loads := len(accumulators), 0
	for range g.loaded(columns, part) {
		loads++
		if g.d != nil {
			multiplied++
		}
	}
	for i, acc := range accumulators {
		if !acc.rotated && (i == 0 || !acc.beside(accumulators[i-1])) {
			loads++ // the broadcast
			if acc.crossed && g.d != nil {
				multiplied++
			}
		}
		if acc.crossed {
			loads++
		}
	}
	return max(float64(multiplied), 1.15*float64(loads)) + 1.5
}

// sweeps divides a triangle into parts that fit the registers: by rows, or by
// columns, some vectors at a time, so that what is loaded and weighted serves more
// rows; whichever takes less.
func (g *narrowGenerator) sweeps(columns int) []trianglePart {
	main, whole := columns-g.tail(columns), g.whole(columns)
	best := g.bands(columns, extent{0, columns}, extent{0, whole})
	for width := 1; width < whole; width++ {
		var list []trianglePart
		for from := 0; from < whole; from += width {
			to := min(from+width, whole)
			list = append(list, g.bands(columns, extent{0, min(to*g.width, main)}, extent{from, to})...)
		}
		if main < columns {
			list = append(list, g.bands(columns, extent{main, columns}, extent{0, whole})...)
		}
		if g.total(columns, list) < g.total(columns, best) {
			best = list
		}
	}
	return best
}

func (g *narrowGenerator) total(columns int, parts []trianglePart) (cost float64) {
	for _, part := range parts {
		cost += g.cost(columns, part)
	}
	return cost
}

// bands divides some rows of some vectors into as few parts as the registers allow,
// which have about as many accumulators each.
func (g *narrowGenerator) bands(columns int, rows, vectors extent) []trianglePart {
	divide := func(most int) []trianglePart {
		list := []trianglePart{{extent{rows.from, rows.from}, vectors}}
		for i := rows.from; i < rows.to; i++ {
			current := &list[len(list)-1]
			wider := trianglePart{extent{current.rows.from, i + 1}, vectors}
			full := g.registersOf(columns, wider) > g.registers() || len(g.accumulators(columns, wider)) > most
			if full && current.rows.to > current.rows.from {
				list = append(list, trianglePart{extent{i, i + 1}, vectors})
				continue
			}
			*current = wider
		}
		return list
	}
	fewest := len(divide(g.registers()))
	most := 1
	for len(divide(most)) > fewest {
		most++
	}
	return divide(most)
}
