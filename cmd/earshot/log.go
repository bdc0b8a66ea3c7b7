package main

import (
	"log/slog"
)

// logFlags are how every command logs.
type logFlags struct {
	Log      string `enum:"text,json" default:"text" env:"EARSHOT_LOG" help:"How the log is written: text, or json, one object a line." placeholder:"text|json"`
	LogLevel string `enum:"debug,info,warn,error,," default:"" env:"EARSHOT_LOG_LEVEL" help:"The least that is logged: debug, info (usual), warn or error." placeholder:"LEVEL"`
}

// newLog is the log of a command: lines on stderr, from this level unless --log-level says
// another. Everything passes the screen, which hides secrets and what moves a terminal.
func newLog(term terminal, usual slog.Level) *slog.Logger {
	how := logFlags{}
	if term.log != nil {
		how = *term.log
	}
	level := usual
	_ = level.UnmarshalText([]byte(how.LogLevel)) // kong knows the words; empty changes nothing
	options := &slog.HandlerOptions{Level: level}
	if how.Log == "json" {
		return slog.New(slog.NewJSONHandler(term.err, options))
	}
	return slog.New(slog.NewTextHandler(term.err, options))
}
