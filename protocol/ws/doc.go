// Package ws is WebSockets for Go.
package ws
