// Package render shows the tables of package reporting: to people at a terminal
// ([Text]), to spreadsheets and programs ([CSV]), as a picture ([SVG]) and as a page
// that can be opened, printed and sent ([Page]).
//
// Figures come out exact, or rounded where a function says so, and the same table
// always comes out as the same bytes. What the books contain may be anything: keys
// are escaped for where they stand, so that no item's name is markup, a formula or a
// command to a terminal.
//
// A table as JSON is the [reporting.Table] itself.
package render
