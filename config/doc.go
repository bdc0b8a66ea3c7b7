// Package config reads the watchlist: the one YAML file in which a user says
// what to listen for, where, and whom to tell. It loads and checks the whole
// file, follows its changes, and keeps secrets out of every print.
//
// Rules of this package:
//   - Every mistake is reported, all at once, each with file, line and column.
//     Only a YAML syntax error stops the reading.
//   - The file is foreign input: its size, depth and aliases are bounded, and no
//     bytes may panic.
//   - A secret is written as ${env:NAME} or ${file:/path}; its value never gets
//     into an error, an excerpt or a log line.
//   - No package outside this one sees YAML.
//
// The way of a watchlist, and the files of this package along it:
//
//	files               the files it is made of, and what the caller named
//	   │
//	bounds blanks       is it a text, and not a trap?
//	document            the tree; syntax says why there is none
//	   │
//	decode              the tree against the structs of config, web and doors: keys, scalar
//	   │                (texts and numbers), reference (${env:…}), source, section
//	check               what types cannot say: check_routes, pause, views, web, doors; format
//	   │                has the forms of single texts
//	load asked          a Config, and what others ask of it; follow does all of it anew
//
// Beside the way: error and excerpt show what is wrong; meant_* guess what was meant;
// secret and redact keep secrets; schema and insert serve editors and earshot add.
//
// It must not know a source kind, a store or a channel: kinds are given to Load
// as plain option structs. Of earshot's packages it imports leaves only: hours,
// which parses opening hours so that a wrong expression is found here with its
// position, lang and text.
package config
