package record

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// MaxShards is among how many jobs a run can be divided at most.
const MaxShards = 1000

// Shard tells which part of a run a record holds, if the run was divided among jobs.
type Shard struct {
	Numbers []int       `json:"numbers"` // of the shards that the record holds, from 1, ascending
	Of      int         `json:"of"`      // into how many the run was divided
	Plan    string      `json:"plan"`    // tells how: all shards of a run have the same, those of another run another
	Peers   []ShardPeer `json:"peers"`   // of the whole run, in its order
}

// ShardPeer is what the whole run set out to ask of a peer.
type ShardPeer struct {
	Name    string `json:"name"`
	Planned int    `json:"planned"` // cases
}

// String is such as "shard 2 of 4".
func (s *Shard) String() string { return shards(s.Numbers) + " of " + strconv.Itoa(s.Of) }

// Missing are the numbers of the shards that the record lacks.
func (s *Shard) Missing() (numbers []int) {
	for n := 1; n <= s.Of; n++ {
		if !slices.Contains(s.Numbers, n) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// MissingWords says what the record lacks, such as "shards 1 and 3 of 4 are missing", "" if it is nothing.
func (s *Shard) MissingWords() string {
	missing := s.Missing()
	switch len(missing) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%s of %d is missing", shards(missing), s.Of)
	}
	return fmt.Sprintf("%s of %d are missing", shards(missing), s.Of)
}

// shards puts numbers into words: "shard 2", "shards 1, 2 and 4".
func shards(numbers []int) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = strconv.Itoa(n)
	}
	if len(words) == 1 {
		return "shard " + words[0]
	}
	last := max(len(words)-1, 0)
	return "shards " + strings.Join(words[:last], ", ") + " and " + strings.Join(words[last:], "")
}

// same tells whether both are of one run.
func (s *Shard) same(other *Shard) bool { return s.Of == other.Of && s.Plan == other.Plan }

// check finds numbers that cannot be.
func (s *Shard) check() error {
	switch {
	case s.Of < 1 || s.Of > MaxShards:
		return fmt.Errorf("the run is divided into %d shards, which is not between 1 and %d", s.Of, MaxShards)
	case len(s.Numbers) == 0 || len(s.Peers) == 0:
		return errors.New("shard.numbers or shard.peers is empty")
	}
	for i, n := range s.Numbers {
		if n < 1 || n > s.Of || i > 0 && n <= s.Numbers[i-1] {
			return fmt.Errorf("shard.numbers are not from 1 to %d and ascending: %v", s.Of, s.Numbers[:min(len(s.Numbers), MaxShards)])
		}
	}
	return nil
}
