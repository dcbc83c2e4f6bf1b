// Package yamlfile reads the YAML files that people write, and says where in them something is wrong.
package yamlfile

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// File is a YAML file.
type File struct {
	Name  string
	Lines []string // without their ends
	Body  ast.Node // what its document holds; nil if that is nothing, or nothing but comments
}

// Parse reads the text of a file, which mistakes call by name. An error is a *Mistake.
func Parse(name string, text []byte) (*File, error) {
	// The parser counts the lines of a file with CRLF wrongly, and takes a byte order mark for text.
	plain := bytes.TrimPrefix(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\ufeff"))
	f := &File{Name: name, Lines: strings.Split(string(plain), "\n")}
	if bytes.IndexByte(plain, 0) >= 0 {
		return nil, f.MistakeAt(nil, errors.New("this is no text: it holds zero bytes"))
	}
	parsed, err := parser.ParseBytes(plain, 0)
	if err != nil {
		return nil, f.malformed(err)
	}
	documents := slices.DeleteFunc(parsed.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil })
	switch len(documents) {
	case 0:
		return f, nil
	case 1:
		f.Body = documents[0].Body
		return f, nil
	}
	return nil, f.Mistake(documents[1].Body, errors.New("here begins a second document: take out the line --- before it"))
}

// malformed turns an error of the YAML parser into a mistake.
func (f *File) malformed(err error) *Mistake {
	var positioned yaml.Error
	if errors.As(err, &positioned) {
		return f.MistakeAt(positioned.GetToken(), errors.New(positioned.GetMessage()))
	}
	return f.MistakeAt(nil, err)
}

// Start is the token with which a node begins, nil if n is. A mapping is more than the colon that stands for it.
func Start(n ast.Node) *token.Token {
	switch n := n.(type) {
	case nil:
		return nil
	case *ast.MappingNode:
		if len(n.Values) > 0 && !n.IsFlowStyle {
			return n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	return n.GetToken()
}
