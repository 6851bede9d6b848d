// Package term writes for people at a terminal: aligned tables that stay aligned
// with Chinese titles in them, colours where they are wanted, and text from
// outside in a form that cannot drive the terminal.
package term
