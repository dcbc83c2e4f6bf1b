package wstest

import (
	"slices"
	"strconv"
)

// groups are the testsuite's cases in its order: how many cases begin with which numbers. Within a group they count from 1.
var groups = []struct {
	prefix string
	cases  int
}{
	{"1.1", 8}, {"1.2", 8}, {"2", 11}, {"3", 7}, {"4.1", 5}, {"4.2", 5}, {"5", 20},
	{"6.1", 3}, {"6.2", 4}, {"6.3", 2}, {"6.4", 4}, {"6.5", 5}, {"6.6", 11}, {"6.7", 4}, {"6.8", 2}, {"6.9", 4}, {"6.10", 3}, {"6.11", 5},
	{"6.12", 8}, {"6.13", 5}, {"6.14", 10}, {"6.15", 1}, {"6.16", 3}, {"6.17", 5}, {"6.18", 5}, {"6.19", 5}, {"6.20", 7}, {"6.21", 8},
	{"6.22", 34}, {"6.23", 7},
	{"7.1", 6}, {"7.3", 6}, {"7.5", 1}, {"7.7", 13}, {"7.9", 9}, {"7.13", 2},
	{"9.1", 6}, {"9.2", 6}, {"9.3", 9}, {"9.4", 9}, {"9.5", 6}, {"9.6", 6}, {"9.7", 6}, {"9.8", 6}, {"10.1", 1},
	{"12.1", 18}, {"12.2", 18}, {"12.3", 18}, {"12.4", 18}, {"12.5", 18},
	{"13.1", 18}, {"13.2", 18}, {"13.3", 18}, {"13.4", 18}, {"13.5", 18}, {"13.6", 18}, {"13.7", 18},
}

// ids are the IDs of all cases, in the testsuite's order.
var ids = func() (all []string) {
	for _, g := range groups {
		for n := range g.cases {
			all = append(all, g.prefix+"."+strconv.Itoa(n+1))
		}
	}
	return all
}()

// numbers are the testsuite's numbers of the cases.
var numbers = func() map[string]int {
	byID := make(map[string]int, len(ids))
	for i, id := range ids {
		byID[id] = i + 1
	}
	return byID
}()

// IDs returns the IDs of the testsuite's 517 cases in its order, which is that of their numbers: the case at index 0 is its
// case 1. The slice is the caller's.
func IDs() []string { return slices.Clone(ids) }

// Number returns the number under which the testsuite runs a case, 1 to 517, or 0 if it has no such case.
func Number(id string) int { return numbers[id] }
