package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/harness/autobahn"
	"github.com/wsspec/wsspec/harness/record"
	"github.com/wsspec/wsspec/reports"
)

func newAutobahnClient() *cobra.Command {
	o := new(autobahnOptions)
	var key, cert string
	cmd := &cobra.Command{
		Use:   "client -- COMMAND",
		Short: "Have the Autobahn testsuite test a client",
		Long: `client runs the Autobahn testsuite as a server, and COMMAND as its client, which asks it for the cases over the
URLs that the testsuite has for that. {url} in COMMAND is the URL of the server, {agent} a name for the client.
When COMMAND has ended, or hangs, the testsuite is asked for its reports and ended.

Exit code: 0 conforms; 1 a case failed; 2 the command line or a file is wrong; 3 not everything could be tested.`,
		Example: `  wsspec autobahn client --name libfoo -- ./autobahn-client {url} {agent}
  wsspec autobahn client --cases '1.*' --wstest ~/venv/bin/wstest -- node client.js {url}`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch i := cmd.ArgsLenAtDash(); {
			case i < 0 && len(args) > 0:
				return usageError{errors.New("the command that runs the client comes after --")}
			case len(args) == 0:
				return usageError{errors.New("which client? give the command that runs it after --")}
			case i > 0:
				return usageError{fmt.Errorf("%q stands before --: only the command that runs the client is given, after it", args[0])}
			}
			if err := o.check(cmd); err != nil {
				return err
			}
			client := autobahn.Client{Command: args}
			if err := readPair(key, cert, &client); err != nil {
				return err
			}
			return o.testClient(cmd.Context(), client)
		},
	}
	o.register(cmd)
	cmd.Flags().StringVar(&key, "key", "", "file with the server's private key, in PEM: then {url} is a wss:// one")
	cmd.Flags().StringVar(&cert, "cert", "", "file with the server's certificate, in PEM")
	return cmd
}

// readPair reads the files for TLS.
func readPair(key, cert string, c *autobahn.Client) (err error) {
	if (key == "") != (cert == "") {
		return usageError{errors.New("--key and --cert belong together: give both or none")}
	}
	if key == "" {
		return nil
	}
	if c.Key, err = os.ReadFile(key); err != nil {
		return usageError{fmt.Errorf("--key: %w", err)}
	}
	if c.Cert, err = os.ReadFile(cert); err != nil {
		return usageError{fmt.Errorf("--cert: %w", err)}
	}
	if _, err := tls.X509KeyPair(c.Cert, c.Key); err != nil {
		return usageError{fmt.Errorf("--key and --cert: %w", err)}
	}
	return nil
}

// defaultClient is what a client is called that nobody has named.
const defaultClient = "client"

// testClient is the command `autobahn client`.
func (o *autobahnOptions) testClient(ctx context.Context, client autobahn.Client) error {
	suite, err := selectSuite(o.cases, o.exclude)
	if err != nil {
		return usageError{err}
	}
	run := &autobahnRun{autobahnOptions: o, name: cmp.Or(o.name, defaultClient), role: "client", suite: suite, dir: o.suiteDir("", false)}
	o.warnOfPeers([]string{run.name}, false)
	err = o.carryOut(ctx, len(suite.cases), func(j *journal, p autobahn.Program) error {
		run.ask = func(ctx context.Context, t autobahn.Test) (*autobahn.Result, error) {
			return autobahn.TestClient(ctx, p, t, client, run.dir)
		}
		return run.run(ctx, j)
	})
	return run.ended(err)
}

// ended adds to the end of a test that the client did not end well. A failure weighs more.
func (r *autobahnRun) ended(err error) error {
	if r.result == nil || r.result.Client == nil || err != nil && exitCode(err) != exitUntested {
		return err
	}
	return untestedError{errors.New("the client " + howClientEnded(r.result.Client))}
}

func howClientEnded(e *record.Ended) string {
	how := fmt.Sprintf("ended with exit code %d", e.ExitCode)
	if e.Signal != "" {
		how = "was ended by a signal: " + e.Signal
	}
	for _, line := range e.Stderr {
		how += "\n\t| " + reports.Printable(line)
	}
	return how
}
