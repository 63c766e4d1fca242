package main

import (
	"net/url"
	"regexp"
	"strings"
)

// address names books: a SQLite file, or a PostgreSQL database as PostgreSQL's own
// programs name it, by a URL or by keys and values.
type address string

var (
	keysAndValues = regexp.MustCompile(`(?:^|\s)(?:host|hostaddr|port|dbname|user|service)\s*=`)
	secrets       = regexp.MustCompile(`(?i)(^|\s)(?:ssl)?password\s*=\s*(?:'(?:[^'\\]|\\.)*'|\S*)`)
)

// isServer reports whether the address is of a PostgreSQL database. A file of such a
// name can be named with its folder, as ./dbname=shop.
func (a address) isServer() bool { return a.isURL() || keysAndValues.MatchString(string(a)) }

func (a address) isURL() bool {
	return strings.HasPrefix(string(a), "postgres://") || strings.HasPrefix(string(a), "postgresql://")
}

// String returns the address without passwords.
func (a address) String() string {
	switch {
	case !a.isServer():
		return string(a)
	case !a.isURL():
		return strings.TrimSpace(secrets.ReplaceAllString(string(a), "$1"))
	}
	u, err := url.Parse(string(a))
	if err != nil {
		return "postgres://…" // it cannot be told where a password is
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	query.Del("password")
	query.Del("sslpassword")
	u.RawQuery = query.Encode()
	return u.String()
}

// with returns the address with a setting that every connection makes.
func (a address) with(key, value string) address {
	if !a.isURL() {
		return a + address(" "+key+"="+value)
	}
	u, err := url.Parse(string(a))
	if err != nil {
		return a // whoever connects says so
	}
	query := u.Query()
	query.Set(key, value)
	u.RawQuery = query.Encode()
	return address(u.String())
}
