// Package fault says what a caller may do after an error.
//
// Every error that leaves this module is one of four kinds, and [KindOf] tells
// which:
//
//   - [Rejected]: the request is wrong or not allowed as things stand. Nothing
//     was written. Repeating it unchanged gives the same answer.
//   - [Conflict]: something the request relied on has moved. Nothing was
//     written. Read again, decide again.
//   - [Transient]: the machinery failed before anything was written. Repeat.
//   - [Unknown]: nobody can say whether the effect took place. The one right
//     reaction is to call again with the same key, which has the effect at
//     most once and answers what happened.
//
// An error that nobody classified counts as Unknown, so that a careless
// adapter leads to a question and never to a second charge.
package fault
