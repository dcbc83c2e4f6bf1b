package record

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// chapters are the titles of the chapters of the catalogue, by number.
var chapters = map[int]string{
	0:  "Every conversation",
	1:  "Framing",
	2:  "Pings and pongs",
	3:  "Reserved bits",
	4:  "Opcodes",
	5:  "Fragmentation",
	6:  "UTF-8",
	7:  "Closing",
	9:  "Limits and performance",
	10: "Auto-fragmentation",
	12: "permessage-deflate: payloads",
	13: "permessage-deflate: parameters",
	20: "Opening handshake of a server",
	21: "Opening handshake of a client",
	22: "Subprotocols",
	23: "Extension negotiation",
	24: "Masking",
	25: "Framing and lengths",
	26: "Control frames",
	27: "Fragmentation and segmentation",
	28: "Closing and its timing",
	29: "UTF-8, in depth",
	30: "permessage-deflate: data",
	31: "Limits and resources",
	32: "Integrity under concurrency",
	33: "Security",
	40: "HTTP/2",
	41: "HTTP/3",
	50: "Intermediaries",
}

// Chapter returns the number and the title of the chapter of a case, such as 5 and "Fragmentation" for "5.6". The title of
// a chapter that this version does not know is empty; an ID that begins with no number is in chapter -1.
func Chapter(id string) (n int, title string) {
	first, _, _ := strings.Cut(id, ".")
	n, err := strconv.Atoi(first)
	if err != nil || n < 0 {
		return -1, ""
	}
	return n, chapters[n]
}

// SortIDs sorts IDs of cases in natural order: 2.2 comes before 2.10.
func SortIDs(ids []string) { slices.SortFunc(ids, CompareIDs) }

// CompareIDs compares two IDs part by part, numbers by their value. The result is negative if a comes first, positive if b
// does, and 0 only if they are equal.
func CompareIDs(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	if c := slices.CompareFunc(as, bs, comparePart); c != 0 {
		return c
	}
	return cmp.Compare(a, b)
}

func comparePart(a, b string) int {
	x, errA := strconv.Atoi(a)
	y, errB := strconv.Atoi(b)
	switch {
	case errA == nil && errB == nil:
		return cmp.Compare(x, y)
	case errA == nil:
		return -1
	case errB == nil:
		return 1
	}
	return cmp.Compare(a, b)
}
