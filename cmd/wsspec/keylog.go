package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// keyLogVariable names the file to which the secrets of TLS connections are added, so that Wireshark and its like can read
// them. It is what browsers and curl call it.
const keyLogVariable = "SSLKEYLOGFILE"

// keyLog returns where to write the secrets of connections to a URL; nil if nobody wants them. The file is never closed: it is
// written to as long as the program runs.
func (o *options) keyLog(url string) (io.Writer, error) {
	name := os.Getenv(keyLogVariable)
	if name == "" || !strings.HasPrefix(strings.ToLower(url), "wss:") {
		return nil, nil
	}
	if o.secrets == nil {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			return nil, usageError{fmt.Errorf("%s: %w; name a file that can be written, or unset it", keyLogVariable, err)}
		}
		o.secrets = f
	}
	return o.secrets, nil
}
