package main

import (
	"context"
	"errors"
	"net"
	"net/url"

	"github.com/wsspec/wsspec/harness/reference"
)

// testBuiltIn tests the reference server over TCP: what wsspec does without arguments.
func testBuiltIn(ctx context.Context, o *options) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	serving, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- reference.Listen(serving, ln, nil) }()
	name := o.name
	if name == "" {
		name = "reference"
	}
	address := url.URL{Scheme: "ws", Host: ln.Addr().String(), Path: "/"}
	err = o.testServers(ctx, &servers{list: []server{{name, address.String()}}})
	stop(errors.New("the test is over"))
	<-served
	return err
}
