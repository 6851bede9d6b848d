package tablestore

import (
	"context"
	"errors"
	"fmt"
	"time"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
)

// Migrate makes the tables and waits until they take requests, which is up to a
// minute. Tables of a newer program are an error.
func (s *Store) Migrate(ctx context.Context) error {
	return wrap(ctx, "migrate", s.migrate(ctx))
}

func (s *Store) migrate(ctx context.Context) error {
	all := tables()
	for _, t := range all {
		err := s.retry(ctx, "CreateTable", func(c *ots.TableStoreClient) error {
			_, err := c.CreateTable(t.request())
			return err
		})
		if err != nil && !isCode(err, codeExists) {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	for _, t := range all {
		if err := s.awaitTable(ctx, t.name); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		for _, i := range t.indexes {
			if err := s.awaitTable(ctx, i.name); err != nil {
				return fmt.Errorf("%s: %w", i.name, err)
			}
		}
	}
	return s.noteVersion(ctx)
}

// awaitTable waits until a table or index that was made takes requests.
func (s *Store) awaitTable(ctx context.Context, name string) error {
	const most = 2 * time.Minute
	ctx, cancel := context.WithTimeoutCause(ctx, most, fmt.Errorf("it takes no requests after %s", most))
	defer cancel()
	for wait := newPause(); ; {
		err := error(nil)
		for _, err = range s.scan(ctx, span{table: name, page: 1}) {
			break
		}
		if err == nil || !temporary(err) && !isCode(err, codeNoObject) {
			return err
		}
		if err := wait.sleep(ctx); err != nil {
			return err
		}
	}
}

// noteVersion notes which version of the tables there is now, unless it is a newer
// one.
func (s *Store) noteVersion(ctx context.Context) error {
	k := key{table: schemaTable, pk: [3]string{"version"}}
	for {
		rows, err := s.read(ctx, []key{k})
		if err != nil {
			return err
		}
		c := change{key: k, put: columns{"version": int64(version), "applied": now().UnixMilli()}, must: absent}
		if row, ok := rows[k]; ok {
			switch there := row.integer("version"); {
			case there > version:
				return fmt.Errorf("the tables are of version %d, this program knows them up to %d: use a newer one", there, version)
			case there == version:
				return nil
			}
			c.must, c.where = present, []condition{{"version", ots.CT_EQUAL, row.integer("version")}}
		}
		if err := s.writeOne(ctx, c); !errors.Is(err, errCondition) {
			return err
		}
	}
}
