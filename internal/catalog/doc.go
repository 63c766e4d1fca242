// Command catalog writes the catalogues in docs from the code: every exported error
// of the packages that hosts may import, with its kind and fields; every event that
// the library records, with its payload; every report and figure with its
// definition; every column that holds personal data; and every command with the
// roles that may ask for it.
//
//	go run ./internal/catalog    # in the module's folder, or go generate .
//
// Nothing is listed by hand. Kinds are read from what the method Fault returns. The
// types of events are found by following the argument of event.Command.Event back
// to the constants that it is made of, through variables, fields, parameters,
// function values and results; where that does not lead to constants the command
// fails and says where. Each type must have an exported constant whose comment says
// when it is recorded, and each such constant must be recorded.
//
// The package's test fails when what is committed is not what would be written.
package main
