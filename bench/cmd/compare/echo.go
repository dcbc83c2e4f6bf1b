package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/wsspec/wsspec/bench/cpu"
	"github.com/wsspec/wsspec/bench/echo"
)

// echoTargets are the ratios to raw TCP that are aimed at, in the order of echo.Loads.
var echoTargets = []float64{1.05, 1.15}

// The cores of the two sides of an echo.
const (
	serverCore = 0
	loadCore   = 1
)

// compareServers measures all servers under all loads.
func compareServers(rounds int, each time.Duration) (*table, error) {
	t := &table{
		title:   "Echo over loopback TCP: microseconds of the server's processor time a message (x of raw TCP), messages a second",
		unit:    "us/message, first quartile",
		typical: quartile,
	}
	for i, l := range echo.Loads {
		t.columns = append(t.columns, column{l.String(), echoTargets[i]})
	}
	for _, s := range echo.Servers {
		t.rows = append(t.rows, row{name: s.Name, ours: s.Ours, entrant: s.Ours && s.Name != "wsspec ws ReadMessage", measure: s.Plain})
	}
	for round := range rounds {
		log.Printf("echo, round %d of %d", round+1, rounds)
		for c, l := range echo.Loads {
			for i, s := range echo.Servers {
				l.Plain = s.Plain
				r, err := echoFor(s, l, each)
				if err != nil {
					return nil, fmt.Errorf("%s, %v: %w", s.Name, l, err)
				}
				t.add(i, c, sample{r.PerMessage(), r.Rate()})
			}
		}
	}
	return t, nil
}

// echoFor runs a server and a load, each in a process and on a core of its own.
func echoFor(s echo.Server, l echo.Load, each time.Duration) (echo.Result, error) {
	self, err := os.Executable()
	if err != nil {
		return echo.Result{}, err
	}
	server := exec.Command(self, "serve", s.Name)
	server.Stderr = os.Stderr
	in, err := server.StdinPipe()
	if err != nil {
		return echo.Result{}, err
	}
	out, err := server.StdoutPipe()
	if err != nil {
		return echo.Result{}, err
	}
	if err := cpu.Start(server, serverCore); err != nil {
		return echo.Result{}, err
	}
	defer server.Wait()
	defer in.Close()
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return echo.Result{}, fmt.Errorf("the server does not say where it is: %w", err)
	}
	return runLoad(self, job{l, strings.TrimSpace(address), server.Process.Pid, each})
}

// job is what a load process has to do.
type job struct {
	Load     echo.Load
	Address  string
	Server   int // its process
	Duration time.Duration
}

// runLoad has a job done on a core of its own.
func runLoad(self string, j job) (result echo.Result, err error) {
	input, err := json.Marshal(j)
	if err != nil {
		return result, err
	}
	load := exec.Command(self, "load")
	var output strings.Builder
	load.Stdin, load.Stdout, load.Stderr = strings.NewReader(string(input)), &output, os.Stderr
	if err := cpu.Start(load, loadCore); err != nil {
		return result, err
	}
	if err := load.Wait(); err != nil {
		return result, fmt.Errorf("the load failed: %w", err)
	}
	return result, json.Unmarshal([]byte(output.String()), &result)
}

// serve is the process of a server: it says where it listens, and ends with its standard input.
func serve(name string) error {
	s, ok := echo.Find(name)
	if !ok {
		return fmt.Errorf("no server is called %q", name)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	return s.Serve(l)
}

// load is the process of a load: a job comes in, a result goes out.
func load() error {
	var j job
	if err := json.NewDecoder(os.Stdin).Decode(&j); err != nil {
		return err
	}
	result, err := j.Load.Run(j.Address, j.Server, j.Duration)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
