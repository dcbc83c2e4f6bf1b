package main

import (
	"bytes"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// faults are the ways in which the stand-in goes wrong: words, separated by commas, most of them with a case: "hang@1.1.3". The
// case "start" is before all others.
//
//	hang@ID    does nothing any more when it has said that the case runs
//	exit@ID    ends there, with exit code 7 and nothing written
//	memory@ID  takes memory there until it is killed
//	fill@ID    fills the disk of its reports there
//	flood@ID   writes 64 MiB to its output there
//	escape@ID  writes there what a terminal takes for commands
//	fail@ID    says that the peer failed the case
//	deaf       ignores SIGTERM and SIGINT
//	half       writes half of index.json, and ends with exit code 1
//	link       leaves links in its reports that point out of them
type faults []string

var faultNames = []string{"hang", "exit", "memory", "fill", "flood", "escape", "fail", "deaf", "half", "link"}

func parseFaults(lists ...string) (faults, error) {
	list := strings.FieldsFunc(strings.Join(lists, ","), func(r rune) bool { return r == ',' })
	for _, f := range list {
		if name, _, _ := strings.Cut(f, "@"); !slices.Contains(faultNames, name) {
			return nil, fmt.Errorf("the stand-in has no fault %q", f)
		}
	}
	if slices.Contains(list, "deaf") {
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
	}
	return list, nil
}

func (f faults) has(fault string) bool { return slices.Contains(f, fault) }

// strike lets the faults of a case happen that has just begun.
func (f faults) strike(id, outDir string) {
	switch {
	case f.has("hang@" + id):
		time.Sleep(24 * time.Hour)
	case f.has("exit@" + id):
		fmt.Fprintln(os.Stderr, "Traceback (most recent call last):\nAttributeError: 'NoneType' object has no attribute 'onOpen'")
		os.Exit(7)
	case f.has("memory@" + id):
		takeMemory()
	case f.has("fill@" + id):
		fillDisk(outDir)
	case f.has("flood@" + id):
		line := []byte(strings.Repeat("x", 1<<16-1) + "\n")
		for range 1 << 10 {
			os.Stdout.Write(line)
		}
	case f.has("escape@" + id):
		fmt.Println("\x1b]0;title\x07\x1b[2J\x1b[31mred")
	}
}

// takeMemory ends by being killed. Where nobody kills it, it gives up at 1 GiB.
func takeMemory() {
	var taken [][]byte
	for range 64 {
		taken = append(taken, bytes.Repeat([]byte{1}, 16<<20))
	}
	fmt.Fprintln(os.Stderr, "nobody minds", len(taken), "chunks")
	os.Exit(8)
}

// fillDisk writes until there is no space left, but no more than 1 GiB.
func fillDisk(dir string) {
	os.MkdirAll(dir, 0o755)
	f, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		return
	}
	defer f.Close()
	chunk := make([]byte, 1<<20)
	for range 1 << 10 {
		if _, err := f.Write(chunk); err != nil {
			return
		}
	}
}
