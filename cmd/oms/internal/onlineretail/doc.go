// Package onlineretail brings a real year of a shop into the books: the public data
// set "Online Retail" (Chen 2015, https://doi.org/10.24432/C5BW33), every
// transaction of a British mail-order business from December 2010 to December 2011.
//
// [Read] takes the file apart and rejects what is malformed, row by row. [NewPlan]
// decides, without touching the books, what every row is: goods of an order, a
// charge, goods that came back, a correction of stock. [Importer] does what the
// plan says through the shop's public commands, each under a key made of the
// invoice's number, so that a run that was cut short is finished by running it
// again, and a run too many changes nothing.
//
// All money of the file is in pounds sterling. A row is worth its quantity times
// its price, rounded half up to the penny; what all rows are worth together is what
// the orders in the books come to, and the importer checks that.
package onlineretail
