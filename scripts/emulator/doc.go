// Package emulator is a local Function Compute, and a local Lambda: it runs
// real, built function binaries behind the triggers that the platform puts in
// front of them, and is as pessimistic as the platform is.
//
// # What is emulated
//
//   - The runtime API of Function Compute's go1 runtime, as
//     github.com/aliyun/fc-runtime-go-sdk speaks it, and of Lambda, as
//     github.com/aws/aws-lambda-go speaks it. An instance is one process with a
//     runtime API of its own; it sees the platform's environment and nothing of
//     the parent's but PATH, HOME and the like.
//   - The contract of Function Compute's custom runtimes: the process is an HTTP
//     server on the port in FC_CUSTOM_LISTEN_PORT, on all addresses (on Linux it is
//     reached by 127.0.0.2, so that 127.0.0.1 alone will not do), started and waited for
//     before the first request, and asked over connections that are kept. Requests of the HTTP
//     trigger come to it as they were sent, without their x-fc-* headers and with the
//     platform's, and events as POST /invoke; what is what, x-fc-control-path says.
//     An event has failed if the header x-fc-status of its answer says so; without that
//     header it has succeeded, whatever its status. There are no credentials in the
//     headers, as since Debian 11, unless [Function].Credentials gives some.
//   - One request per instance at a time, or up to [Function].Concurrency in a custom
//     runtime. A request goes to an instance with room for it, even if that still
//     starts, else a new one starts (a cold start), and beyond [Function].Instances it
//     is throttled. A dead instance is replaced when the next request needs one,
//     never before, so a function that cannot start does not loop. One that died
//     between two events costs no request; it is counted ([Counts].DiedIdle).
//   - Instances are frozen between invocations: the process is stopped at once
//     after its answer is acknowledged, whatever its goroutines are doing, and
//     runs again when the next event is handed out; if it has several, when the last
//     one is answered. (Lambda waits for the runtime
//     to ask for the next event first; the emulator does not, which is stricter.)
//   - [Pool.Recycle] ends instances as the platform does that wants their place: by the
//     PreStop hook, SIGTERM and SIGKILL, whatever they have in hand. Lambda sends
//     SIGTERM to processes that registered an extension and to no others.
//   - [Pool.Renew] has new instances serve from then on, as after an update of the
//     function: those that are there answer what they have in hand, beyond
//     [Function].Instances, and end.
//   - A function that reports an error, panics, exits, is killed or outlives its
//     time has failed. The caller of the HTTP trigger then gets status 200 with
//     the header X-Fc-Error-Type; the caller of a function URL, or of a custom runtime
//     that gave no answer, gets 502. A process takes all with it that it has in hand,
//     also when it is killed since one of them outlived its time.
//   - Asynchronous invocations with retries and a failure destination, and on top of
//     them the trigger of a topic of Simple Message Queue (MNS). The trigger of a queue,
//     out of which EventBridge takes messages and pushes them synchronously and in batches,
//     without partial answers: it deletes those that the function took, and those that it
//     gave up after handing them to the dead letters. Both deliver at least once; set
//     Duplicate to see it. Topics and queues are those of package emulator/mns, which any
//     client of the protocol can send to.
//   - The limits on sizes: 32 MiB for synchronous requests and answers (6 MiB on
//     Lambda), 128 KiB for asynchronous ones, 64 KiB for messages.
//
// # What is not known of the platform
//
// The pages of Function Compute say that a failed function is answered with
// status 2xx and X-Fc-Error-Type, and name UnhandledInvocationError for errors
// and panics. They do not say it for the HTTP trigger in particular, and the
// types for exits and time-outs are the emulator's own. Unknown are also the
// content types that the HTTP trigger hands over in base64, the answer to a
// reply that is no HTTP response, the pauses between asynchronous retries, the
// form of requestPayload in the failure record (a text here), whether EventBridge
// ever pushes an array of strings for a queue, for how long it hides what it has taken (12 h
// here, the longest), in which form it writes dead letters (that of the event here), what
// becomes of one that is over 64 KiB, whether Function Compute sends
// SIGTERM to an instance, whether it calls PreStop beside an invocation, and what becomes of
// instances that are busy when the function is updated. Of custom
// runtimes it is not known either what the caller of the HTTP trigger gets if the function
// says by x-fc-status that it failed (200 with X-Fc-Error-Type here), what becomes of other
// requests to an instance when one outlives its time, what timeout the PreStop hook is told
// (the function's here), and what X-Forwarded-For says (the caller's address at the end).
// The initializer is never called.
// Where it is not known, the emulator does what is hardest on the function.
//
// # What is friendlier than the platform
//
// Instances live until they are killed or the pool ends: none is recycled for
// being idle or old unless Recycle or Renew is called, none runs out of memory, none is
// slow, and new ones start at once. Requests reach the function unless all
// instances are busy; there are no errors of the platform's own (500, 503), no
// limits on the rate, and no gateway that repeats a request. Nothing comes twice
// unless Duplicate asks for it, and then after the first delivery has ended, not
// beside it; a message that the function takes longer over than its queue allows
// does not show up again. Batches never wait to be filled, come back whole unless
// Recut asks for other ones, and messages that do not fail keep their order.
// Retries come as soon as the policy allows; nothing is given up for its age.
// Functions see no other network than the machine's, credentials do not expire,
// and clocks agree.
//
// Sources: Function Compute 3.0, "Error handling" (April 2026), "Use an HTTP
// trigger to invoke a function" (April 2026), "Limits" (February 2026), "MNS
// topic triggers" (September 2025), "MNS queue triggers", "Destinations for
// asynchronous invocations" (April 2026); EventBridge, "Retry policies and
// dead-letter queues"; the source of both SDKs. For custom runtimes also "Web functions"
// (September 2026), "Context and log format" (June 2025), "Function instance lifecycle
// hooks" (April 2026), "Configure instance concurrency" (June 2026), "Process exited
// unexpectedly before completing request", and of 2.0, as which their HTTP triggers behave
// ("Use an HTTP trigger to invoke a function"), "Event handlers" (April 2026). What Lambda answers follows the
// AWS Lambda developer guide, "Invoking Lambda function URLs".
package emulator
