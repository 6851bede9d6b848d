// Package oracle holds what we wrote against the official SDKs of the same
// protocols: our clients against their requests, byte for byte, and our local
// services against all that they can ask for. It is a module of its own, so that
// neither the product nor those who import its libraries inherit the SDKs. It has
// tests only.
package oracle
