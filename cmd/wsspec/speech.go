package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/wsspec/wsspec/protocol"
)

// speechHelp explains the commands of a line.
const speechHelp = `  TEXT                     a text message; /text TEXT if it begins with /
  /binary HEX              a binary message
  /ping [TEXT]             a Ping
  /pong [TEXT]             a Pong
  /close [CODE [REASON]]   a Close frame; without a code an empty one
  /fragments A B C         a text message, each word a fragment
  /frame OPCODE [fin=0] [rsv=4] [mask=0] [key=HEX] [length=N] [form=7|16|64] [hex=HEX | TEXT]
                           any frame: text, binary, continuation, close, ping, pong or a number from 0 to 15;
                           the length need not be that of the payload, nor be written in the shortest form
  /raw HEX                 any bytes
  /wait                    wait for the next frame of the server
  /quit                    end TCP without a Close frame
  /help                    these lines
`

// What a line asks for besides bytes to send.
type deed byte

const (
	send deed = iota
	wait
	quit
	help
)

// speech is what a line means: frames, or bytes that need not be any.
type speech struct {
	deed   deed
	frames []protocol.Frame
	keyed  bool // the frames have the mask that the user wants
	raw    []byte
}

// parseSpeech reads a line.
func parseSpeech(text string) (speech, error) {
	if !strings.HasPrefix(text, "/") {
		return frames(protocol.NewFrame(protocol.Text, []byte(text))), nil
	}
	name, rest, _ := strings.Cut(text[1:], " ")
	parse, ok := speeches[name]
	if !ok {
		return speech{}, fmt.Errorf("there is no command /%.20s; /help lists them, and /text sends what begins with /", name)
	}
	return parse(rest)
}

func frames(list ...protocol.Frame) speech { return speech{frames: list} }

// speeches are the commands. Each gets what follows its name.
var speeches = map[string]func(string) (speech, error){
	"text": func(rest string) (speech, error) { return frames(protocol.NewFrame(protocol.Text, []byte(rest))), nil },
	"ping": func(rest string) (speech, error) { return frames(protocol.NewFrame(protocol.Ping, []byte(rest))), nil },
	"pong": func(rest string) (speech, error) { return frames(protocol.NewFrame(protocol.Pong, []byte(rest))), nil },
	"binary": func(rest string) (speech, error) {
		payload, err := unhex(rest)
		return frames(protocol.NewFrame(protocol.Binary, payload)), err
	},
	"raw": func(rest string) (speech, error) {
		raw, err := unhex(rest)
		if err == nil && len(raw) == 0 {
			err = errors.New("which bytes? give them in hexadecimal, such as /raw 81 80 00 00 00 00")
		}
		return speech{raw: raw}, err
	},
	"close":     parseClose,
	"fragments": parseFragments,
	"frame":     parseFrame,
	"wait":      func(string) (speech, error) { return speech{deed: wait}, nil },
	"quit":      func(string) (speech, error) { return speech{deed: quit}, nil },
	"help":      func(string) (speech, error) { return speech{deed: help}, nil },
}

// unhex reads bytes in hexadecimal, with spaces wherever one likes.
func unhex(digits string) ([]byte, error) {
	b, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
	if err != nil {
		return nil, fmt.Errorf("%q is not hexadecimal: give two digits for each byte, such as 48 65 6c", digits)
	}
	return b, nil
}

func parseClose(rest string) (speech, error) {
	code, reason, _ := strings.Cut(rest, " ")
	if code == "" {
		return frames(protocol.NewFrame(protocol.Close, nil)), nil
	}
	n, err := strconv.ParseUint(code, 10, 16)
	if err != nil {
		return speech{}, fmt.Errorf("%q is not a close code: give a number from 0 to 65535", code)
	}
	body := append([]byte{byte(n >> 8), byte(n)}, reason...)
	return frames(protocol.NewFrame(protocol.Close, body)), nil
}

func parseFragments(rest string) (speech, error) {
	words := strings.Fields(rest)
	if len(words) < 2 {
		return speech{}, errors.New("which fragments? give two words or more")
	}
	list := make([]protocol.Frame, len(words))
	for i, word := range words {
		list[i] = protocol.NewFrame(protocol.Continuation, []byte(word))
		list[i].FIN = i == len(words)-1
	}
	list[0].Opcode = protocol.Text
	return frames(list...), nil
}

// opcodes are the names of what a frame can be.
var opcodes = map[string]protocol.Opcode{
	"continuation": protocol.Continuation, "text": protocol.Text, "binary": protocol.Binary,
	"close": protocol.Close, "ping": protocol.Ping, "pong": protocol.Pong,
}

// parseFrame reads a frame whose header may say anything.
func parseFrame(rest string) (speech, error) {
	name, rest, _ := strings.Cut(rest, " ")
	op, ok := opcodes[name]
	if !ok {
		n, err := strconv.ParseUint(name, 10, 4)
		if err != nil {
			return speech{}, fmt.Errorf("%q is not an opcode: give text, binary, continuation, close, ping, pong or a number from 0 to 15", name)
		}
		op = protocol.Opcode(n)
	}
	d := draft{Frame: protocol.NewFrame(op, nil)}
	d.Masked = true
	for {
		word, after, _ := strings.Cut(rest, " ")
		taken, err := d.option(word)
		if err != nil {
			return speech{}, err
		}
		if !taken {
			break
		}
		rest = after
	}
	return d.finish(rest)
}

// draft is a frame that is being described.
type draft struct {
	protocol.Frame
	keyed, sized, filled bool // the key, the length, the payload are given
}

// option takes a word that says something about the header; taken is false if the word is none, so that the payload begins.
func (d *draft) option(word string) (taken bool, err error) {
	name, value, found := strings.Cut(word, "=")
	if !found {
		return false, nil
	}
	switch name {
	case "fin":
		d.FIN, err = bit(value)
	case "mask":
		d.Masked, err = bit(value)
	case "rsv":
		var n uint64
		n, err = strconv.ParseUint(value, 10, 3)
		d.RSV = byte(n)
	case "length":
		d.Length, err = strconv.ParseUint(value, 10, 64)
		d.sized = true
	case "key":
		var key []byte
		if key, err = unhex(value); err == nil && len(key) != 4 {
			err = errors.New("a key has four bytes")
		}
		if err == nil {
			d.Key, d.keyed = uint32(key[0])|uint32(key[1])<<8|uint32(key[2])<<16|uint32(key[3])<<24, true
		}
	case "form":
		d.Form, found = map[string]protocol.Form{"7": protocol.Form7, "16": protocol.Form16, "64": protocol.Form64}[value]
		if !found {
			err = errors.New("choose 7, 16 or 64")
		}
	case "hex":
		d.Payload, err = unhex(value)
		d.filled = true
	default:
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", word, err)
	}
	return true, nil
}

func bit(value string) (bool, error) {
	if value != "0" && value != "1" {
		return false, errors.New("choose 0 or 1")
	}
	return value == "1", nil
}

// finish adds the payload.
func (d *draft) finish(text string) (speech, error) {
	if d.filled && text != "" {
		return speech{}, errors.New("the payload is given twice, as hex= and as text")
	}
	if !d.filled {
		d.Payload = []byte(text)
	}
	if !d.sized {
		d.Length = uint64(len(d.Payload))
	}
	if d.keyed && !d.Masked {
		return speech{}, errors.New("there is a key, but mask=0")
	}
	return speech{frames: []protocol.Frame{d.Frame}, keyed: d.keyed || !d.Masked}, nil
}
