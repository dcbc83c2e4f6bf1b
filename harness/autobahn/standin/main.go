// Command standin stands in for wstest where tests drive one. Outwardly it is like wstest in its modes fuzzingclient and
// fuzzingserver: the same flags and specification, the same lines on its output, the same files and URLs. But each case of it
// is the same question, whether a message is echoed, and with the variable STANDIN of the environment, or the key "standin" of
// its specification, it goes wrong in the ways that are known of wstest and of containers: see faults.
package main

import (
	"flag"
	"fmt"
	"os"
)

const (
	suiteVersion    = "25.10.1"
	autobahnVersion = "0.10.9"
)

func main() {
	var mode, file, url string
	var webPort int
	flags := flag.NewFlagSet("wstest", flag.ExitOnError)
	for _, name := range []string{"mode", "m"} {
		flags.StringVar(&mode, name, "", "fuzzingclient or fuzzingserver")
	}
	for _, name := range []string{"spec", "s"} {
		flags.StringVar(&file, name, "", "specification file")
	}
	for _, name := range []string{"wsuri", "w"} {
		flags.StringVar(&url, name, "", "URL of the server, if the specification names none")
	}
	for _, name := range []string{"webport", "u"} {
		flags.IntVar(&webPort, name, 8080, "port of the web pages of a fuzzingserver; 0 for none")
	}
	flags.Parse(os.Args[1:])
	if err := run(mode, file, url, webPort); err != nil {
		fmt.Fprintf(os.Stderr, "Traceback (most recent call last):\n%v\n", err)
		os.Exit(1)
	}
}

func run(mode, file, url string, webPort int) error {
	fmt.Printf("Using explicit spec file '%s'\nLoading spec from %s\n\n", file, file)
	spec, err := readSpec(file)
	if err != nil {
		return err
	}
	f, err := parseFaults(os.Getenv("STANDIN"), spec.Faults)
	if err != nil {
		return err
	}
	f.strike("start", spec.OutDir)
	switch mode {
	case "fuzzingclient":
		return runClient(spec, url, f)
	case "fuzzingserver":
		return runServer(spec, webPort, f)
	}
	return fmt.Errorf("mode '%s' is invalid", mode)
}
