package payment

// The codes of a [Decline]. A gateway's own code is kept beside them in GatewayCode.
const (
	DeclineGeneric      = "declined" // no reason given
	DeclineFunds        = "insufficient_funds"
	DeclineLimit        = "limit_exceeded"
	DeclineExpired      = "expired_instrument"
	DeclineAccount      = "invalid_account" // a card or account number that does not exist, or is closed
	DeclineSecurityCode = "wrong_security_code"
	DeclineAddress      = "wrong_address"
	DeclineLost         = "lost_or_stolen"
	DeclineFraud        = "suspected_fraud"
	DeclineAuthNeeded   = "authentication_required"
	DeclineAuthFailed   = "authentication_failed"
	DeclineNotSupported = "not_supported" // this instrument cannot do that
	DeclineRefused      = "refused"       // the gateway would not carry out the request, see GatewayCode
	DeclineNotProcessed = "processing_failed"
	DeclineDuplicate    = "suspected_duplicate"
)
