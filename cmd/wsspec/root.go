package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/cases"
)

func newRoot() *cobra.Command {
	o := new(options)
	root := &cobra.Command{
		Use:   "wsspec",
		Short: "Test WebSocket endpoints against RFC 6455",
		Long: `wsspec puts questions to a WebSocket endpoint, judges the answers by RFC 6455, and shows the sentence
that was broken and the bytes that prove it.

Without a command it tests the server that is built in, and writes a report: a way to see what it does.`,
		Example: `  wsspec                                                   test the built-in server
  wsspec test ws://127.0.0.1:9001/                         test a server that runs
  wsspec test ws://127.0.0.1:{port}/ -- ./server {port}    start it, test it, end it
  wsspec fleet                                             do that with every peer of wsspec.yaml, and compare them
  wsspec cases 5.6                                         what case 5.6 is about`,
		Version:       thisBuild().String() + ", catalogue " + cases.Version,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return testBuiltIn(cmd.Context(), o) },
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see `%s --help`", err, cmd.CommandPath())}
	})
	o.register(root)
	root.AddCommand(newTest(), newWSTest(), newFleet(), newAutobahn(), newCases(), newServe(), newReport(), newDiff(), newPublish(), newReplay(), newConnect(), newCompletion())
	completeFlags(root)
	return root
}
