package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/sink/webhook"
)

const want = `booked: 2 of 3 deliveries
booked: 3
dead letter: order.placed after 10 attempts, 1 behind it
booked: 5 parked: 0 behind: 0
`

func TestEveryEventIsBookedOnce(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	require.Equal(t, want, out.String())
}

func TestNobodyElseCanBook(t *testing.T) {
	books, err := newBookkeeping(t.Context(), webhook.NewSecret(), time.Now)
	require.NoError(t, err)
	defer func() { require.NoError(t, books.Close()) }()
	answer := httptest.NewRecorder()
	books.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/events", strings.NewReader("{}")))
	require.Equal(t, http.StatusUnauthorized, answer.Code)
	require.Zero(t, books.count(t.Context()))
}

// FuzzBookkeeping wants nothing of a stranger's to be booked, whatever it is.
func FuzzBookkeeping(f *testing.F) {
	f.Add("1", "v1,AAAA", []byte(`{}`))
	f.Add("", "", []byte(nil))
	f.Fuzz(func(t *testing.T, id, signature string, body []byte) {
		books, err := newBookkeeping(t.Context(), webhook.NewSecret(), time.Now)
		require.NoError(t, err)
		defer func() { require.NoError(t, books.Close()) }()
		request := httptest.NewRequest(http.MethodPost, "/events", bytes.NewReader(body))
		request.Header.Set(webhook.HeaderID, id)
		request.Header.Set(webhook.HeaderTimestamp, strconv.FormatInt(time.Now().Unix(), 10))
		request.Header.Set(webhook.HeaderSignature, signature)
		answer := httptest.NewRecorder()
		books.ServeHTTP(answer, request)
		require.Equal(t, http.StatusUnauthorized, answer.Code, "the secret is a new one")
		require.Zero(t, books.count(t.Context()))
	})
}
