package peers

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/bench"
)

// writeData writes X and y in the type of the data, then d and β in float64,
// as they lie in memory.
func writeData(path string, data any) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 1<<20)
	switch b := data.(type) {
	case *bench.Problem[float64]:
		err = writeAll(out, bytesOf(b.X.Data), bytesOf(b.Y), bytesOf(b.D), bytesOf(b.Beta))
	case *bench.Problem[float32]:
		err = writeAll(out, bytesOf(b.X.Data), bytesOf(b.Y), bytesOf(b.D), bytesOf(b.Beta))
	default:
		err = fmt.Errorf("peers: data of type %T", data)
	}
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Close()
}

func writeAll(w io.Writer, parts ...[]byte) error {
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

func bytesOf[T float32 | float64](v []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*int(unsafe.Sizeof(T(0))))
}
