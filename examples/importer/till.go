package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// columns is the head of the till's file: semicolons between the fields, times in
// UTC, prices in euros. The rows of a receipt stand together.
var columns = []string{"receipt", "time", "kind", "sku", "title", "quantity", "price", "country"}

// row is one position of a receipt.
type row struct {
	line     int // in the file
	receipt  string
	at       time.Time
	kind     string // "sale" or "return"
	sku      string
	title    string
	quantity quantity.Quantity
	price    money.Money // of a sale
	country  string
}

// reject says what is wrong with one field of one row.
type reject struct {
	line, column int // where it begins, both from 1
	field        string
	value        string
	reason       string
}

// rows reads a file row by row: a large one needs no more memory than a small one.
type rows struct {
	csv *csv.Reader
}

// newRows begins to read a file and checks its head.
func newRows(file io.Reader) (*rows, error) {
	r := csv.NewReader(file)
	r.Comma = ';'
	r.FieldsPerRecord = -1 // a row that is too short is rejected, and the next one read
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("the head of the file: %w", err)
	}
	if strings.Join(head, ";") != strings.Join(columns, ";") {
		return nil, fmt.Errorf("the head of the file is %q, want %q", head, columns)
	}
	return &rows{csv: r}, nil
}

// next returns the next row, and what is wrong with it, all at once. The error is
// io.EOF at the end.
func (r *rows) next() (row, []reject, error) {
	fields, err := r.csv.Read()
	var syntax *csv.ParseError
	if errors.As(err, &syntax) {
		return row{line: syntax.StartLine}, []reject{{line: syntax.Line, column: syntax.Column, reason: syntax.Err.Error()}}, nil
	}
	if err != nil {
		return row{}, nil, err
	}
	line, _ := r.csv.FieldPos(0)
	read := row{line: line, receipt: fields[0]}
	if len(fields) != len(columns) {
		reason := fmt.Sprintf("want %d fields, got %d", len(columns), len(fields))
		return read, []reject{{line: line, column: 1, field: columns[0], value: fields[0], reason: reason}}, nil
	}
	var wrong []reject
	check := func(i int, err error) {
		if err != nil {
			line, column := r.csv.FieldPos(i)
			wrong = append(wrong, reject{line: line, column: column, field: columns[i], value: fields[i], reason: err.Error()})
		}
	}
	read.kind, read.sku, read.title, read.country = fields[2], fields[3], fields[4], fields[7]
	if read.receipt == "" {
		check(0, errors.New("want the number of a receipt"))
	}
	read.at, err = time.Parse("2006-01-02 15:04", fields[1])
	check(1, err)
	if read.quantity, err = quantity.Parse(fields[5]); err == nil && read.quantity.Sign() <= 0 {
		err = errors.New("want more than zero")
	}
	check(5, err)
	switch read.kind {
	case "sale":
		read.price, err = money.Parse(fields[6] + " EUR")
		check(6, err)
		check(7, order.Address{Country: read.country}.Check())
	case "return":
	default:
		check(2, errors.New("want sale or return"))
	}
	return read, wrong, nil
}
