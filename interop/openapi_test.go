package interop

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/kustomize/kyaml/openapi/kubernetesapi"
)

// kubernetesSchemas compiles what Kubernetes says of its own objects. They are strict: what the API server would drop, because it
// does not know it, is an error here.
func kubernetesSchemas(t *testing.T) func(definition string) *jsonschema.Schema {
	t.Helper()
	document := kubernetesapi.OpenAPIMustAsset[kubernetesapi.DefaultOpenAPI]("kubernetesapi/" + strings.NewReplacer(".", "_").Replace(kubernetesapi.DefaultOpenAPI) + "/swagger.pb")
	definitions := make(map[string]any)
	for _, entry := range fields(t, fields(t, document, 9)[0], 1) {
		definitions[string(fields(t, entry, 1)[0])] = openAPISchema(t, fields(t, entry, 2)[0])
	}
	if len(definitions) < 500 {
		t.Fatalf("only %d definitions", len(definitions))
	}
	const name = "kubernetes.json"
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, map[string]any{"definitions": definitions}); err != nil {
		t.Fatal(err)
	}
	return func(definition string) *jsonschema.Schema {
		schema, err := c.Compile(name + "#/definitions/" + definition)
		if err != nil {
			t.Fatal(err)
		}
		return schema
	}
}

// openAPISchema translates a schema from the form in which Kubernetes' tools carry it: the message Schema of OpenAPI 2.
func openAPISchema(t *testing.T, message []byte) any {
	t.Helper()
	if ref := fields(t, message, 1); len(ref) > 0 {
		return map[string]any{"$ref": string(ref[0])}
	}
	schema := make(map[string]any)
	format := strings.Join(texts(fields(t, message, 2)), "")
	for _, kind := range fields(t, message, 22) {
		schema["type"] = strings.Join(texts(fields(t, kind, 1)), "")
	}
	if format == "int-or-string" {
		schema["type"] = []any{"integer", "string"}
	}
	if required := fields(t, message, 19); len(required) > 0 {
		schema["required"] = anys(required)
	}
	for _, items := range fields(t, message, 23) {
		schema["items"] = openAPISchema(t, fields(t, items, 1)[0])
	}
	for _, list := range fields(t, message, 25) {
		properties := make(map[string]any)
		for _, entry := range fields(t, list, 1) {
			properties[string(fields(t, entry, 1)[0])] = openAPISchema(t, fields(t, entry, 2)[0])
		}
		schema["properties"], schema["additionalProperties"] = properties, false
	}
	for _, more := range fields(t, message, 21) {
		if values := fields(t, more, 1); len(values) > 0 {
			schema["additionalProperties"] = openAPISchema(t, values[0])
		}
	}
	return schema
}

func texts(list [][]byte) (out []string) {
	for _, b := range list {
		out = append(out, string(b))
	}
	return out
}

func anys(list [][]byte) (out []any) {
	for _, b := range list {
		out = append(out, string(b))
	}
	return out
}

// fields returns the values of a field of a message in the binary form of Protocol Buffers, as far as they have a length of their
// own: texts and messages do.
func fields(t *testing.T, message []byte, number uint64) (values [][]byte) {
	t.Helper()
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		if n <= 0 {
			t.Fatal("a tag is broken")
		}
		value, size, err := field(message[n:], tag&7)
		if err != nil {
			t.Fatal(err)
		}
		if tag>>3 == number && tag&7 == 2 {
			values = append(values, value)
		}
		message = message[n+size:]
	}
	return values
}

// field reads a value of the wire type, and returns how many bytes it takes.
func field(message []byte, kind uint64) (value []byte, size int, err error) {
	length, n := binary.Uvarint(message)
	switch {
	case kind == 0 && n > 0:
		return nil, n, nil
	case kind == 1 && len(message) >= 8:
		return nil, 8, nil
	case kind == 5 && len(message) >= 4:
		return nil, 4, nil
	case kind == 2 && n > 0 && length <= uint64(len(message)-n):
		return message[n : n+int(length)], n + int(length), nil
	}
	return nil, 0, errors.New("a field is broken")
}
