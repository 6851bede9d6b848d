// Package dev runs both functions on this machine: it builds them, and builds them again
// when their source changes, migrates a SQLite store, starts them under the local Function
// Compute of package emulator, and puts an HTTP trigger and a local Simple Message Queue
// (MNS) in front of them, all on one address:
//
//	/callback                    the HTTP trigger, for signed callbacks (as all other paths)
//	/<endpoint>/topics/<name>    MNS, for clients that speak its protocol; the endpoint
//	/<endpoint>/queues/<name>    is 1234567890123456.mns.cn-shanghai.aliyuncs.com
//
// What is published to the topics [Topic] and [TopicJSON] and sent to the queue [Queue]
// invokes the MNS function. What it fails at for good waits in the queue [DeadLetters],
// which it reads back. All of this is in memory.
//
// MNS takes requests of this machine only, signed with the AccessKey that [Address] says.
package dev
