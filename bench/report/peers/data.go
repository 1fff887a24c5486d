package peers

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/bench"
)

// A file of data is read by every process that wants it: in memory, if the
// system has a folder there, and without a name, so that it ends with this
// process however that ends.
type dataFile struct {
	mutex sync.Mutex
	of    any // the problem that is in it
	file  *os.File
}

var shared dataFile

// path is where the data are, for as long as no others are asked for.
func (d *dataFile) path(data any) (string, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.of != data {
		d.drop()
		f, err := os.CreateTemp("/dev/shm", "hesse-report-")
		if err != nil {
			if f, err = os.CreateTemp("", "hesse-report-"); err != nil {
				return "", err
			}
		}
		if err = errors.Join(os.Remove(f.Name()), writeData(f, data)); err != nil {
			f.Close()
			return "", err
		}
		d.of, d.file = data, f
	}
	return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), d.file.Fd()), nil
}

func (d *dataFile) drop() {
	if d.file != nil {
		d.file.Close()
	}
	d.of, d.file = nil, nil
}

// release frees the data.
func (d *dataFile) release() {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.drop()
}

// writeData writes X and y in the type of the data, d and β in float64, then
// counts, amounts and responses if there are any, as they lie in memory.
func writeData(f *os.File, data any) (err error) {
	out := bufio.NewWriterSize(f, 1<<20)
	switch b := data.(type) {
	case *bench.Problem[float64]:
		err = writeAll(out, bytesOf(b.X.Data), bytesOf(b.Y), bytesOf(b.D), bytesOf(b.Beta), bytesOf(b.Counts), bytesOf(b.Amounts), bytesOf(b.Responses.Data))
	case *bench.Problem[float32]:
		err = writeAll(out, bytesOf(b.X.Data), bytesOf(b.Y), bytesOf(b.D), bytesOf(b.Beta), bytesOf(b.Counts), bytesOf(b.Amounts), bytesOf(b.Responses.Data))
	default:
		err = fmt.Errorf("peers: data of type %T", data)
	}
	if err != nil {
		return err
	}
	return out.Flush()
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
