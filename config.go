package oms

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// Gateways are the payment gateways by the names that payments ask for.
type Gateways map[string]payment.Gateway

// Carriers are the carriers by the names that shipments ask for.
type Carriers map[string]fulfillment.Carrier

// Sinks receive the events by the names that their delivery cursors are kept under.
type Sinks map[string]Sink

// Config is what a shop is made of. Only Store is required; every other field has
// a default that works.
type Config struct {
	// Store keeps the books. It must have been migrated.
	Store storage.Store

	// Prices prices carts. Without it Place answers that it has no prices; Enter
	// and Import work.
	Prices order.Pricer
	// Taxes computes taxes; nil means none are charged.
	Taxes order.TaxCalculator
	// Promotions gives discounts; nil means none and refuses every coupon.
	Promotions order.Promotions
	// Methods are the shipping methods a cart may name; none by default.
	Methods fulfillment.Methods

	Gateways Gateways
	Carriers Carriers
	// Sinks receive every event at least once, in order for each aggregate.
	Sinks Sinks

	// Channels say how orders of a sales channel are reckoned; a channel that is
	// not listed, the empty one included, uses Channel's zero value.
	Channels map[string]Channel

	// Workflows replace the default workflow. Orders stay pinned to the version
	// they were placed under: keep old versions listed as long as they have
	// orders. The first is used for channels that name none.
	Workflows []order.Workflow
	// Rules are the guards and effects that custom workflows name beside the
	// built-in ones.
	Rules order.Registry
	// Effects turn the custom effects of Rules into batch parts.
	Effects map[string]Effect

	// Holds are the types of hold that orders can have; order.BuiltinHolds by default,
	// none of which opens by itself. Keep types listed as long as orders are held by
	// them: one that is not listed blocks everything.
	Holds []order.HoldType
	// HoldRules are the host's own rules, which types of hold name beside the built-in
	// ones.
	HoldRules map[string]order.HoldRule
	// FraudScreen looks at orders before they are placed; nil lets all pass. It needs
	// a type of hold "fraud".
	FraudScreen FraudScreen
	// FraudPatience is how long the screen may take: 5 seconds by default.
	FraudPatience time.Duration

	// Sourcing chooses the locations; inventory.FewestSplits by default.
	Sourcing inventory.Sourcing

	// UnpaidFor is how long an unpaid order is kept before Run lets it expire and
	// gives its stock back: 24 hours by default, negative for ever.
	UnpaidFor time.Duration
	// Split says who sells what, for PlaceSplit.
	Split Splitter
	// DraftsFor is how long drafts and quotes last that do not say: 30 days by default.
	DraftsFor time.Duration
	// MergeRule says what becomes of goods that are in both carts that are merged;
	// order.MergeLarger by default.
	MergeRule order.MergeRule
	// Handling is how long it may take from placing until an order leaves: 24 hours
	// by default. With the longest time on the way of the cart's shipping method it
	// makes the promised time, Order.PromisedAt; a method that does not say how long
	// it takes promises nothing, and neither does a negative Handling.
	Handling time.Duration
	// Returns says what may be sent back and on which terms. By default every shipped
	// unit may, for any reason and for ever, and nothing is charged.
	Returns order.ReturnPolicy
	// Claims says which claims about goods that were sent are heard. By default every one
	// is, for ever.
	Claims order.ClaimPolicy
	// Limits bound requests; see order.Limits for the defaults.
	Limits order.Limits
	// Number writes the n-th order number; by default n+1000 in decimal.
	Number func(n int64) string

	// Authorizer is asked once per command and read, see DefaultRoles for a table
	// of roles; nil allows everything that the actor's kind and tenant do. If it has a
	// method Check, New reports what that finds.
	Authorizer Authorizer
	// Now is the clock; time.Now by default.
	Now func() time.Time
	// NewID makes UUIDv7 ids; uuid.NewV7 by default.
	NewID func() uuid.UUID
	// Logger hears what Run does and what goes wrong beside a command; silent by
	// default.
	Logger *slog.Logger
	// Tracer is told when a command starts and ends; nil by default.
	Tracer Tracer
}

// Channel says how the orders of a sales channel are reckoned.
type Channel struct {
	// Currency of the prices; by default the one that the Pricer answers with.
	Currency money.Currency
	// Terms of taxes and rounding; see order.Terms for the zero value.
	Terms order.Terms
	// Workflow is the id of the workflow; the first configured one by default.
	Workflow string
}

// Tracer is told about commands. Start may return a context that carries a span;
// the returned function is called once with the command's error.
type Tracer interface {
	Start(ctx context.Context, command string) (context.Context, func(error))
}

// New returns the shop, or an error that names everything that is wrong with the
// configuration.
func New(cfg Config) (*Client, error) {
	var wrong []error
	if cfg.Store == nil {
		wrong = append(wrong, errors.New("oms: Config.Store is missing"))
	}
	for name, g := range cfg.Gateways {
		if g == nil || name == "" {
			wrong = append(wrong, fmt.Errorf("oms: Config.Gateways[%q] needs a name and a gateway", name))
		}
		if name == GatewayAccount {
			wrong = append(wrong, fmt.Errorf("oms: Config.Gateways[%q]: the name is that of payments on account", name))
		}
	}
	for name, c := range cfg.Carriers {
		if c == nil || name == "" {
			wrong = append(wrong, fmt.Errorf("oms: Config.Carriers[%q] needs a name and a carrier", name))
		}
	}
	for name, s := range cfg.Sinks {
		if s == nil || name == "" {
			wrong = append(wrong, fmt.Errorf("oms: Config.Sinks[%q] needs a name and a sink", name))
		}
	}
	if table, ok := cfg.Authorizer.(interface{ Check() error }); ok {
		if err := table.Check(); err != nil {
			wrong = append(wrong, err)
		}
	}
	if f, ok := cfg.Authorizer.(AuthorizerFunc); ok && f == nil {
		wrong = append(wrong, errors.New("oms: Config.Authorizer is a nil AuthorizerFunc"))
	}
	if err := cfg.Claims.Check(); err != nil {
		wrong = append(wrong, fmt.Errorf("oms: Config.Claims: %w", err))
	}
	if err := cfg.Returns.Check(); err != nil {
		wrong = append(wrong, fmt.Errorf("oms: Config.Returns: %w", err))
	}
	if cfg.DraftsFor < 0 {
		wrong = append(wrong, errors.New("oms: Config.DraftsFor is negative"))
	}
	if err := cfg.MergeRule.Check(); err != nil {
		wrong = append(wrong, fmt.Errorf("oms: Config.MergeRule: %w", err))
	}
	cfg = cfg.withDefaults()
	flows, err := cfg.compile()
	if err != nil {
		wrong = append(wrong, err)
	}
	holds, err := cfg.compileHolds()
	if err != nil {
		wrong = append(wrong, err)
	}
	for name, ch := range cfg.Channels {
		if ch.Workflow != "" && flows != nil && !known(flows, ch.Workflow) {
			wrong = append(wrong, fmt.Errorf("oms: Config.Channels[%q] names workflow %q, which is not configured", name, ch.Workflow))
		}
		if ch.Currency != "" {
			if err := ch.Currency.Check(); err != nil {
				wrong = append(wrong, fmt.Errorf("oms: Config.Channels[%q]: %w", name, err))
			}
		}
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return newClient(cfg, flows, holds), nil
}

func (cfg Config) withDefaults() Config {
	if cfg.Sourcing == nil {
		cfg.Sourcing = inventory.FewestSplits{}
	}
	if cfg.UnpaidFor == 0 {
		cfg.UnpaidFor = 24 * time.Hour
	}
	if cfg.DraftsFor == 0 {
		cfg.DraftsFor = 30 * 24 * time.Hour
	}
	if cfg.Handling == 0 {
		cfg.Handling = 24 * time.Hour
	}
	cfg.Limits = cfg.Limits.WithDefaults()
	if cfg.Number == nil {
		cfg.Number = func(n int64) string { return strconv.FormatInt(1000+n, 10) }
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = newV7
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if len(cfg.Workflows) == 0 {
		cfg.Workflows = []order.Workflow{order.DefaultWorkflow()}
	}
	if cfg.Holds == nil {
		cfg.Holds = order.BuiltinHolds(cfg.Workflows...)
	}
	if cfg.FraudPatience <= 0 {
		cfg.FraudPatience = 5 * time.Second
	}
	return cfg
}

// newV7 falls back on plain randomness only if the clock sequence of the uuid
// package fails, which it does only together with the system's random source:
// then there is no safe id and the process cannot go on.
func newV7() uuid.UUID {
	id, err := uuid.NewV7FromReader(rand.Reader)
	if err != nil {
		panic("oms: no randomness for ids: " + err.Error())
	}
	return id
}

func (cfg Config) compile() (*order.Workflows, error) {
	var wrong []error
	machines := make([]*order.Machine, 0, len(cfg.Workflows))
	for _, w := range cfg.Workflows {
		machine, err := order.Compile(w, cfg.Rules)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		machines = append(machines, machine)
	}
	for _, name := range cfg.Rules.Effects {
		if cfg.Effects[name] == nil {
			wrong = append(wrong, fmt.Errorf("oms: Config.Rules declares effect %q, which Config.Effects lacks", name))
		}
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return order.NewWorkflows(machines...)
}

func (cfg Config) compileHolds() (*order.Holds, error) {
	holds, err := order.CompileHolds(cfg.Holds, order.HoldRegistry{Rules: cfg.HoldRules, Workflows: cfg.Workflows})
	if err != nil {
		return nil, err
	}
	canReview := func(t order.HoldType) bool { return t.Code == order.HoldFraud && t.On(order.HoldsOrder) }
	if cfg.FraudScreen != nil && !slices.ContainsFunc(cfg.Holds, canReview) {
		return nil, fmt.Errorf("oms: Config.FraudScreen needs a type %q on orders in Config.Holds", order.HoldFraud)
	}
	return holds, nil
}

func known(flows *order.Workflows, id string) bool {
	_, err := flows.Latest(id)
	return err == nil
}
