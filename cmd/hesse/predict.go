package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/table"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

type predictCommand struct {
	Model string `arg:"" name:"MODEL" help:"A model that fit --out has written."`
	File  string `arg:"" name:"FILE" help:"CSV file with a header; - is standard input."`

	Type   string `enum:"response,link" default:"response" help:"response (the mean: a probability if binomial) or link (the linear predictor)."`
	Offset string `placeholder:"COLUMN" help:"The column with the offset, if it is called otherwise than in the fit."`
}

// Help is what kong prints below the usage.
func (*predictCommand) Help() string {
	return `Prints CSV with one column, prediction, in the order of the rows. Columns are found by name, in any order; others are ignored, the target too. Rows are read and written ` +
		strconv.Itoa(chunkRows) + ` at a time. If a row is bad, its chunk and what follows are not written.

    hesse predict price.json new.csv > prices.csv
    gzip -dc new.csv.gz | hesse predict price.json - --type link`
}

// chunkRows is how many rows are predicted at a time.
const chunkRows = 1024

// Run is called by kong.
func (c *predictCommand) Run(ctx context.Context, con *console) error {
	if c.Model == "-" && c.File == "-" {
		return usage("MODEL and FILE are both -; only one can be standard input")
	}
	start := time.Now()
	m, err := c.readModel(ctx, con)
	if err != nil {
		return err
	}
	in, err := open(ctx, con, c.File)
	if err != nil {
		return err
	}
	defer in.Close()
	r, err := c.openTable(in, m)
	if err != nil {
		return unreadable(err)
	}
	if !con.screen {
		progress := startProgress(con, start, "predicting "+in.name, in.size)
		defer progress.stop()
		r.Progress = progress.read
	}
	return c.predict(ctx, con.stdout, r, in.name, m)
}

func (c *predictCommand) readModel(ctx context.Context, con *console) (*glm.Model, error) {
	in, err := open(ctx, con, c.Model)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	m, err := glm.Read(in)
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return nil, err
		}
		return nil, badData("%s: %s; write it again with hesse fit --out", in.name, strings.TrimPrefix(err.Error(), "glm: "))
	}
	if m.Offset == "" && c.Offset != "" {
		return nil, usage("%s: the model was fitted without an offset; leave out --offset", in.name)
	}
	return m, nil
}

// openTable reads the columns of the model, then its offset if it has one.
func (c *predictCommand) openTable(in *input, m *glm.Model) (*table.Reader, error) {
	r, err := table.NewReader(in, in.name)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, column := range m.Columns() {
		names = append(names, column.Name)
	}
	if offset := strings.TrimSpace(c.Offset); offset != "" {
		names = append(names, offset)
	} else if m.Offset != "" {
		names = append(names, m.Offset)
	}
	return r, r.Select(names)
}

// A chunk is rows of a table and the lines on which they begin.
type chunk struct {
	width  int
	values []float64
	lines  []int
}

// read reads the next rows into the chunk. At the end of the table, which may
// come with rows, the error is io.EOF.
func (k *chunk) read(r *table.Reader) error {
	k.lines = k.lines[:0]
	for i := range chunkRows {
		if err := r.Read(k.values[i*k.width : (i+1)*k.width]); err != nil {
			return err
		}
		k.lines = append(k.lines, r.Line())
	}
	return nil
}

// predict writes the predictions for all rows of r. A chunk is written in whole
// or not at all, and nothing if the first one is bad.
func (c *predictCommand) predict(ctx context.Context, w io.Writer, r *table.Reader, file string, m *glm.Model) error {
	p := len(m.Columns())
	k := &chunk{width: p}
	if m.Offset != "" {
		k.width++
	}
	k.values = make([]float64, chunkRows*k.width)
	dst := make([]float64, chunkRows)
	text := []byte("prediction\n")
	for {
		end := k.read(r)
		if end != nil && end != io.EOF {
			return unreadable(withoutLeaveOut(end))
		}
		if err := c.predictChunk(dst[:len(k.lines)], m, k, p); err != nil {
			return err
		}
		for i, v := range dst[:len(k.lines)] {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return &table.Error{File: file, Line: k.lines[i], Problem: fmt.Sprintf("the prediction is %v", v), Advice: "look for numbers that are far too large"}
			}
			text = strconv.AppendFloat(text, v, 'g', -1, 64)
			text = append(text, '\n')
		}
		if err := write(ctx, w, text); err != nil {
			return fmt.Errorf("standard output: %w", err)
		}
		text = text[:0]
		if end == io.EOF {
			return nil
		}
	}
}

func (c *predictCommand) predictChunk(dst []float64, m *glm.Model, k *chunk, p int) error {
	var offset []float64
	if k.width > p {
		for i := range dst {
			offset = append(offset, k.values[i*k.width+p])
		}
	}
	scale := glm.Response
	if c.Type == "link" {
		scale = glm.Link
	}
	return glm.Predict(dst, m, k.values, k.width, offset, scale)
}

// withoutLeaveOut takes the advice to leave a column out away: a model needs all
// of its columns.
func withoutLeaveOut(err error) error {
	if e := (*table.Error)(nil); errors.As(err, &e) {
		if rest, found := strings.CutSuffix(e.Advice, table.LeaveOut); found {
			e.Advice = strings.TrimSuffix(rest, ", or ")
		}
	}
	return err
}
