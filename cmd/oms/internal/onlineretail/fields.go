package onlineretail

import "strings"

// split takes one line of comma-separated values apart (RFC 4180, without line
// breaks inside of fields) into dst. A line is looked at by itself, so that one
// with a stray quote spoils no other. The reason is empty when all is well.
func split(line string, dst []string) (fields []string, reason string) {
	dst = dst[:0]
	for {
		if !strings.HasPrefix(line, `"`) {
			end := strings.IndexByte(line, ',')
			field := line
			if end >= 0 {
				field = line[:end]
			}
			if strings.IndexByte(field, '"') >= 0 {
				return nil, "a quote inside a field that is not quoted"
			}
			dst = append(dst, field)
			if end < 0 {
				return dst, ""
			}
			line = line[end+1:]
			continue
		}
		field, rest, ok := quoted(line[1:])
		if !ok {
			return nil, "a quoted field that does not end on its line"
		}
		dst = append(dst, field)
		switch {
		case rest == "":
			return dst, ""
		case rest[0] != ',':
			return nil, "text after a quoted field"
		}
		line = rest[1:]
	}
}

// quoted reads up to the closing quote; two quotes stand for one.
func quoted(s string) (field, rest string, ok bool) {
	end := strings.IndexByte(s, '"')
	if end < 0 {
		return "", "", false
	}
	if !strings.HasPrefix(s[end+1:], `"`) {
		return s[:end], s[end+1:], true
	}
	var b strings.Builder
	for {
		b.WriteString(s[:end])
		s = s[end+1:]
		if !strings.HasPrefix(s, `"`) {
			return b.String(), s, true
		}
		b.WriteByte('"')
		s = s[1:]
		if end = strings.IndexByte(s, '"'); end < 0 {
			return "", "", false
		}
	}
}
