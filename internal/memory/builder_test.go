package memory

import "testing"

func TestABuilderJoinsWhatWasAppended(t *testing.T) {
	for _, n := range []int{0, 1, firstPart - 1, firstPart, firstPart + 1, 3*firstPart + 5, 5 << 20} {
		for _, row := range []int{1, 7, 20_000} {
			var b Builder[float32]
			values := make([]float32, row)
			for at := 0; at < n; at += row {
				for j := range values {
					values[j] = float32((at + j) % (1 << 20))
				}
				b.Append(values[:min(row, n-at)])
			}
			if b.Len() != n {
				t.Fatalf("length %d, want %d", b.Len(), n)
			}
			all := b.Join()
			if len(all) != n || cap(all) != n || b.Len() != 0 || len(b.Join()) != 0 {
				t.Fatalf("%d numbers with room for %d, want %d; %d are left", len(all), cap(all), n, b.Len())
			}
			for i, v := range all {
				if v != float32(i%(1<<20)) {
					t.Fatalf("rows of %d: number %d is %v", row, i, v)
				}
			}
		}
	}
}
