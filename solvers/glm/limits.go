package glm

import "fmt"

// maxColumns is how many columns a fit takes. A Hessian of as many is 512 MB,
// and a fit holds several of it for every thread: beyond, the program would end
// for want of memory, which Go does not return as an error.
const maxColumns = 8000

func checkColumns(columns int) error {
	if columns <= maxColumns {
		return nil
	}
	gigabytes := float64(columns) * float64(columns) * 8 / 1e9
	return fmt.Errorf("glm: %d columns: a fit takes up to %d; the Hessian alone would take %.3g GB; leave columns out", columns, maxColumns, gigabytes)
}
