// Package browser tests the HTML report where it is read: in a browser.
package browser
