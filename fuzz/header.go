package fuzz

import "github.com/wsspec/wsspec/protocol"

// Header: ParseHeader reads any bits as RFC 6455, section 5.2 draws them, asks for more only if the header is not complete,
// looks at nothing behind it, and AppendHeader gives the same bytes back. The input is the header.
func Header(data []byte) error {
	reader := naive{input: data}
	want := reader.header()
	if reader.short {
		want, reader.at = protocol.Header{}, 0
	}
	got, n := protocol.ParseHeader(data)
	if n != reader.at || got != want {
		return violated(data, "ParseHeader: got %+v of %d bytes, want %+v of %d bytes", got, n, want, reader.at)
	}
	if n == 0 {
		return nil
	}
	if alone, m := protocol.ParseHeader(data[:n:n]); alone != got || m != n {
		return violated(data, "ParseHeader: got %+v of %d bytes from the header alone, %+v of %d bytes from all", alone, m, got, n)
	}
	const before = "before"
	if out, want := protocol.AppendHeader([]byte(before), got), before+string(data[:n]); string(out) != want {
		return violated(data, "AppendHeader: got %q, want %q", out, want)
	}
	return shorter(data, got, n)
}

// shorter looks at the starts of a header that has n bytes, and at the header in its shortest form.
func shorter(data []byte, h protocol.Header, n int) error {
	for i := range n {
		if part, m := protocol.ParseHeader(data[:i]); m != 0 {
			return violated(data, "ParseHeader: got %+v of %d bytes from the first %d bytes of a header of %d", part, m, i, n)
		}
	}
	asked := h
	asked.Form = protocol.Shortest
	out := protocol.AppendHeader(nil, asked)
	reader := naive{input: out}
	read := reader.header()
	h.Form = read.Form
	if read != h || reader.short || reader.at != len(out) || len(out) > n || reader.broken(read).Has(protocol.MinimalLength) {
		return violated(data, "AppendHeader of %+v: got % x, which reads as %+v", asked, out, read)
	}
	return nil
}
