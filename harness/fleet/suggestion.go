package fleet

import (
	"fmt"
	"strings"
)

// suggestion ends a message about an unknown key.
func suggestion(key string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := changes(strings.ToLower(key), k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ": there are " + strings.Join(known, ", ")
	}
	return fmt.Sprintf(": is %s meant?", best)
}

// changes is how many characters have to be put in, left out or replaced to make one word of another.
func changes(a, b string) int {
	row := make([]int, len(b)+1)
	for k := range row {
		row[k] = k
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for k := range len(b) {
			replaced := diagonal
			if a[i] != b[k] {
				replaced++
			}
			diagonal = row[k+1]
			row[k+1] = min(replaced, row[k]+1, row[k+1]+1)
		}
	}
	return row[len(b)]
}
