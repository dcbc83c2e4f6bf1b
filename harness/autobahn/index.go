package autobahn

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// index is what an index.json of wstest holds: for each agent, for each case, what became of it.
type index map[string]map[string]json.RawMessage

// read adds what a file holds. If that is damaged, as it is when wstest was ended while it wrote, all up to there counts.
func (x index) read(text []byte) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	return members(dec, func(agent string) error {
		if x[agent] == nil {
			x[agent] = make(map[string]json.RawMessage)
		}
		return members(dec, func(id string) error {
			var entry json.RawMessage
			err := dec.Decode(&entry)
			if err == nil {
				x[agent][id] = entry
			}
			return err
		})
	})
}

// members reads an object, member by member.
func members(dec *json.Decoder, read func(key string) error) error {
	start, err := dec.Token()
	if err != nil {
		return err
	}
	if start != json.Delim('{') {
		return fmt.Errorf("%v where an object should begin", start)
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		if err := read(key.(string)); err != nil { // JSON has no other keys
			return err
		}
	}
	_, err = dec.Token()
	return err
}
