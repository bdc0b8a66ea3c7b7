package main

import (
	"github.com/earshot/earshot/cmd/earshot/internal/daemon"
	"github.com/earshot/earshot/config"
)

type schemaCmd struct{}

// Run prints the JSON Schema of the watchlist. Editors that speak YAML complete
// and check a watchlist that begins with
//
//	# yaml-language-server: $schema=watchlist.schema.json
func (schemaCmd) Run(term terminal) error {
	schema, err := config.Schema(daemon.KindOptions())
	if err != nil {
		return err
	}
	_, err = term.out.Write(schema)
	return err
}
