package cloudevents

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

// ContentType is that of an envelope with its data.
const ContentType = "application/cloudevents+json; charset=UTF-8"

// Format says what envelopes say of the shop. Its zero value works.
type Format struct {
	// Source is the URI or path that names the shop: "/oms" by default. The tenant
	// is an attribute of its own.
	Source string
	// Schemas is the absolute URI that dataschema begins with; the aggregate and the
	// schema version follow, as in "urn:go-oms:schema:order:1", which is the default.
	Schemas string
	// Limit is how many bytes an envelope may have; no limit when 0. One that would
	// have more goes without its data and with the attribute "dataomitted", and the
	// receiver asks for what it needs.
	Limit int
}

// Check refuses what is no URI.
func (f Format) Check() error {
	if _, err := url.Parse(f.Source); err != nil {
		return fault.Invalid("source", f.Source, "a URI or path")
	}
	if u, err := url.Parse(f.Schemas); err != nil || f.Schemas != "" && !u.IsAbs() {
		return fault.Invalid("schemas", f.Schemas, "an absolute URI")
	}
	if f.Limit < 0 {
		return fault.Invalid("limit", f.Limit, "0 for none, or a number of bytes")
	}
	return nil
}

// envelope has the attributes in the order that they are written in.
type envelope struct {
	SpecVersion  string          `json:"specversion"`
	ID           string          `json:"id"`
	Source       string          `json:"source"`
	Type         string          `json:"type"`
	Subject      string          `json:"subject"`
	Time         time.Time       `json:"time"`
	ContentType  string          `json:"datacontenttype,omitempty"`
	DataSchema   string          `json:"dataschema,omitempty"`
	Sequence     string          `json:"sequence"`
	PartitionKey string          `json:"partitionkey"`
	RecordedTime time.Time       `json:"recordedtime"`
	Aggregate    string          `json:"aggregate"`
	Tenant       string          `json:"tenant,omitempty"`
	Omitted      bool            `json:"dataomitted,omitempty"`
	Data         json.RawMessage `json:"data,omitempty"`
}

// Encode writes an event of a tenant. The same event always gives the same bytes. Its
// error is a payload that cannot be written, which none of the library's is.
func (f Format) Encode(tenant string, e event.Event) ([]byte, error) {
	out := envelope{
		SpecVersion:  "1.0",
		ID:           ID(tenant, e),
		Source:       f.Source,
		Type:         e.Type,
		Subject:      e.ID.String(),
		Time:         e.At.UTC(),
		Sequence:     sequence(e.Version),
		PartitionKey: Key(tenant, e),
		RecordedTime: e.RecordedAt.UTC(),
		Aggregate:    e.Aggregate,
		Tenant:       strings.ToValidUTF8(tenant, "\uFFFD"),
	}
	if out.Source == "" {
		out.Source = "/oms"
	}
	if e.Payload != nil {
		data, err := json.Marshal(e.Payload)
		if err != nil {
			return nil, fmt.Errorf("cloudevents: payload of %s: %w", e.Type, err)
		}
		out.ContentType, out.Data = "application/json", data
		out.DataSchema = f.schema(e)
	}
	text, err := json.Marshal(out)
	if err == nil && f.Limit > 0 && len(text) > f.Limit && out.Data != nil {
		out.ContentType, out.DataSchema, out.Data, out.Omitted = "", "", nil, true
		text, err = json.Marshal(out)
	}
	return text, err
}

func (f Format) schema(e event.Event) string {
	schemas := f.Schemas
	if schemas == "" {
		schemas = "urn:go-oms:schema"
	}
	between := "/"
	if strings.HasPrefix(schemas, "urn:") {
		between = ":"
	}
	return fmt.Sprintf("%s%s%s%s%d", strings.TrimSuffix(schemas, between), between, escape(e.Aggregate), between, e.Schema)
}

// sequence writes a version so that texts are in order as the numbers are.
func sequence(version int64) string { return fmt.Sprintf("%019d", version) }
