// Package fileowner gives files away: the daemon runs as a user of its own, and what people make
// beside it as root must be the daemon's to read. Whose a file is to be its callers decide.
package fileowner
