// Package demo plays the whole life of a few media through both functions, as
// package dev runs them, and checks that everything ended as it must: what became
// of each message, the state of each medium, no event twice, the unreadable one
// among the dead letters, the forged one nowhere.
package demo
