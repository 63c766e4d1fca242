package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/sink/cloudevents"
)

// What is read of an answer at most: enough to use the connection again.
const answerLimit = 16 << 10

// longest is the longest time that an endpoint can ask to be left alone.
const longest = 24 * time.Hour

// client makes connections of its own: no proxy of the environment, which would be
// asked to connect in our place, no cookies, and no redirects.
func client(cfg Config) *http.Client {
	dialer := &net.Dialer{Timeout: cfg.Timeout, Control: guard(cfg.Allow)}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        cfg.TLS.Clone(),
			TLSHandshakeTimeout:    cfg.Timeout,
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    cfg.Concurrency,
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: answerLimit,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// post sends one event; nil when the endpoint has it.
func (s *Sink) post(ctx context.Context, to *target, tenant string, e event.Event) *oms.DeliveryError {
	body, err := s.cfg.Format.Encode(tenant, e)
	if err != nil {
		return &oms.DeliveryError{Refused: true, Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.url, bytes.NewReader(body))
	if err != nil {
		return &oms.DeliveryError{Err: hidden(to, err)}
	}
	req.Header.Set("Content-Type", cloudevents.ContentType)
	req.Header.Set("User-Agent", "go-oms-webhook/1")
	sign(req.Header, to.keys, cloudevents.ID(tenant, e), s.cfg.Now(), body)
	answer, err := s.client.Do(req)
	if err != nil {
		return &oms.DeliveryError{Err: hidden(to, err)}
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, answerLimit)
	return s.judge(to, answer)
}

// judge is what an answer means.
func (s *Sink) judge(to *target, answer *http.Response) *oms.DeliveryError {
	if answer.StatusCode/100 == 2 {
		return nil
	}
	told := &oms.DeliveryError{Err: fmt.Errorf("%s answered %d", to.host, answer.StatusCode)}
	switch answer.StatusCode {
	case http.StatusGone:
		told.Stop = true
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		told.After = s.retryAfter(answer.Header.Get("Retry-After"))
	}
	return told
}

// retryAfter reads a number of seconds or a date.
func (s *Sink) retryAfter(text string) time.Duration {
	var after time.Duration
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		after = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		after = at.Sub(s.cfg.Now())
	}
	return min(max(after, 0), longest)
}

// hidden is a request's error without the URL, whose path and query may be secret.
func hidden(to *target, err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	return fmt.Errorf("%s: %w", to.host, err)
}
