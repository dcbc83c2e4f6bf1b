package shard_test

import (
	"strings"
	"testing"

	"github.com/wsspec/wsspec/harness/shard"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]shard.Shard{"1/1": {1, 1}, "2/4": {2, 4}, "1000/1000": {1000, 1000}} {
		if got, err := shard.Parse(text); err != nil || got != want || got.String() != text {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"":                         "is not of the form I/N",
		"4":                        "is not of the form I/N",
		"a/b":                      "is not of the form I/N",
		"1/2/3":                    "is not of the form I/N",
		"1 / 2":                    "is not of the form I/N",
		"0/4":                      "the shards are numbered from 1 to 4",
		"5/4":                      "the shards are numbered from 1 to 4",
		"-1/2":                     "the shards are numbered from 1 to 2",
		"1/0":                      "there have to be 1 or more shards",
		"1/-3":                     "there have to be 1 or more shards",
		"1/1001":                   "at most 1000 shards",
		"1/99999999999999999999":   "at most 1000 shards",
		"99999999999999999999/100": "at most 1000 shards",
	} {
		if got, err := shard.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want an error with %q", text, got, err, want)
		}
	}
}
