package main

import (
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
)

type schemaCmd struct{ languageFlag }

// Run prints the JSON Schema of the watchlist, which explains the keys in the reader's language.
// Editors that speak YAML complete and check a watchlist that begins with
//
//	# yaml-language-server: $schema=watchlist.schema.json
func (c *schemaCmd) Run(term terminal) error {
	s := c.speech(term.lookup)
	schema, err := config.Schema(watchlist.Kinds(), func(english string) string { return s.said(s.keys, english) })
	if err != nil {
		return err
	}
	_, err = term.out.Write(schema)
	return err
}
