// Package autobahn drives the real Autobahn testsuite: its program wstest, in a container or on this machine. It gives wstest
// what it lacks: time limits, progress, an end, and an account of the cases that it dropped in silence.
//
// A Program is a wstest that can be started: Container runs it in an engine that speaks the Docker API, Local runs one that is
// installed. TestServer and TestClient drive a Program; what they return is read from the files that wstest itself wrote.
package autobahn
