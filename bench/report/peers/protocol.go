package peers

import (
	"encoding/binary"
	"io"
	"math"
	"os"

	"github.com/seed-0327bdf7/hesse/bench"
)

// A request is a line to a peer's process.
type request struct {
	Do     string     `json:"do"` // load, ways, run or answer; take, call or sum
	Case   bench.Case `json:"case"`
	Way    string     `json:"way,omitempty"`
	Repeat int        `json:"repeat,omitempty"`
	File   string     `json:"file,omitempty"` // to read data from, or to write an answer to

	Call      *bench.Call `json:"call,omitempty"`      // of a routine
	Counts    int         `json:"counts,omitempty"`    // in the file, and amounts
	Responses int         `json:"responses,omitempty"` // of a row
}

// A response is the line that comes back. The first line, before any request,
// has the version.
type response struct {
	Version string   `json:"version,omitempty"`
	Ways    []string `json:"ways,omitempty"`
	Seconds float64  `json:"seconds,omitempty"`
	Vector  int      `json:"vector,omitempty"` // numbers in the file of an answer
	Matrix  int      `json:"matrix,omitempty"` // those that follow
	Sum     float64  `json:"sum,omitempty"`    // over what came out of a call
	Size    float64  `json:"size,omitempty"`
	Error   string   `json:"error,omitempty"`
}

// writeNumbers writes float64 in the order of bytes of the machines we know.
func writeNumbers(path string, parts ...[]float64) error {
	var text []byte
	for _, part := range parts {
		for _, v := range part {
			text = binary.LittleEndian.AppendUint64(text, math.Float64bits(v))
		}
	}
	return os.WriteFile(path, text, 0o600)
}

func readNumbers(path string, counts ...int) ([][]float64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var parts [][]float64
	for _, n := range counts {
		if n < 0 || len(text)/8 < n {
			return nil, io.ErrUnexpectedEOF
		}
		part := make([]float64, n)
		for i := range part {
			part[i] = math.Float64frombits(binary.LittleEndian.Uint64(text[8*i:]))
		}
		text = text[8*n:]
		parts = append(parts, part)
	}
	return parts, nil
}
