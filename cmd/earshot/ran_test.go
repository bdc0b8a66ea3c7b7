package main

import (
	"bytes"
	"strings"
	"testing"
)

// environment is what a command reads of the variables of its process.
type environment = func(name string) (string, bool)

// noEnv is an environment in which nothing is set.
func noEnv(string) (string, bool) { return "", false }

// inLang is an environment that sets the language and nothing else.
func inLang(lang string) environment {
	return func(name string) (string, bool) { return lang, name == "LANG" }
}

// withEnv is an environment of these variables.
func withEnv(env map[string]string) environment {
	return func(name string) (string, bool) { v, ok := env[name]; return v, ok }
}

// speaks is what a command says in a language.
func speaks(lang string) speech { return languageFlag{Lang: lang}.speech(noEnv) }

// ran runs a command that is given no line to read, and returns what it printed, what it said
// of errors, and the exit status.
func ran(t testing.TB, env environment, args ...string) (printed, wrong string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, terminal{in: strings.NewReader(""), out: &out, err: &errs, lookup: env})
	return out.String(), errs.String(), code
}

// printed is what a command prints that does what it was asked.
func printed(t testing.TB, env environment, args ...string) string {
	t.Helper()
	out, errs, code := ran(t, env, args...)
	if code != exitDone {
		t.Fatalf("earshot %q: %d\n%s", args, code, errs)
	}
	return out
}

// shown is what a command says as at a terminal, where all stands in one place, and its exit status.
func shown(t testing.TB, env environment, args ...string) (said string, code int) {
	t.Helper()
	var out bytes.Buffer
	code = run(t.Context(), args, terminal{in: strings.NewReader(""), out: &out, err: &out, lookup: env})
	return out.String(), code
}
