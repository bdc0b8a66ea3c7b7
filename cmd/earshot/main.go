// Command earshot listens where a company's name is spoken in public and brings
// each complaint to exactly one person who answers it in public.
//
// This package is the command line: a file or more for each subcommand, and what they share
// in cli.go, language.go, lines.go and files.go. The daemon is made in internal/daemon. Decisions about posts, scores
// or alerts may not be made here.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // working hours must be right on machines without a zone database
)

// version is set by the linker.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, lookup: os.LookupEnv})
	stop()
	os.Exit(code)
}
