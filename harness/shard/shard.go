// Package shard divides a run among jobs that do not talk to each other: each works out the same plan by itself, and does its
// part of it.
package shard

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/harness/record"
)

// Shard is one of the jobs among which a run is divided, such as the second of four.
type Shard struct {
	Number int // from 1
	Of     int // at most record.MaxShards
}

// String is the form that Parse reads, such as "2/4".
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Number, s.Of) }

// Parse reads the form I/N, such as "2/4".
func Parse(text string) (Shard, error) {
	before, after, found := strings.Cut(text, "/")
	number, err1 := strconv.Atoi(before)
	of, err2 := strconv.Atoi(after)
	tooLarge := errors.Is(err1, strconv.ErrRange) || errors.Is(err2, strconv.ErrRange)
	switch {
	case found && tooLarge, err1 == nil && err2 == nil && of > record.MaxShards:
		return Shard{}, fmt.Errorf("%q: a run is divided into at most %d shards", text, record.MaxShards)
	case !found || err1 != nil || err2 != nil:
		return Shard{}, fmt.Errorf("%q is not of the form I/N, such as 2/4 for the second of four", text)
	case of < 1:
		return Shard{}, fmt.Errorf("%q: there have to be 1 or more shards", text)
	case number < 1 || number > of:
		return Shard{}, fmt.Errorf("%q: the shards are numbered from 1 to %d", text, of)
	}
	return Shard{number, of}, nil
}
