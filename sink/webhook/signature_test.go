package webhook

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func shared(n byte) string {
	return sharedPrefix + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string('a'+n), 24)))
}

func keysOf(t testing.TB, secrets ...string) []key {
	t.Helper()
	keys, err := parseKeys("secrets", secrets)
	require.NoError(t, err)
	return keys
}

// The vector of the specification's own libraries.
func TestASignatureIsThePublishedOne(t *testing.T) {
	keys := keysOf(t, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	h := http.Header{}
	sign(h, keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	require.Equal(t, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", h.Get("webhook-signature"))
	require.Equal(t, "1614265330", h.Get("webhook-timestamp"))
	require.Equal(t, "msg_p5jXN8AQM9LWM0D4loKWxJek", h.Get("webhook-id"))
}

func TestWhatWasSignedIsLetInAndEveryBitMatters(t *testing.T) {
	private, public := NewKeys()
	for name, pair := range map[string][2]string{"shared": {NewSecret(), ""}, "key pair": {private, public}} {
		if pair[1] == "" {
			pair[1] = pair[0]
		}
		t.Run(name, func(t *testing.T) {
			body := []byte(`{"a":1}`)
			h := http.Header{}
			sign(h, keysOf(t, pair[0]), "order/1", noon, body)
			receiver := keysOf(t, pair[1])
			require.NoError(t, verify(h, receiver, noon, body))

			refused := func(h http.Header, body []byte, what string) {
				t.Helper()
				err := verify(h, receiver, noon, body)
				var refused *SignatureError
				require.ErrorAs(t, err, &refused, what)
				require.Equal(t, fault.Rejected, fault.KindOf(err))
			}
			for bit := range len(body) * 8 {
				flipped := append([]byte(nil), body...)
				flipped[bit/8] ^= 1 << (bit % 8)
				refused(h, flipped, "body bit "+strconv.Itoa(bit))
			}
			version, encoded, _ := strings.Cut(h.Get(HeaderSignature), ",")
			signature, err := base64.StdEncoding.DecodeString(encoded)
			require.NoError(t, err)
			for bit := range len(signature) * 8 {
				flipped := append([]byte(nil), signature...)
				flipped[bit/8] ^= 1 << (bit % 8)
				other := h.Clone()
				other.Set(HeaderSignature, version+","+base64.StdEncoding.EncodeToString(flipped))
				refused(other, body, "signature bit "+strconv.Itoa(bit))
			}
			for header, values := range map[string][]string{
				HeaderID:        {"", "order/2", "order/1.", "order"},
				HeaderTimestamp: {"", "now", "0", "+" + h.Get(HeaderTimestamp), h.Get(HeaderTimestamp) + ".0", strconv.FormatInt(noon.Unix()+1, 10), "-9223372036854775808"},
				HeaderSignature: {
					"", version, version + ",", "v2," + encoded, "v1a," + encoded[:40], encoded, version + "," + strings.TrimRight(encoded, "="),
					version + "," + encoded + ",", version + ", " + encoded, strings.Repeat("v1,AAAA ", maxSignatures) + h.Get(HeaderSignature),
				},
			} {
				for _, value := range values {
					other := h.Clone()
					other.Set(header, value)
					refused(other, body, header+" "+value)
				}
			}
		})
	}
}

// The parts cannot be shifted into each other: with a full stop in the id two
// different requests would have one signature.
func TestAFullStopInAnIDIsRefused(t *testing.T) {
	keys := keysOf(t, shared(0))
	h := http.Header{}
	sign(h, keys, "a."+strconv.FormatInt(noon.Unix(), 10), noon, []byte("x"))
	require.Error(t, verify(h, keys, noon, []byte("x")))
}

func TestASignatureIsGoodForFiveMinutes(t *testing.T) {
	keys := keysOf(t, shared(0))
	h := http.Header{}
	sign(h, keys, "id", noon, nil)
	for offset, ok := range map[time.Duration]bool{
		0: true, 5 * time.Minute: true, 5*time.Minute + time.Second: false, 24 * time.Hour: false,
		-5 * time.Minute: true, -5*time.Minute - time.Second: false,
	} {
		require.Equal(t, ok, verify(h, keys, noon.Add(offset), nil) == nil, "%s", offset)
	}
}

func TestSecretsAreChangedWithoutAGap(t *testing.T) {
	private, public := NewKeys()
	for name, c := range map[string]struct {
		sender, receiver []string
		ok               bool
	}{
		"the old one":                     {[]string{shared(0)}, []string{shared(0)}, true},
		"the sender has both":             {[]string{shared(1), shared(0)}, []string{shared(0)}, true},
		"the receiver has both":           {[]string{shared(1)}, []string{shared(0), shared(1)}, true},
		"from shared to a pair":           {[]string{shared(0), private}, []string{public}, true},
		"the old one was taken away":      {[]string{shared(0)}, []string{shared(1)}, false},
		"another kind":                    {[]string{shared(0)}, []string{public}, false},
		"the private half verifies too":   {[]string{private}, []string{private}, true},
		"a pair that is somebody else's":  {[]string{private}, []string{otherPublic(t)}, false},
		"others beside it do not disturb": {[]string{shared(2), shared(3), shared(0)}, []string{shared(4), shared(0)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			sign(h, keysOf(t, c.sender...), "id", noon, []byte("body"))
			require.Len(t, strings.Fields(h.Get(HeaderSignature)), len(c.sender))
			require.Equal(t, c.ok, verify(h, keysOf(t, c.receiver...), noon, []byte("body")) == nil)
		})
	}
}

func otherPublic(t *testing.T) string {
	t.Helper()
	_, public := NewKeys()
	return public
}

func TestBadSecretsAreRefusedAndNotRepeated(t *testing.T) {
	encoded := func(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }
	seed := ed25519.NewKeyFromSeed(make([]byte, 32))
	mixed := append(append([]byte(nil), seed[:32]...), make([]byte, 32)...)
	for _, s := range []string{
		"", "secret", "whsec_", "whsec_" + encoded(23), "whsec_" + encoded(65), "whsec_no base64", encoded(32), "WHSEC_" + encoded(32),
		"whsk_" + encoded(31), "whsk_" + base64.StdEncoding.EncodeToString(mixed), "whpk_" + encoded(33), "whxx_" + encoded(32),
		"whsec_" + strings.TrimRight(encoded(32), "="),
	} {
		_, err := NewReceiver(s)
		require.Equal(t, fault.Rejected, fault.KindOf(err), s)
		if _, secret, _ := strings.Cut(s, "_"); len(secret) > 3 {
			require.NotContains(t, err.Error(), secret)
		}
	}
	for _, n := range []int{24, 64} {
		_, err := NewReceiver("whsec_" + encoded(n))
		require.NoError(t, err)
	}
	_, err := NewReceiver()
	require.Error(t, err)
	require.NotEqual(t, NewSecret(), NewSecret())
	// A seed alone is a private key too.
	whole := keysOf(t, "whsk_"+base64.StdEncoding.EncodeToString(seed))
	require.Equal(t, whole, keysOf(t, "whsk_"+encoded(32)))
}

// FuzzReceiver wants a stranger's request never to be let in, whatever it says, and a sender's always.
func FuzzReceiver(f *testing.F) {
	sender := keysOf(f, shared(0))
	receiver, err := NewReceiver(shared(0))
	require.NoError(f, err)
	receiver = receiver.WithClock(func() time.Time { return noon })
	h := http.Header{}
	sign(h, sender, "1", noon, []byte(`{}`))
	f.Add("1", h.Get(HeaderTimestamp), h.Get(HeaderSignature), []byte(`{}`))
	f.Add("1.2", "-1", "v1,AAAA v1a,AAAA v1,", []byte{0xff})
	f.Add("", "9223372036854775808", ",,, ,", []byte(nil))
	f.Fuzz(func(t *testing.T, id, timestamp, signature string, body []byte) {
		request := func(h http.Header) *http.Request {
			return &http.Request{Header: h, Body: io.NopCloser(bytes.NewReader(body))}
		}
		claimed := http.Header{}
		claimed.Set(HeaderID, id)
		claimed.Set(HeaderTimestamp, timestamp)
		claimed.Set(HeaderSignature, signature)
		err := receiver.Verify(claimed, body)
		require.Equal(t, genuine(sender[0], id, timestamp, signature, body), err == nil, "%v", err)
		if err != nil {
			var refused *SignatureError
			require.ErrorAs(t, err, &refused)
			_, err = receiver.Read(request(claimed))
			require.ErrorAs(t, err, &refused)
		}
		signed := http.Header{}
		sign(signed, sender, id, noon, body)
		if id == "" || strings.Contains(id, ".") {
			return
		}
		require.NoError(t, receiver.Verify(signed, body))
		message, err := receiver.Read(request(signed))
		require.Contains(t, []fault.Kind{fault.None, fault.Rejected}, fault.KindOf(err))
		require.True(t, err != nil || message.ID == id)
	})
}

// genuine says in a few plain words what verify says: one of the signatures is the
// key's, over the id, a time that is near and the body.
func genuine(k key, id, timestamp, list string, body []byte) bool {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || id == "" || strings.Contains(id, ".") || strconv.FormatInt(seconds, 10) != timestamp ||
		seconds < noon.Unix()-300 || seconds > noon.Unix()+300 {
		return false
	}
	wanted := "v1," + base64.StdEncoding.EncodeToString(k.sign(signed(id, timestamp, body)))
	claims := strings.Fields(list)
	return slices.Contains(claims[:min(len(claims), maxSignatures)], wanted)
}

// FuzzSecret wants any text to be a key that signs what it verifies, or to be refused and not repeated.
func FuzzSecret(f *testing.F) {
	private, public := NewKeys()
	for _, seed := range []string{NewSecret(), private, public, "whsec_", "whsk_AAAA", "_", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := parseKeys("secrets", []string{text})
		if err != nil {
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, "a text that is none", invalid.Value)
			return
		}
		if keys[0].signs() {
			require.True(t, keys[0].verify([]byte("body"), keys[0].sign([]byte("body"))))
		}
		require.False(t, keys[0].verify([]byte("body"), nil))
	})
}

// A request without a body is one with an empty one.
func TestARequestWithoutABodyIsRefused(t *testing.T) {
	receiver, err := NewReceiver(shared(0))
	require.NoError(t, err)
	h := http.Header{}
	sign(h, keysOf(t, shared(0)), "1", time.Now(), nil)
	_, err = receiver.Read(&http.Request{Header: h})
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}
