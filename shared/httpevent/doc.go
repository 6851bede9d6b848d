// Package httpevent reads HTTP requests and writes HTTP replies in the JSON in
// which platforms hand them to a function: an HTTP trigger of Function Compute, a
// Lambda function URL, and a plain net/http server, which goes the same way.
//
// [Parse] recognises a request by its requestContext.http.method and reads either
// form, whatever its version says:
//
//	                 Function Compute 3.0            Lambda function URL
//	version          "v1"                            "2.0"
//	rawPath          as sent, still encoded          as sent, still encoded
//	query            queryParameters, text to        rawQueryString, exact, and
//	                 text, values joined by commas   queryStringParameters, joined
//	headers          text to text, values joined     text to text, values joined
//	cookies          the Cookie header               cookies, an array
//	timeEpoch        milliseconds, as a string       milliseconds, as a number
//	body             text, or Base64 if isBase64Encoded, by the content type
//
// What a platform does not hand over cannot be rebuilt: Function Compute gives no
// raw query and does not say whether "1,2" was one value or two.
//
// Sources: Function Compute, "Use an HTTP trigger to invoke a function"
// (help.aliyun.com/document_detail/2545977); AWS Lambda, "Invoking Lambda function
// URLs" (docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html); both read
// 2026-11-23.
package httpevent
