package river

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// schema is where River's tables are. They are earshot's own: another program of the same
// database may use River too, in another version and with other jobs, and whichever of
// them led would throw away the jobs of the other that it does not know.
const schema = "earshot_river"

// migrateLock is held by the one process that makes or updates River's tables. Store has the
// numbers before it: whoever waits for its locks must not wait for this one.
const migrateLock = 3277470

// migrateIn is how long that process may take, or stand still, before the next one may begin.
const migrateIn = 5 * time.Minute

// migrate makes River's tables, or brings them up to date.
func (e *Engine) migrate(ctx context.Context) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(e.pool), &rivermigrate.Config{Schema: schema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	// A transaction's lock, because one of a session does not outlive PgBouncer's hands. The
	// work is done beside it, so it stands idle for longer than others may.
	tx, err := e.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if _, err := tx.Exec(ctx, `SELECT set_config('idle_in_transaction_session_timeout', $2, true), pg_advisory_xact_lock($1)`, migrateLock, strconv.FormatInt(migrateIn.Milliseconds(), 10)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, migrateIn)
	defer cancel()
	have, err := e.version(ctx)
	if err != nil {
		return err
	}
	all := migrator.AllVersions()
	switch know := all[len(all)-1].Version; {
	case have > know:
		return fmt.Errorf("the tables in the schema %s are of version %d, this earshot knows %d: a newer earshot made them; upgrade this one. Nothing was changed", schema, have, know)
	case have == know:
		return nil
	}
	if _, err := e.pool.Exec(ctx, `CREATE SCHEMA IF NOT EXISTS `+schema); err != nil {
		return fmt.Errorf("create the schema %s for its tables: %w: let the user of store.database create schemas (make it the owner of the database)", schema, err)
	}
	res, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return fmt.Errorf("make its tables in the schema %s: %w: if something else stands in that schema, move it away", schema, err)
	}
	e.opt.Log.Info("work queue schema", "version", res.Versions[len(res.Versions)-1].Version)
	return nil
}

// version is that of River's tables; 0 when there are none.
func (e *Engine) version(ctx context.Context) (version int, err error) {
	var there bool
	if err := e.pool.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, schema+".river_migration").Scan(&there); err != nil || !there {
		return 0, err
	}
	err = e.pool.QueryRow(ctx, `SELECT COALESCE(MAX(version), 0) FROM `+schema+`.river_migration`).Scan(&version)
	return version, err
}

// deafIn is how long a notification may take.
const deafIn = 2 * time.Second

// deaf reports whether notifications do not come through: a pooler in transaction mode
// takes LISTEN and passes nothing on.
func deaf(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `LISTEN earshot_hears`); err != nil {
		return false, err
	}
	if _, err := pool.Exec(ctx, `NOTIFY earshot_hears`); err != nil {
		return false, err
	}
	wait, cancel := context.WithTimeout(ctx, deafIn)
	defer cancel()
	_, err = conn.Conn().WaitForNotification(wait)
	switch {
	case err == nil:
		_, err = conn.Exec(ctx, `UNLISTEN earshot_hears`)
		return false, err
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		_ = conn.Conn().Close(ctx) // it was left in the middle of a wait
		return true, nil
	}
	return false, err
}
