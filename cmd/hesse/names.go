package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// names is a list of columns as an option takes it: a row of CSV, so that a
// name with a comma goes in quotes. It is nil if the option is not given.
type names []string

// Decode implements kong.MapperValue.
func (n *names) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("list of columns", &text); err != nil {
		return err
	}
	list, err := parseNames(text)
	*n = append(*n, list...)
	if *n == nil {
		*n = names{}
	}
	return err
}

func parseNames(text string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.TrimLeadingSpace = true
	list, err := r.Read()
	if err == io.EOF {
		return nil, nil
	}
	if err != nil {
		if syntax := (*csv.ParseError)(nil); errors.As(err, &syntax) {
			err = syntax.Err
		}
		return nil, fmt.Errorf("%q: %w", text, err)
	}
	for i, name := range list {
		if list[i] = strings.TrimSpace(name); list[i] == "" {
			return nil, fmt.Errorf("%q has an empty name", text)
		}
	}
	return list, nil
}
