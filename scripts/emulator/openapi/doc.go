// Package openapi is a loopback server of those APIs of Alibaba Cloud that a deployment
// needs, for tests: the callback settings of ApsaraVideo VOD, and of Function Compute what
// its functions are, what triggers them, and calling one. Everything is kept in memory.
//
// # What is emulated
//
//   - Signatures of version 3 (ACS3-HMAC-SHA256), computed from the request as it arrived:
//     method, path, query, body and headers, all of those that have to be signed; the limit
//     of 15 minutes on its time; nonces that may be used once; the tokens of short-lived
//     credentials.
//   - VOD's GetMessageCallback, SetMessageCallback and DeleteMessageCallback: one callback
//     for each application of the region; the rules on its parameters; the key in clear in
//     the answer; an empty list of event types, which switches all notifications off.
//   - Function Compute's GetFunction, ListTriggers (in pages) and InvokeFunction, which
//     answers 200 and X-Fc-Error-Type if the function fails.
//   - Permissions: an access key can be limited to some actions of RAM.
//   - Errors as JSON with Code, Message, RequestId and, by VOD, HostId. After a wrong
//     signature the message repeats what the server signed, with all parameters: clients
//     must not print it.
//   - Faults, see [Server.SetFault].
//
// # What is not known
//
// No page says what VOD answers if no callback is set: here it is the code
// MessageCallback.NotFound with 404, or, after [Server.AnswerEmpty], an empty object. Nor
// whether a parameter that is left out keeps its former value: here it does not; nor which
// codes refuse a parameter (here InvalidParameter), an action of RAM (here NoPermission)
// or a request without a signature (here IncompleteSignature); nor whether Function Compute
// has codes of its own for signatures: here it has not. Statuses of the codes differ from
// page to page. Applications need not exist.
//
// The signature is written from the published algorithm and checked against its published
// example; it was not checked against Alibaba Cloud itself.
//
// Sources: Alibaba Cloud SDK, "V3 request structure and signature"; common error codes of
// OpenAPI; ApsaraVideo VOD, API reference, SetMessageCallback, GetMessageCallback and
// DeleteMessageCallback; Function Compute 3.0, API reference, GetFunction, ListTriggers and
// InvokeFunction (read 2026-11-23).
package openapi
