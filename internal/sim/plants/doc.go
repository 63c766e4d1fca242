// Package plants proves that the simulation can fail: it is a table of defects, each of
// which is put into the library and must be found.
//
// The library itself stays as it is. A [Plant] is a piece of source and what replaces it;
// [Plant.Hunt] builds the simulation with that file overlaid (go build -overlay) and
// lives seeds until a rule is broken. The defects are those that shops are known to have
// had: stock that is read and then written, a key that is not stored, money that goes
// twice when an answer is lost. A test holds every piece of source against its file, so
// that the table cannot rot; another one hunts for two of them. All of them take some
// minutes:
//
//	OMS_LONG=1 go test ./internal/sim/plants -run Every -timeout 60m
//
// which writes what it found into docs/simulation-plants.md.
package plants
