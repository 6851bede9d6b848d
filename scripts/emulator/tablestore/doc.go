// Package tablestore is a local Tablestore (OTS): a loopback server that speaks
// the service's wire protocol well enough for the official SDK for Go to run a
// store through it, and that is as unforgiving as the service is.
//
// # What is emulated
//
//   - The protocol: protobuf messages over HTTP POST, rows in PlainBuffer with
//     every checksum checked, the digest, the date and the signature (HMAC-SHA1)
//     of each request, and errors with the service's codes, status codes and, as
//     far as they are known, messages.
//   - Credentials: the owner's, and temporary ones with a security token that
//     expires ([Server.Issue]) or is withdrawn ([Server.Revoke]).
//   - Tables: CreateTable, ListTable, DescribeTable, DeleteTable,
//     AddDefinedColumn; new ones are not ready for a while if [Options] say so.
//   - Secondary indexes, with CreateTable or CreateIndex, and DropIndex: local
//     ones, which follow at once, and global ones, which lag behind if [Options]
//     say so. A row that lacks a key column of an index is not in it.
//   - Rows: PutRow, UpdateRow (put, delete a column, increment), DeleteRow,
//     GetRow, GetRange, BatchGetRow and BatchWriteRow, with conditions on the
//     existence of rows and on columns, with filters, and with what is to be
//     returned of a written row.
//   - The limits on names, keys, values, columns, conditions, rows and sizes.
//   - Whatever can go wrong on the way ([Fault]): errors of the service, for whole
//     requests and for rows of a batch, connections cut before or after a request
//     was applied, late answers, empty ones, and none.
//
// A write of a row, with its local indexes, happens at once or not at all. A
// batch goes row by row, and others may come between.
//
// # What is not known of the service
//
// Where its pages, its error messages and the tests of its SDKs leave open or
// contradict each other, the emulator does what is hardest on the client:
//
//   - Two operations on one row in a batch are refused, though the service is
//     said to take some of them. So are two on one column in UpdateRow, rows
//     without attributes in PutRow, and EXPECT_NOT_EXIST in DeleteRow.
//   - A filter or a condition on a value of another type than the column's is not
//     met, whatever the comparison, and more than 10 single conditions are refused.
//   - A value of another type than that of the predefined column is refused, and
//     so is one that is too long for the key of an index.
//   - The limit of GetRange counts the rows that a filter keeps back.
//   - A row whose columns have all been deleted is still there.
//   - ListTable names indexes too, and DeleteTable deletes a table with its own.
//   - The messages for tokens, for these refusals and for sums that overflow are
//     the emulator's own, and so is the skew of clocks that is allowed (15 min).
//
// # What is not served
//
// More than one version, a time to live, versions chosen by the client, time
// ranges, ranges of columns, paging through columns, regular expressions in
// filters, auto-increment keys, local transactions and atomic batches, streams,
// search indexes, SQL, time series, UpdateTable, DeleteDefinedColumn. All of them
// are refused with an error that says so. Answers are not signed; the SDK for Go
// does not look.
//
// # What is friendlier than the service
//
// Nothing is throttled, no partition moves, writes to one row wait for each other
// instead of failing with OTSRowOperationConflict, clocks agree, tables are ready
// and global indexes up to date at once unless [Options] say otherwise, and tables
// may be created and deleted as often as one likes.
//
// Sources: Tablestore, API reference and "Error codes", "Limitations of the wide
// column model", "Limits on secondary indexes", "Secondary index", "Conditional
// updates" (May 2026); the tests of the official SDKs for Java and Python, which
// run against the service; the source of the SDK for Go, v1.7.17.
package tablestore
