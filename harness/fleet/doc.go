// Package fleet reads what describes a fleet: several peers that are started, tested and compared together, in one YAML file.
//
//	defaults:
//	  cases: ["1.*", "2.*"]
//	peers:
//	  - name: mine
//	    command: ./server --port {port}
//	  - name: theirs
//	    url: ws://127.0.0.1:9001/
//
// docs/fleet.md explains every key, and fleet.schema.json is for editors. Whatever is wrong with a file is a *yamlfile.Mistake, which
// says where.
package fleet
