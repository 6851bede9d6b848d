// Package oracle holds what we wrote against what others made of the same protocols and
// formats: our clients against the requests of the official SDKs, byte for byte, our local
// services against all that these can ask for, and the SAM template against the types and
// the schema of goformation. It is a module of its own, so that neither the product nor
// those who import its libraries inherit these. It has tests only.
package oracle
