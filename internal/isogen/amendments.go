package main

// amendments are what the edition of the list lacks.
//
// A withdrawn code stays: an order of that year must remain readable, and refusing new prices in it is the
// host's decision. Codes withdrawn before 2022 are not listed; a host with books that old writes them with
// their digits, such as "LTL/2".
//
// The digits of a code never change here, since stored amounts count in them: should ISO ever change the minor
// unit of a code, the new one is spelt with its digits.
var amendments = []row{
	{code: "ANG", name: "Netherlands Antillean Guilder", digits: 2, note: "withdrawn 2025, now XCG (amendment 176)"},
	{code: "BGN", name: "Bulgarian Lev", digits: 2, note: "withdrawn 2026, now EUR"},
	{code: "HRK", name: "Kuna", digits: 2, note: "withdrawn 2023, now EUR"},
	{code: "SLL", name: "Leone", digits: 2, note: "withdrawn, now SLE"},
	{code: "XAD", name: "Arab Accounting Dinar", digits: 2, note: "since 2025 (amendment 179)"},
	{code: "XCG", name: "Caribbean Guilder", digits: 2, note: "since 2025 (amendment 176)"},
	{code: "ZWL", name: "Zimbabwe Dollar", digits: 2, note: "withdrawn 2024, now ZWG (amendment 177)"},
}
