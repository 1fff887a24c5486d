package main

import (
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/internal/table"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/batch"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

// groupFlags are those of many small fits.
type groupFlags struct {
	By       string `placeholder:"COLUMN" help:"Fit a model to the rows of every value of this column, which may be text, and print a table: a row a group."`
	Unsorted bool   `help:"With --by: read all rows before the first fit. Needed for a file that is sorted by the column only for its first 64 MB of numbers."`
}

// checkGroups finds options that make no sense with groups, or without.
func (c *fitCommand) checkGroups() error {
	if c.By == "" {
		if c.Unsorted {
			return usage("--unsorted is for --by")
		}
		return nil
	}
	if c.loss() == nil {
		return usage("--by takes --family gaussian, binomial and poisson, not %s", c.Family)
	}
	for _, option := range []struct {
		given        bool
		name, reason string
	}{
		{c.Out != "", "--out", "there is no one model; standard output gets all of them"},
		{c.Standardize, "--standardize", "it would be another penalty for every group"},
		{c.Solver != chosen && c.Solver != "newton", "--solver " + c.Solver, "groups are fitted by newton"},
		{c.Precision == glm.Exact.String(), "--precision exact", "groups are fitted in float64"},
		{c.CV != nil, "--cv", "a range of penalties is for one model"},
		{c.Rolling != nil, "--rolling", "windows are of all rows"},
		{c.replicates() != "", c.replicates(), "replicates are of all rows"},
		{c.Penalty.given() != "", c.Penalty.given(), "groups have one L2 penalty"},
		{c.Bounds.given() != "", c.Bounds.given(), "groups are fitted without bounds"},
		{c.Checkpoint != "", "--checkpoint", "a group takes no time worth keeping"},
		{c.Plot != "", "--plot", "it draws one fit"},
	} {
		if option.given {
			return usage("%s does not go with --by: %s", option.name, option.reason)
		}
	}
	return nil
}

var (
	// gatheredNumbers is how much of a table is read before the first fit: a
	// smaller one may be in any order.
	gatheredNumbers = 8 << 20

	// streamedRows is from how many rows on groups are fitted, once the table is
	// known to be longer.
	streamedRows = 1 << 15
)

// A gathering is rows of a table that are not fitted yet, and all that is known
// of their groups.
type gathering struct {
	command *fitCommand
	columns *columns
	file    string
	reader  *table.Reader
	by      int // the column of the key

	// Before anything is fitted: every row, and the number of its group.
	values   memory.Builder[float64]
	groups   []int32
	numbers  map[string]int32
	together bool // the rows of every group so far

	// Afterwards: the rows of some groups, and what tells a group that has been
	// fitted: 128 bits of hash are taken for the key.
	streaming bool
	rows      []float64
	starts    []int
	seen      map[[2]uint64]struct{}

	keys []string // of the groups at hand

	fits               *batch.Fits
	y, weights, offset []float64
	table              *fitTable
}

// fitGroups fits a model a group, and writes them as it goes.
func (c *fitCommand) fitGroups(ctx context.Context, con *console, in *input, start time.Time) error {
	r, err := table.NewReader(in, in.name)
	if err != nil {
		return unreadable(err)
	}
	chosen, err := c.choose(r, in.name)
	if err != nil {
		return err
	}
	r.Check = c.rowCheck(r, chosen)
	g := &gathering{
		command: c, columns: chosen, file: in.name, reader: r, by: slices.Index(r.Columns(), c.By),
		numbers: map[string]int32{}, together: true,
		table: newFitTable(con, c.JSON, c.By, "key", chosen.features, !c.NoIntercept),
	}
	if !con.screen {
		progress := startProgress(con, start, "fitting groups of "+in.name, in.size)
		defer progress.stop()
		r.Progress = progress.read
	}
	if err := g.run(ctx); err != nil {
		return err
	}
	return g.table.end(in.name, "groups", "no groups")
}

// run reads rows to the end.
func (g *gathering) run(ctx context.Context) error {
	row := make([]float64, len(g.columns.names()))
	for any := false; ; any = true {
		err := g.reader.Read(row)
		if err == io.EOF {
			if !any {
				return &table.Error{File: g.file, Line: g.reader.Line(), Problem: "no rows", Advice: "the header needs at least one row of numbers below it"}
			}
			return g.last(ctx)
		}
		if err != nil {
			return unreadable(g.command.advise(err, g.columns))
		}
		key, err := g.reader.Text(g.by)
		if err != nil {
			return err
		}
		if g.streaming {
			err = g.stream(ctx, key, row)
		} else {
			g.gather(key, row)
		}
		if err != nil {
			return err
		}
	}
}

// gather keeps a row of any group.
func (g *gathering) gather(key []byte, row []float64) {
	g.groups = append(g.groups, g.numberOf(key))
	g.values.Append(row)
	if g.together && !g.command.Unsorted && g.values.Len() >= gatheredNumbers {
		g.startStreaming()
	}
}

// numberOf is the number of a group, a new one for a key that is new.
func (g *gathering) numberOf(key []byte) int32 {
	if last := len(g.groups) - 1; last >= 0 && g.keys[g.groups[last]] == string(key) {
		return g.groups[last]
	}
	if number, known := g.numbers[string(key)]; known {
		g.together = false
		return number
	}
	number := int32(len(g.keys))
	g.keys = append(g.keys, string(key))
	g.numbers[g.keys[number]] = number
	return number
}

// startStreaming is for a table that is long and sorted so far.
func (g *gathering) startStreaming() {
	g.streaming = true
	_, g.starts, _ = batch.Order(g.groups)
	g.rows = g.values.Join()
	g.seen = make(map[[2]uint64]struct{}, 2*len(g.keys))
	for _, key := range g.keys {
		g.seen[hashes([]byte(key))] = struct{}{}
	}
	g.groups, g.numbers = nil, nil
}

var seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

func hashes(key []byte) [2]uint64 {
	return [2]uint64{maphash.Bytes(seeds[0], key), maphash.Bytes(seeds[1], key)}
}

// stream keeps a row of the last group or of a new one, before which those that
// are complete are fitted if there are enough.
func (g *gathering) stream(ctx context.Context, key []byte, row []float64) error {
	if len(g.keys) == 0 || g.keys[len(g.keys)-1] != string(key) {
		hash := hashes(key)
		if _, known := g.seen[hash]; known {
			return &table.Error{File: g.file, Line: g.reader.Line(), Column: g.by + 1, Name: g.columns.by,
				Problem: fmt.Sprintf("group %.40q was complete, other rows came after it", key), Advice: "sort the file by this column, or read all of it with --unsorted"}
		}
		if g.starts[len(g.starts)-1] >= streamedRows {
			if err := g.fit(ctx, g.rows, nil); err != nil {
				return err
			}
			g.rows, g.starts, g.keys = g.rows[:0], g.starts[:1], g.keys[:0]
		}
		g.seen[hash] = struct{}{}
		g.keys = append(g.keys, string(key))
		g.starts = append(g.starts, g.starts[len(g.starts)-1])
	}
	g.rows = append(g.rows, row...)
	g.starts[len(g.starts)-1]++
	return nil
}

// last fits what is left.
func (g *gathering) last(ctx context.Context) error {
	if g.streaming {
		return g.fit(ctx, g.rows, nil)
	}
	var index []int
	_, g.starts, index = batch.Order(g.groups)
	return g.fit(ctx, g.values.Join(), index)
}

// fit fits the groups at hand and writes them.
func (g *gathering) fit(ctx context.Context, rows []float64, index []int) error {
	c, p, width := g.command, len(g.columns.features), len(g.columns.names())
	n := len(rows) / width
	groups := &batch.Groups[float64]{
		X: kernels.Matrix[float64]{Rows: n, Cols: p, Stride: width, Data: rows}, Starts: g.starts, Index: index,
	}
	column := func(into []float64) []float64 {
		into = slices.Grow(into[:0], n)[:n]
		for i := range into {
			into[i] = rows[i*width+p]
		}
		p++
		return into
	}
	g.y = column(g.y)
	groups.Y = g.y
	if g.columns.weights != "" {
		g.weights = column(g.weights)
		groups.Weights = g.weights
	}
	if g.columns.offset != "" {
		g.offset = column(g.offset)
		groups.Offset = g.offset
	}
	o := batch.Options{Loss: c.loss(), L2: c.L2, NoIntercept: c.NoIntercept, StdErrors: true}
	if c.MaxIter != nil {
		o.MaxIterations = *c.MaxIter
	}
	if c.Tol != nil {
		o.Tolerance = *c.Tol
	}
	if c.Threads != nil {
		o.Threads = *c.Threads
	}
	var err error
	if g.fits, err = groups.Fit(ctx, o, g.fits); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%s: %s", g.file, strings.TrimPrefix(err.Error(), "batch: "))
	}
	for i, key := range g.keys {
		if err := g.table.add(ctx, key, g.fits, i); err != nil {
			return err
		}
	}
	return g.table.flush(ctx)
}
