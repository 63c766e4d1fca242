package oms

// Steps are the commands that nobody is asked about.
func Steps() []string { return steps() }
