package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/wsspec/wsspec/harness"
)

// target says how to reach the server.
func (o *options) target(url string) (harness.Target, error) {
	settings, err := o.tls()
	if err != nil {
		return harness.Target{}, err
	}
	if settings.KeyLogWriter, err = o.keyLog(url); err != nil {
		return harness.Target{}, err
	}
	t, err := harness.NewTarget(url, settings)
	if err != nil {
		return harness.Target{}, usageError{errors.New(strings.TrimPrefix(err.Error(), "protocol: "))}
	}
	t.Fields, t.Subprotocols, t.Origin = o.fields, o.subprotocols, o.origin
	return t, nil
}

// tls returns the settings for wss.
func (o *options) tls() (*tls.Config, error) {
	config := &tls.Config{InsecureSkipVerify: o.insecure}
	if o.ca == "" {
		return config, nil
	}
	pem, err := os.ReadFile(o.ca)
	if err != nil {
		return nil, usageError{fmt.Errorf("--ca: %w", err)}
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, usageError{fmt.Errorf("--ca: %s holds no certificate in PEM (-----BEGIN CERTIFICATE-----)", o.ca)}
	}
	return config, nil
}
