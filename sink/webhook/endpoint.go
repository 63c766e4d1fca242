package webhook

import (
	"net/url"

	"github.com/go-oms/oms/fault"
)

// Endpoint is where events go.
type Endpoint struct {
	// URL begins with https://. Without a URL the tenant's events go nowhere, and
	// count as delivered.
	URL string
	// Secrets sign each request: "whsec_" or "whsk_". With several there are as
	// many signatures, so that a receiver may go over from one to the next.
	Secrets []string
}

// target is an endpoint that has been read.
type target struct {
	url  string
	host string
	keys []key
}

// read checks an endpoint. Neither its secrets nor what its URL may keep secret are in
// an error.
func (e Endpoint) read(insecure bool) (*target, error) {
	const want = "an https:// URL with a host, without a name, a password or a fragment"
	u, err := url.Parse(e.URL)
	switch {
	case err != nil:
		return nil, fault.Invalid("url", "a text that is none", want)
	case u.Scheme != "https" && !(insecure && u.Scheme == "http"):
		return nil, fault.Invalid("url", u.Scheme+"://"+u.Host, want)
	case u.Hostname() == "" || u.User != nil || u.Fragment != "":
		return nil, fault.Invalid("url", u.Scheme+"://"+u.Host, want)
	}
	keys, err := parseKeys("secrets", e.Secrets)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if !k.signs() {
			return nil, fault.Invalid("secrets", "a public key", "keys that sign: whsec_ or whsk_")
		}
	}
	return &target{url: e.URL, host: u.Host, keys: keys}, nil
}
