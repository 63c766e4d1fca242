package sandbox

import (
	"errors"
	"time"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

// The tokens whose payments do not simply succeed.
const (
	TokenDeclined        = "tok_declined"
	TokenFunds           = "tok_insufficient_funds"
	TokenExpired         = "tok_expired"
	TokenStolen          = "tok_stolen"
	TokenPending         = "tok_pending"
	TokenPendingDeclined = "tok_pending_declined"
	TokenAction          = "tok_action"
	TokenLost            = "tok_lost"
	TokenLostBefore      = "tok_lost_before"
	TokenLostAlways      = "tok_lost_always"
	TokenUnreachable     = "tok_unreachable"
	TokenSlow            = "tok_slow"
)

// Step is what becomes of one call. The zero Step is an ordinary call.
type Step struct {
	NotSent     bool           // the call does not get out: certainly not carried out
	LoseRequest bool           // lost on the way there: not carried out, but the caller cannot know
	LoseAnswer  bool           // carried out, and the answer lost
	Refuse      payment.Reason // refused for that reason
	Decline     string         // declined with that code, see the payment.Decline… constants
	Pending     bool           // waits for Settle or the second look
	Settle      money.Money    // another amount takes place than was asked for
	Delay       time.Duration  // the answer takes that long
}

// lookup is the kind that lookups are scripted by.
const lookup payment.Kind = "lookup"

// errLost is what a lost answer looks like from here: no verdict, and nobody said
// what became of it.
var errLost = errors.New("sandbox: the connection was lost")

// Script lays down what becomes of the next calls of a kind, one step a call,
// repeated calls included. The steps come before what a token does.
func (g *Gateway) Script(kind payment.Kind, steps ...Step) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.scripts[kind] = append(g.scripts[kind], steps...)
}

// ScriptLookup lays down what becomes of the next lookups. Only the lost ones of a
// Step apply.
func (g *Gateway) ScriptLookup(steps ...Step) { g.Script(lookup, steps...) }

func (g *Gateway) take(kind payment.Kind) Step {
	steps := g.scripts[kind]
	if len(steps) == 0 {
		return Step{}
	}
	g.scripts[kind] = steps[1:]
	return steps[0]
}

// step is the next step of the script, or what the token says.
func (g *Gateway) step(r request) Step {
	if len(g.scripts[r.kind]) > 0 {
		return g.take(r.kind)
	}
	first := g.firstCall(r)
	switch r.source {
	case TokenDeclined:
		return Step{Decline: payment.DeclineGeneric}
	case TokenFunds:
		return Step{Decline: payment.DeclineFunds}
	case TokenExpired:
		return Step{Decline: payment.DeclineExpired}
	case TokenStolen:
		return Step{Decline: payment.DeclineLost}
	case TokenPending, TokenPendingDeclined:
		return Step{Pending: true}
	case TokenLost:
		return Step{LoseAnswer: first}
	case TokenLostAlways:
		return Step{LoseAnswer: true}
	case TokenLostBefore:
		return Step{LoseRequest: first}
	case TokenUnreachable:
		return Step{NotSent: first}
	case TokenSlow:
		return Step{Delay: 30 * time.Second}
	}
	return Step{}
}

func (s Step) onTheWay(kind payment.Kind) error {
	switch {
	case s.NotSent:
		return &payment.GatewayError{Op: kind, Outcome: payment.NotSent, Reason: payment.ReasonUnavailable}
	case s.LoseRequest:
		return errLost
	case s.Refuse != "":
		return refuse(kind, s.Refuse)
	}
	return nil
}

func refuse(kind payment.Kind, reason payment.Reason) error {
	return &payment.GatewayError{Op: kind, Outcome: payment.Refused, Reason: reason}
}

// retryOf is the advice that goes with a decline.
func retryOf(code string) payment.Retry {
	switch code {
	case payment.DeclineFunds, payment.DeclineLimit, payment.DeclineNotProcessed:
		return payment.RetryLater
	case payment.DeclineExpired, payment.DeclineAccount, payment.DeclineNotSupported:
		return payment.RetryOtherMethod
	case payment.DeclineAuthNeeded:
		return payment.RetryWithPayer
	case payment.DeclineLost, payment.DeclineFraud:
		return payment.RetryNever
	}
	return ""
}
