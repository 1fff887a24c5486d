package table

import "strings"

// maxCompared is the length in bytes of the longest names that nearest compares.
const maxCompared = 100

// nearest returns the first of the names that is closest to name, if one is close: equal but for case, or no more than one edit for
// every three letters away.
func nearest(name string, names []string) (string, bool) {
	if len(name) > maxCompared {
		return "", false
	}
	wanted := []rune(strings.ToLower(name))
	best, found := len(wanted)/3+1, ""
	for _, candidate := range names {
		if len(candidate) > maxCompared {
			continue
		}
		if d := edits(wanted, []rune(strings.ToLower(candidate))); d < best {
			best, found = d, candidate
		}
	}
	return found, found != ""
}

// edits returns the Levenshtein distance of a and b: how many letters have to be inserted, removed or replaced.
func edits(a, b []rune) int {
	row := make([]int, len(b)+1) // distances of the first letters of a from every start of b
	for j := range row {
		row[j] = j
	}
	for i, letter := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			replaced := diagonal
			if letter != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
