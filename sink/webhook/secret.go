package webhook

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/go-oms/oms/fault"
)

// The prefixes of secrets.
const (
	sharedPrefix  = "whsec_"
	privatePrefix = "whsk_"
	publicPrefix  = "whpk_"
)

// NewSecret makes a shared secret of 32 random bytes.
func NewSecret() string {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails: see crypto/rand
	return sharedPrefix + base64.StdEncoding.EncodeToString(secret[:])
}

// NewKeys makes an Ed25519 key pair: the private half is the sender's, the public one
// is for receivers.
func NewKeys() (private, public string) {
	var seed [ed25519.SeedSize]byte
	_, _ = rand.Read(seed[:])
	key := ed25519.NewKeyFromSeed(seed[:])
	return privatePrefix + base64.StdEncoding.EncodeToString(key), publicPrefix + base64.StdEncoding.EncodeToString(key[ed25519.SeedSize:])
}

// key signs, verifies, or both.
type key struct {
	version string // "v1" or "v1a"
	secret  []byte // of HMAC
	private ed25519.PrivateKey
	public  ed25519.PublicKey
}

// parseKeys reads secrets. Their texts are in no error.
func parseKeys(field string, secrets []string) ([]key, error) {
	if len(secrets) == 0 {
		return nil, fault.Invalid(field, "none", "at least one secret")
	}
	var keys []key
	for _, s := range secrets {
		k, ok := parseKey(s)
		if !ok {
			return nil, fault.Invalid(field, "a text that is none",
				"whsec_ and 24 to 64 bytes, whsk_ and a private or whpk_ and a public Ed25519 key, in base64")
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func parseKey(text string) (k key, ok bool) {
	prefix, encoded, found := strings.Cut(text, "_")
	raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if !found || err != nil {
		return k, false
	}
	switch prefix + "_" {
	case sharedPrefix:
		return key{version: "v1", secret: raw}, len(raw) >= 24 && len(raw) <= 64
	case privatePrefix:
		if len(raw) != ed25519.SeedSize && len(raw) != ed25519.PrivateKeySize {
			return k, false
		}
		private := ed25519.NewKeyFromSeed(raw[:ed25519.SeedSize])
		k = key{version: "v1a", private: private, public: private.Public().(ed25519.PublicKey)}
		return k, len(raw) == ed25519.SeedSize || string(private) == string(raw)
	case publicPrefix:
		return key{version: "v1a", public: raw}, len(raw) == ed25519.PublicKeySize
	}
	return k, false
}

func (k key) signs() bool { return k.secret != nil || k.private != nil }

func (k key) sign(content []byte) []byte {
	if k.private != nil {
		return ed25519.Sign(k.private, content)
	}
	mac := hmac.New(sha256.New, k.secret)
	mac.Write(content)
	return mac.Sum(nil)
}

func (k key) verify(content, signature []byte) bool {
	if k.public != nil {
		return ed25519.Verify(k.public, content, signature)
	}
	return hmac.Equal(k.sign(content), signature)
}
