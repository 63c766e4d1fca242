// Package event holds what the domains and the stores say to each other about
// change: who asked ([Actor]), what was asked ([Command]) and what happened
// ([Event]).
//
// A command is the envelope of one request: its name, its idempotency key, the
// digest of its body, the actor, the time it is recorded (Now) and the time it
// happened in the business (At). Everything a decision needs that is not data
// comes with it as a value, the source of new ids included ([IDs]), so that
// decisions are pure functions.
//
// An event is a fact about one aggregate: the version it led to, its type, and
// a payload that carries everything that changed. Applying an aggregate's
// events in order of version gives its stored state, field by field. Payloads
// hold no personal data: names, addresses and emails are rows of their own,
// referred to by id.
package event
