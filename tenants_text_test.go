package oms_test

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/storage"
)

// spell writes everything that a value holds, in whatever field, exported or not.
func spell(v any) string {
	var s speller
	s.value(reflect.ValueOf(v))
	return s.String()
}

type speller struct {
	strings.Builder
	inside []uintptr // pointers that lead here
}

func (s *speller) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Invalid, reflect.Func, reflect.Chan, reflect.UnsafePointer:
	case reflect.Interface:
		s.value(v.Elem())
	case reflect.Pointer:
		if v.IsNil() || slices.Contains(s.inside, v.Pointer()) {
			return
		}
		s.inside = append(s.inside, v.Pointer())
		s.say(v)
		s.value(v.Elem())
		s.inside = s.inside[:len(s.inside)-1]
	case reflect.Struct:
		s.structure(v)
	case reflect.Map:
		var entries []string
		for _, k := range v.MapKeys() {
			var entry speller
			entry.value(k)
			entry.WriteString(": ")
			entry.value(v.MapIndex(k))
			entries = append(entries, entry.String())
		}
		slices.Sort(entries)
		s.WriteString(strings.Join(entries, ", "))
	case reflect.Slice, reflect.Array:
		s.list(v)
	case reflect.String:
		s.WriteString(v.String())
	case reflect.Bool:
		s.WriteString(strconv.FormatBool(v.Bool()))
	default:
		if v.CanInt() {
			s.WriteString(strconv.FormatInt(v.Int(), 10))
		} else {
			fmt.Fprint(s, v)
		}
	}
}

// say writes what an error says beside what it holds.
func (s *speller) say(v reflect.Value) {
	if !v.CanInterface() {
		return
	}
	if err, ok := v.Interface().(error); ok {
		s.WriteString(err.Error() + " ")
	}
}

func (s *speller) structure(v reflect.Value) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		if v.CanInterface() {
			s.WriteString(v.Interface().(time.Time).UTC().Format(time.RFC3339Nano))
		}
		return
	}
	s.say(v)
	s.WriteString("{")
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsZero() && !isApart(v.Type(), i) {
			s.WriteString(v.Type().Field(i).Name + "=")
			s.value(f)
			s.WriteString(" ")
		}
	}
	s.WriteString("}")
}

// isApart reports whether a field may differ where all but the canaries is equal: a
// place in the stream, which the tenants of one store may count together, and the
// digest of a command's texts.
func isApart(in reflect.Type, field int) bool {
	switch name := in.Field(field).Name; in {
	case reflect.TypeFor[event.Event](), reflect.TypeFor[storage.Lease]():
		return name == "Position"
	case reflect.TypeFor[storage.Key]():
		return name == "Body"
	default:
		return false
	}
}

func (s *speller) list(v reflect.Value) {
	switch {
	case v.Type().Elem().Kind() != reflect.Uint8:
		for i := range v.Len() {
			s.WriteString("\n- ")
			s.value(v.Index(i))
		}
	case v.Kind() == reflect.Slice:
		s.Write(v.Bytes())
	default:
		raw := make([]byte, v.Len())
		for i := range raw {
			raw[i] = byte(v.Index(i).Uint())
		}
		s.WriteString(hex.EncodeToString(raw))
	}
}

// codes are the text fields that hold what the two tenants have in common: keys,
// codes, references. All others are filled with canaries.
var codes = []string{
	"Key", "SKU", "Location", "CartID", "Channel", "Shipping", "Country", "Gateway", "Carrier", "Service", "Tracking", "ExternalRef",
	"TaxCategory", "Unit", "EventID", "Purpose", "LocationSettings.Code", "Charge.Code", "Action.Name",
}

// fill returns a command's params with a canary in every text that is empty, found
// by reflection so that a new field is not forgotten. What has no Key is no command
// and stays.
func (t *tenant) fill(step string, params any) any {
	v := reflect.ValueOf(params)
	if v.Kind() != reflect.Struct || !v.FieldByName("Key").IsValid() {
		return params
	}
	filled := reflect.New(v.Type()).Elem()
	filled.Set(v)
	if key := filled.FieldByName("Key"); key.String() == "" {
		key.SetString("key/" + step)
	}
	t.fillIn(step, filled)
	return filled.Interface()
}

func (t *tenant) fillIn(path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			t.fillIn(path, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			t.fillIn(fmt.Sprintf("%s.%d", path, i), v.Index(i))
		}
	case reflect.Map:
		if v.Type().ConvertibleTo(reflect.TypeFor[map[string]string]()) && v.IsNil() {
			v.Set(reflect.ValueOf(map[string]string{"said": t.canary(path)}).Convert(v.Type()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() || slices.Contains(codes, f.Name) || slices.Contains(codes, v.Type().Name()+"."+f.Name) {
				continue
			}
			if saved := v.FieldByName(f.Name + "Saved"); saved.IsValid() && !saved.IsZero() {
				continue // it comes from the book
			}
			if f.Type == reflect.TypeFor[string]() {
				t.fillText(path+"."+f.Name, f.Name, v.Field(i))
			} else {
				t.fillIn(path+"."+f.Name, v.Field(i))
			}
		}
	}
}

func (t *tenant) fillText(path, field string, v reflect.Value) {
	switch {
	case v.String() != "":
	case field == "Email":
		who := strings.ToLower(strings.NewReplacer("/", ".", " ", "-").Replace(path))
		v.SetString(t.email(who))
	case field == "Phone":
		v.SetString(t.digits + fmt.Sprintf(" %04d", len(t.given)))
		t.given[v.String()] = true
	case field == "PostalCode": // a short one
		v.SetString(t.canary(strconv.Itoa(len(t.given))))
	default:
		v.SetString(t.canary(path))
	}
}

// keyOf returns the key of a command's params, "" where they have none.
func keyOf(args []any) string {
	if len(args) == 0 {
		return ""
	}
	v := reflect.ValueOf(args[len(args)-1])
	if v.Kind() != reflect.Struct || !v.FieldByName("Key").IsValid() {
		return ""
	}
	return v.FieldByName("Key").String()
}

// The scan looks everywhere: behind pointers and interfaces, in maps, in bytes, and
// in fields that are not exported.
func TestSpellingLooksEverywhere(t *testing.T) {
	type deep struct {
		hidden  string
		Bytes   []byte
		Map     map[string]any
		Pointer *deep
		Any     any
	}
	self := &deep{hidden: "one", Bytes: []byte("two"), Map: map[string]any{"three": []string{"four"}}, Any: fmt.Errorf("five: %w", fmt.Errorf("six"))}
	self.Pointer = self
	text := spell(map[int]*deep{7: self})
	for _, want := range []string{"one", "two", "three", "four", "five", "six", "7"} {
		require.Contains(t, text, want)
	}
}
