package storagetest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// isLeaf reports whether a type is compared and varied as one value.
func isLeaf(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[time.Time](), reflect.TypeFor[uuid.UUID](), reflect.TypeFor[money.Money](),
		reflect.TypeFor[quantity.Quantity](), reflect.TypeFor[[]byte](), reflect.TypeFor[[32]byte](),
		reflect.TypeFor[order.Metadata]():
		return true
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Slice, reflect.Pointer:
		return false
	default:
		return true
	}
}

// join appends a field's name to a path. Embedded structs have none of their own.
func join(path string, f reflect.StructField) string {
	switch {
	case f.Anonymous:
		return path
	case path == "":
		return f.Name
	default:
		return path + "." + f.Name
	}
}

// leaves visits every leaf that v, which must be settable, holds. A path is as in
// Go, such as "Orders[0].Delta.Order.Number".
func leaves(v reflect.Value, path string, visit func(path string, leaf reflect.Value)) {
	switch {
	case isLeaf(v.Type()):
		visit(path, v)
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			leaves(v.Elem(), path, visit)
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			leaves(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	default:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				leaves(v.Field(i), join(path, f), visit)
			}
		}
	}
}

// typeLeaves visits the path of every leaf that a value of the type can hold,
// without indexes.
func typeLeaves(t reflect.Type, path string, visit func(path string, t reflect.Type)) {
	switch {
	case isLeaf(t):
		visit(path, t)
	case t.Kind() == reflect.Pointer, t.Kind() == reflect.Slice:
		typeLeaves(t.Elem(), path, visit)
	default:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				typeLeaves(f.Type, join(path, f), visit)
			}
		}
	}
}

// plain returns a path without its indexes.
func plain(path string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(path, "[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, path, _ = strings.Cut(after, "]")
	}
}

// diff returns where got first differs from want, and how; "" when they are
// equal. Empty slices and maps equal nil ones. Times must be the same moment, in
// UTC.
func diff(path string, got, want any) string {
	return diffValues(path, reflect.ValueOf(got), reflect.ValueOf(want))
}

func diffValues(path string, got, want reflect.Value) string {
	switch {
	case !got.IsValid() || !want.IsValid():
		if got.IsValid() != want.IsValid() {
			return fmt.Sprintf("%s: got %v, want %v", path, got, want)
		}
		return ""
	case got.Type() != want.Type():
		return fmt.Sprintf("%s: got a %v, want a %v", path, got.Type(), want.Type())
	case isLeaf(got.Type()) && got.Kind() != reflect.Interface:
		return diffLeaves(path, got, want)
	}
	switch got.Kind() {
	case reflect.Pointer, reflect.Interface:
		if got.IsNil() || want.IsNil() {
			if got.IsNil() != want.IsNil() {
				return fmt.Sprintf("%s: got %s, want %s", path, presence(got), presence(want))
			}
			return ""
		}
		return diffValues(path, got.Elem(), want.Elem())
	case reflect.Slice:
		if got.Len() != want.Len() {
			return fmt.Sprintf("%s: got %d, want %d of them", path, got.Len(), want.Len())
		}
		for i := range got.Len() {
			if d := diffValues(fmt.Sprintf("%s[%d]", path, i), got.Index(i), want.Index(i)); d != "" {
				return d
			}
		}
	default:
		for i := range got.NumField() {
			if f := got.Type().Field(i); f.IsExported() {
				if d := diffValues(join(path, f), got.Field(i), want.Field(i)); d != "" {
					return d
				}
			}
		}
	}
	return ""
}

func presence(v reflect.Value) string {
	if v.IsNil() {
		return "nothing"
	}
	return "a value"
}

func diffLeaves(path string, got, want reflect.Value) string {
	same := false
	switch g := got.Interface().(type) {
	case time.Time:
		w := want.Interface().(time.Time)
		_, offset := g.Zone()
		same = g.Equal(w) && (g.IsZero() || offset == 0)
	case []byte:
		same = slices.Equal(g, want.Bytes())
	case order.Metadata:
		same = len(g) == want.Len() && (len(g) == 0 || reflect.DeepEqual(g, want.Interface()))
	default:
		same = g == want.Interface()
	}
	if same {
		return ""
	}
	return fmt.Sprintf("%s: got %v, want %v", path, got, want)
}

// deepCopy returns a copy of v that shares nothing that can be written to, but for
// what hangs on an interface.
func deepCopy[T any](v T) T {
	var c T
	copyInto(reflect.ValueOf(&c).Elem(), reflect.ValueOf(&v).Elem())
	return c
}

func copyInto(to, from reflect.Value) {
	to.Set(from)
	switch from.Kind() {
	case reflect.Pointer:
		if !from.IsNil() && !opaque(from.Type().Elem()) {
			to.Set(reflect.New(from.Type().Elem()))
			copyInto(to.Elem(), from.Elem())
		}
	case reflect.Slice:
		if !from.IsNil() {
			to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
			for i := range from.Len() {
				copyInto(to.Index(i), from.Index(i))
			}
		}
	case reflect.Map:
		if !from.IsNil() {
			to.Set(reflect.MakeMap(from.Type()))
			for _, k := range from.MapKeys() {
				to.SetMapIndex(k, from.MapIndex(k))
			}
		}
	case reflect.Struct:
		for i := range from.NumField() {
			if from.Type().Field(i).IsExported() {
				copyInto(to.Field(i), from.Field(i))
			}
		}
	}
}

// opaque reports whether a struct type has nothing that reflection could write to.
func opaque(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		if t.Field(i).IsExported() {
			return false
		}
	}
	return true
}
