package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/wsspec/wsspec/harness/reference"
)

func newServe() *cobra.Command {
	var fault string
	var list bool
	cmd := &cobra.Command{
		Use:   "serve [ADDR]",
		Short: "Run the reference server, with a fault if you like",
		Long: `serve runs the reference server: an echo server that does everything right. With --fault it makes one
deliberate mistake, or takes one liberty that the RFC allows.

It prints its URL first. ADDR is host:port or port; without it a free port of 127.0.0.1 is taken.`,
		Example: `  wsspec serve 9001
  wsspec serve --list-faults
  wsspec serve --fault no-pong`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				return listFaults()
			}
			addr := "127.0.0.1:0"
			if len(args) == 1 {
				addr = args[0]
			}
			return serve(cmd.Context(), addr, fault)
		},
	}
	cmd.Flags().StringVar(&fault, "fault", "", "name of the fault")
	cmd.Flags().BoolVar(&list, "list-faults", false, "list the faults and the legal variants")
	return cmd
}

func listFaults() error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "faults: each makes just those cases fail that are about it")
	list(w, reference.Faults())
	fmt.Fprintln(w, "\nlegal variants: none makes a case fail")
	list(w, reference.Variants())
	return w.Flush()
}

func list(w io.Writer, faults []*reference.Fault) {
	for _, f := range faults {
		fmt.Fprintf(w, "  %s\t%s\n", f.Name, f.Mistake)
	}
}

func serve(ctx context.Context, addr, name string) error {
	var fault *reference.Fault
	if name != "" {
		if fault = reference.Find(name); fault == nil {
			return usageError{fmt.Errorf("--fault: there is no fault %q; `wsspec serve --list-faults` lists them", name)}
		}
	}
	if _, _, err := net.SplitHostPort(addr); err != nil {
		addr = net.JoinHostPort("127.0.0.1", addr)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return usageError{fmt.Errorf("cannot listen: %w; choose another address, such as 127.0.0.1:0", err)}
	}
	fmt.Printf("ws://%s/\n", ln.Addr())
	err = reference.Listen(ctx, ln, fault)
	if signal := (signalError{}); errors.As(context.Cause(ctx), &signal) {
		return nil // ended as it should be
	}
	return err
}
